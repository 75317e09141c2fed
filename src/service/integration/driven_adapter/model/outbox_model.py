"""The tables of what is still to be passed on."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from src.platform.database import Base
from src.service.shared_kernel.message_type import Listener
from src.service.shared_kernel.sql_rules import one_of


class OutboxRow(Base):
    """A message that `kafka` or `webhooks` have not been passed yet; a row without either goes.

    It says what happened; what never changes of the reservation and its seats is read when it is passed on.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("kafka OR webhooks", name="outbox_has_listener"),
        Index("outbox_for_kafka", "id", postgresql_where=text("kafka")),
        Index("outbox_for_webhooks", "id", postgresql_where=text("webhooks")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    event_id: Mapped[int] = mapped_column(BigInteger)
    reservation_id: Mapped[uuid.UUID | None]
    ticket_ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    occurred_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    kafka: Mapped[bool]
    webhooks: Mapped[bool]


class OutboxTurnRow(Base):
    """Which instance passes on to a listener, until when at least."""

    __tablename__ = "outbox_turn"
    __table_args__ = (CheckConstraint(one_of("listener", Listener), name="outbox_turn_listener"),)

    listener: Mapped[str] = mapped_column(Text, primary_key=True)
    holder: Mapped[uuid.UUID]
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
