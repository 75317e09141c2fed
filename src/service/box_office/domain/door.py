"""What happens at the door."""

from dataclasses import dataclass
from datetime import datetime

from src.service.box_office.domain.ticket_code import TicketKey
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.seating import SeatId


@dataclass(frozen=True, slots=True)
class SoldSeat:
    """A seat that is sold now, to whom, and the key that their ticket's code was made with."""

    ticket_id: int
    reservation_id: ReservationId
    buyer_name: str
    price: int
    key: TicketKey


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Somebody is in."""

    seat: SeatId
    price: int
    reservation_id: ReservationId
    buyer_name: str
    checked_in_at: datetime


@dataclass(frozen=True, slots=True)
class DoorCounts:
    """How many of the seats that are sold have been checked in."""

    checked_in: int
    sold: int
