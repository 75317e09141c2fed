"""The `ticket` table: one row per seat of every event."""

import uuid

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from src.platform.database import Base
from src.service.shared_kernel.seating import SeatStatus
from src.service.shared_kernel.sql_rules import one_of


class TicketRow(Base):
    """Ids grow in the event's layout order: the rows are written by one COPY.

    No index holds `status`, `buyer_id` or `reservation_id`, so a ticket changes hands without
    touching an index; a reservation knows its tickets by id.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint(
            "event_id", "section", "subsection", "row", "seat", name="ticket_seat_once"
        ),
        CheckConstraint("price >= 0", name="ticket_price_not_negative"),
        CheckConstraint(one_of("status", SeatStatus), name="ticket_status_known"),
        CheckConstraint(
            "(status = 'available') = (reservation_id IS NULL)"
            " AND (reservation_id IS NULL) = (buyer_id IS NULL)",
            name="ticket_owner_matches_status",
        ),
        {"postgresql_with": {"fillfactor": 90}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("event.id"))
    section: Mapped[str] = mapped_column(Text)
    subsection: Mapped[int] = mapped_column(Integer)
    row: Mapped[int] = mapped_column(Integer)
    seat: Mapped[int] = mapped_column(Integer)
    price: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(Text)
    buyer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("user.id"))
    reservation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("reservation.id"))
