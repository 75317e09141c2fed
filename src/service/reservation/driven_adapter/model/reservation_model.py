"""The `reservation` table."""

import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from src.service.reservation.domain.reservation import (
    MAX_CANCEL_REASON,
    MAX_SEATS_PER_RESERVATION,
)
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.sql_rules import one_of


class ReservationRow(Base):
    """`ticket_ids` are the seats that it has, or had at its end; `released_ticket_ids` those that were
    given back one by one before. House seats have no end, and are any number.

    A row that an earlier version confirmed has no `confirmed_at` (`sql_rules.confirmed_at`).
    """

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint(one_of("status", ReservationStatus), name="reservation_status_known"),
        CheckConstraint(
            "cardinality(ticket_ids) >= 1"
            f" AND (house OR cardinality(ticket_ids) <= {MAX_SEATS_PER_RESERVATION})",
            name="reservation_size",
        ),
        CheckConstraint("house = (expires_at IS NULL)", name="reservation_house_has_no_end"),
        CheckConstraint(
            "(status = 'cancelled') = (cancelled_at IS NOT NULL)"
            " AND (cancel_reason IS NULL OR cancelled_at IS NOT NULL)",
            name="reservation_cancelled",
        ),
        CheckConstraint(
            f"char_length(cancel_reason) BETWEEN 1 AND {MAX_CANCEL_REASON}",
            name="reservation_cancel_reason",
        ),
        CheckConstraint(
            "checked_in BETWEEN 0 AND cardinality(ticket_ids)", name="reservation_checked_in"
        ),
        Index("reservation_by_buyer", "buyer_id", "created_at", "id"),
        Index("reservation_by_event", "event_id", "updated_at"),
        Index(
            "reservation_orders",
            "event_id",
            "created_at",
            "id",
            postgresql_where=text("NOT house"),
        ),
        Index("reservation_held", "buyer_id", "event_id", "status"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("event.id"))
    buyer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user.id"))
    status: Mapped[str] = mapped_column(Text)
    ticket_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    released_ticket_ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    house: Mapped[bool] = mapped_column(Boolean, server_default=false())
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    checked_in: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


Index(
    "reservation_due",
    ReservationRow.expires_at,
    postgresql_where=ReservationRow.status == "reserved",
)
