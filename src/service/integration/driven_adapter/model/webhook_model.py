"""The tables of the webhooks."""

import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from src.platform.database import Base


class WebhookEndpointRow(Base):
    """An address that a seller has registered for some types of messages. After a rotation `old_secret`
    signs beside `secret` until `old_secret_until`."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'paused')", name="webhook_endpoint_status"),
        CheckConstraint(
            "paused_reason IS NULL OR status = 'paused'", name="webhook_endpoint_paused_reason"
        ),
        CheckConstraint(
            "(old_secret IS NULL) = (old_secret_until IS NULL)", name="webhook_endpoint_old_secret"
        ),
        Index("webhook_endpoint_by_seller", "seller_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seller_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user.id"))
    url: Mapped[str] = mapped_column(Text)
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    description: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="active")
    paused_reason: Mapped[str | None] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    old_secret: Mapped[str | None] = mapped_column(Text)
    old_secret_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class WebhookLaneRow(Base):
    """What waits for one endpoint, and who works on it. Apart from the endpoint, because it changes all the
    time.

    Something is due at `due_at`, where that is not null. `arrivals` is raised with all that is put in.
    `failing_since` is when the first of the attempts failed since the last that succeeded; `slow` says that the
    last one took its time. Until `rests_until` its receiver wants to be sent nothing.
    """

    __tablename__ = "webhook_lane"
    __table_args__ = (
        CheckConstraint(
            "(lease IS NULL) = (leased_until IS NULL)", name="webhook_lane_leased_until"
        ),
        Index("webhook_lane_due", "due_at"),
    )

    endpoint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webhook_endpoint.id", ondelete="CASCADE"), primary_key=True
    )
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    arrivals: Mapped[int] = mapped_column(BigInteger, server_default="0")
    lease: Mapped[uuid.UUID | None]
    leased_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    slow: Mapped[bool] = mapped_column(server_default=false())
    rests_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class WebhookMessageRow(Base):
    """A message as it is sent: the same bytes however often, to however many endpoints."""

    __tablename__ = "webhook_message"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(Text)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class WebhookDeliveryRow(Base):
    """A message on its way to an endpoint, and what became of it.

    It refers to both without a foreign key: an endpoint with very many of them goes at once, and they go with
    their message, when that is old.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint(
            "status IN ('waiting', 'delivered', 'failed')", name="webhook_delivery_status"
        ),
        CheckConstraint(
            "(status = 'waiting') = (finished_at IS NULL)", name="webhook_delivery_finished"
        ),
        Index(
            "webhook_delivery_waiting",
            "endpoint_id",
            text("coalesce(event_id, 0)"),
            "message_id",
            postgresql_where=text("status = 'waiting'"),
        ),
        Index(
            "webhook_delivery_failed",
            "endpoint_id",
            "message_id",
            postgresql_where=text("status = 'failed'"),
        ),
        Index("webhook_delivery_of_message", "message_id"),
    )

    endpoint_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text, server_default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    next_attempt_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answer_status: Mapped[int | None] = mapped_column(Integer)
    answer_body: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
