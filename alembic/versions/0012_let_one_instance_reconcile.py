"""let one instance at a time go through all events"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reconcile_turn",
        sa.Column("only_one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("only_one", name="reconcile_turn_only_one"),
        sa.PrimaryKeyConstraint("only_one"),
    )


def downgrade() -> None:
    op.drop_table("reconcile_turn")
