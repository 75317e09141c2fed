"""What a buyer has bought: a ticket for each seat."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from src.service.box_office.domain.ticket_code import TicketCode, TicketKey
from src.service.shared_kernel.errors import NotConfirmedError
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatId, SeatingConfig


@dataclass(frozen=True, slots=True)
class OrderedSeat:
    """A seat of an order, and when somebody came in with its ticket."""

    seat: SeatId
    price: int
    checked_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """What a ticket is for, as a calendar has to know it. `starts_at` is in UTC; `timezone` is an IANA
    name."""

    name: str
    venue_name: str
    starts_at: datetime | None
    timezone: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """A seat and the code that lets its owner in."""

    event_id: EventId
    reservation_id: ReservationId
    seat: SeatId
    price: int
    code: TicketCode
    checked_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """A buyer's own reservation, as its tickets are made of it; seats in layout order."""

    id: ReservationId
    event_id: EventId
    status: ReservationStatus
    show: Show
    seats: tuple[OrderedSeat, ...]

    def require_confirmed(self) -> None:
        """Raise NotConfirmedError unless it has tickets."""
        if self.status is not ReservationStatus.CONFIRMED:
            raise NotConfirmedError(f"The reservation is {self.status}, not confirmed.")

    def tickets(self, key: TicketKey, config: SeatingConfig) -> Iterator[Ticket]:
        """A ticket for each seat, in their order."""
        for own in self.seats:
            code = key.code(config.place_of(own.seat), self.id)
            yield Ticket(self.event_id, self.id, own.seat, own.price, code, own.checked_in_at)
