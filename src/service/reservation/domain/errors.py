"""What can go wrong with a reservation.

ServiceError
  ReservationError
    SeatsTakenError
    NotEnoughSeatsError
    NotOnSaleError
    NotAdmittedError
    TooMuchContentionError
    TooManySeatsHeldError
    ReservationNotLiveError
    SeatNotFoundError
    EventOverError
    TicketUsedError
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from src.service.shared_kernel.errors import ServiceError
from src.service.shared_kernel.seating import SeatId


@dataclass(frozen=True, slots=True)
class Opening:
    """When a sale opens, in UTC, and how long that is from now, by PostgreSQL's clock."""

    at: datetime
    wait: timedelta


class ReservationError(ServiceError):
    """Any of these."""


class SeatsTakenError(ReservationError):
    """Somebody else holds some of the seats."""

    type = "seats-taken"

    def __init__(self, seats: Sequence[SeatId]) -> None:
        super().__init__(f"Not available any more: {', '.join(map(str, seats))}.")
        self.seats = tuple(seats)


class NotEnoughSeatsError(ReservationError):
    """Fewer seats are available than asked for."""

    type = "not-enough-seats"


class NotOnSaleError(ReservationError):
    """The event takes no reservations now."""

    type = "not-on-sale"

    def __init__(
        self, detail: str = "The event is not on sale.", *, opens: Opening | None = None
    ) -> None:
        super().__init__(detail)
        self.opens = opens

    @classmethod
    def before(cls, opens: Opening) -> "NotOnSaleError":
        """The sale is yet to come."""
        return cls(f"The sale opens at {opens.at:%Y-%m-%d %H:%M:%S} UTC.", opens=opens)


class NotAdmittedError(ReservationError):
    """The event has a waiting line, and the buyer has no pass that is live."""

    type = "not-admitted"

    def __init__(self) -> None:
        super().__init__("This event lets buyers in one after the other: join its line first.")


class TooMuchContentionError(ReservationError):
    """Others were quicker each time the best seats were picked."""

    type = "too-much-contention"


class TooManySeatsHeldError(ReservationError):
    """With these seats the buyer would hold more of the event than anybody may.

    `first_ends_in` says when the first of the holds ends, None when that would not help.
    """

    type = "too-many-seats-held"

    def __init__(self, *, held: int, limit: int, first_ends_in: timedelta | None) -> None:
        super().__init__(
            f"You hold {held} {'seat' if held == 1 else 'seats'} of this event that you have not"
            f" bought yet, and at most {limit} may be held at once."
        )
        self.held = held
        self.limit = limit
        self.first_ends_in = first_ends_in


class ReservationNotLiveError(ReservationError):
    """The reservation is over, so it cannot be changed any more."""

    type = "reservation-not-live"


class SeatNotFoundError(ReservationError):
    """The reservation never had such a seat."""

    type = "seat-not-found"


class EventOverError(ReservationError):
    """The event is over: none of its seats changes any more."""

    type = "event-over"

    def __init__(self) -> None:
        super().__init__("The event is over: its seats stay as they are.")


class TicketUsedError(ReservationError):
    """A ticket of the reservation was used at the door."""

    type = "ticket-used"

    def __init__(self) -> None:
        super().__init__("A ticket of this reservation was used at the door.")
