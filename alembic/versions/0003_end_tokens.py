"""end tokens before their time"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ended_token",
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jti"),
    )
    op.create_index(op.f("ix_ended_token_expires_at"), "ended_token", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_ended_token_expires_at"), table_name="ended_token")
    op.drop_table("ended_token")
