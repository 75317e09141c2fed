"""keep until when a webhook wants to be sent nothing"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook_lane", sa.Column("rests_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("webhook_lane", "rests_until")
