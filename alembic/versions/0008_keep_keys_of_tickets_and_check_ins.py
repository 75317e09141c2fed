"""keep keys of tickets and check-ins, and find the orders of an event, newest first"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Once more is the same, for a start that was cut off while the index was built.
    op.create_table(
        "ticket_key",
        sa.Column(
            "event_id",
            sa.BigInteger,
            sa.ForeignKey("event.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("octet_length(secret) = 32", name="ticket_key_secret"),
        if_not_exists=True,
    )
    op.create_table(
        "check_in",
        sa.Column("reservation_id", sa.Uuid, sa.ForeignKey("reservation.id"), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, primary_key=True),
        sa.Column(
            "checked_in_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        if_not_exists=True,
    )
    # The table may be large and in use, so it is built beside those who write it.
    with op.get_context().autocommit_block():
        op.drop_index("reservation_orders", "reservation", if_exists=True)
        op.create_index(
            "reservation_orders",
            "reservation",
            ["event_id", "created_at", "id"],
            postgresql_where=sa.text("NOT house"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("reservation_orders", "reservation")
    op.drop_table("check_in")
    op.drop_table("ticket_key")
