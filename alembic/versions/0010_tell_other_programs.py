"""keep what other programs are to be told, and the webhooks of sellers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NOW = sa.func.now()


def upgrade() -> None:
    _make_outbox()
    _make_webhooks()


def downgrade() -> None:
    for table in (
        "webhook_delivery",
        "webhook_message",
        "webhook_lane",
        "webhook_endpoint",
        "outbox_turn",
        "outbox",
    ):
        op.drop_table(table)


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("reservation_id", sa.Uuid),
        sa.Column("ticket_ids", ARRAY(sa.BigInteger)),
        sa.Column("data", JSONB),
        _time("occurred_at", default=True),
        sa.Column("kafka", sa.Boolean, nullable=False),
        sa.Column("webhooks", sa.Boolean, nullable=False),
        sa.CheckConstraint("kafka OR webhooks", name="outbox_has_listener"),
    )
    for listener in ("kafka", "webhooks"):
        op.create_index(
            f"outbox_for_{listener}", "outbox", ["id"], postgresql_where=sa.text(listener)
        )
    op.create_table(
        "outbox_turn",
        sa.Column("listener", sa.Text, primary_key=True),
        sa.Column("holder", sa.Uuid, nullable=False),
        _time("until"),
        sa.CheckConstraint("listener IN ('kafka', 'webhooks')", name="outbox_turn_listener"),
    )


def _make_webhooks() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("seller_id", sa.BigInteger, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("types", ARRAY(sa.Text), nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("status", sa.Text, nullable=False, server_default="active"),
        sa.Column("paused_reason", sa.Text),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("old_secret", sa.Text),
        _time("old_secret_until", nullable=True),
        _time("created_at", default=True),
        _time("updated_at", default=True),
        sa.CheckConstraint("status IN ('active', 'paused')", name="webhook_endpoint_status"),
        sa.CheckConstraint(
            "paused_reason IS NULL OR status = 'paused'", name="webhook_endpoint_paused_reason"
        ),
        sa.CheckConstraint(
            "(old_secret IS NULL) = (old_secret_until IS NULL)", name="webhook_endpoint_old_secret"
        ),
    )
    op.create_index("webhook_endpoint_by_seller", "webhook_endpoint", ["seller_id"])
    op.create_table(
        "webhook_lane",
        sa.Column(
            "endpoint_id",
            sa.Uuid,
            sa.ForeignKey("webhook_endpoint.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        _time("due_at", nullable=True),
        sa.Column("arrivals", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("lease", sa.Uuid),
        _time("leased_until", nullable=True),
        _time("failing_since", nullable=True),
        sa.Column("slow", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.CheckConstraint(
            "(lease IS NULL) = (leased_until IS NULL)", name="webhook_lane_leased_until"
        ),
    )
    op.create_index("webhook_lane_due", "webhook_lane", ["due_at"])
    op.create_table(
        "webhook_message",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("event_id", sa.BigInteger),
        sa.Column("body", sa.Text, nullable=False),
        _time("created_at", default=True),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("endpoint_id", sa.Uuid, primary_key=True),
        sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.BigInteger),
        sa.Column("status", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        _time("next_attempt_at", default=True),
        _time("failing_since", nullable=True),
        sa.Column("answer_status", sa.Integer),
        sa.Column("answer_body", sa.Text),
        sa.Column("error", sa.Text),
        _time("created_at", default=True),
        _time("finished_at", nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'delivered', 'failed')", name="webhook_delivery_status"
        ),
        sa.CheckConstraint(
            "(status = 'waiting') = (finished_at IS NULL)", name="webhook_delivery_finished"
        ),
    )
    op.create_index(
        "webhook_delivery_waiting",
        "webhook_delivery",
        ["endpoint_id", sa.text("coalesce(event_id, 0)"), "message_id"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index(
        "webhook_delivery_failed",
        "webhook_delivery",
        ["endpoint_id", "message_id"],
        postgresql_where=sa.text("status = 'failed'"),
    )
    op.create_index("webhook_delivery_of_message", "webhook_delivery", ["message_id"])


def _time(name: str, *, default: bool = False, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        nullable=nullable,
        server_default=_NOW if default else None,
    )
