"""The tables behind the tickets: the secret of each event, and who is in."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from src.platform.database import Base
from src.service.box_office.domain.ticket_code import KEY_BYTES


class TicketKeyRow(Base):
    """Made with the first ticket that is shown of an event, and never changed: another one would void
    what has been printed."""

    __tablename__ = "ticket_key"
    __table_args__ = (
        CheckConstraint(f"octet_length(secret) = {KEY_BYTES}", name="ticket_key_secret"),
    )

    event_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("event.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    secret: Mapped[bytes] = mapped_column(LargeBinary)


class CheckInRow(Base):
    """A ticket that was used. `reservation.checked_in` counts those of a reservation, which names its
    tickets itself."""

    __tablename__ = "check_in"

    reservation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("reservation.id"), primary_key=True
    )
    ticket_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    checked_in_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
