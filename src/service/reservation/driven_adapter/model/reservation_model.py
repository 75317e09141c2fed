"""The `reservation` table."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from src.platform.database import Base
from src.service.reservation.domain.reservation import MAX_SEATS_PER_RESERVATION
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.sql_rules import one_of


class ReservationRow(Base):
    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint(one_of("status", ReservationStatus), name="reservation_status_known"),
        CheckConstraint(
            f"cardinality(ticket_ids) BETWEEN 1 AND {MAX_SEATS_PER_RESERVATION}",
            name="reservation_size",
        ),
        Index("reservation_by_buyer", "buyer_id", "created_at", "id"),
        Index("reservation_by_event", "event_id", "updated_at"),
        Index("reservation_held", "buyer_id", "event_id", "status"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("event.id"))
    buyer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user.id"))
    status: Mapped[str] = mapped_column(Text)
    ticket_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


Index(
    "reservation_due",
    ReservationRow.expires_at,
    postgresql_where=ReservationRow.status == "reserved",
)
