"""The `idempotency_key` table: which request made which event or reservation."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, LargeBinary, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from src.platform.database import Base


class IdempotencyKeyRow(Base):
    """Written in the transaction that makes what it guards; gone with a draft that is removed."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        CheckConstraint("operation IN ('create_event', 'reserve')", name="idempotency_operation"),
        CheckConstraint(
            "num_nonnulls(event_id, reservation_id) = 1", name="idempotency_guards_one_thing"
        ),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user.id"), primary_key=True)
    operation: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)
    event_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("event.id", ondelete="CASCADE")
    )
    reservation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("reservation.id"))
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )
