"""A reservation as the seller of its event sees it."""

from dataclasses import dataclass
from datetime import datetime

from src.service.box_office.domain.ticket import OrderedSeat
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus


@dataclass(frozen=True, slots=True)
class Buyer:
    id: UserId
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Order:
    """Seats are in layout order, and those of an order that is over are the ones that it had."""

    id: ReservationId
    event_id: EventId
    buyer: Buyer
    status: ReservationStatus
    seats: tuple[OrderedSeat, ...]
    created_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None

    @property
    def total_price(self) -> int:
        return sum(ordered.price for ordered in self.seats)

    @property
    def checked_in(self) -> int:
        """How many of its tickets were used."""
        return sum(ordered.checked_in_at is not None for ordered in self.seats)
