"""What can go wrong with a reservation."""

from collections.abc import Sequence
from datetime import timedelta

from src.service.shared_kernel.seating import SeatId


class SeatsTakenError(Exception):
    """Somebody else holds some of the seats."""

    def __init__(self, seats: Sequence[SeatId]) -> None:
        super().__init__(f"Not available any more: {', '.join(map(str, seats))}.")
        self.seats = tuple(seats)


class NotEnoughSeatsError(Exception):
    """Fewer seats are available than asked for."""


class NotOnSaleError(Exception):
    """The event takes no reservations now."""


class TooMuchContentionError(Exception):
    """Others were quicker each time the best seats were picked."""


class TooManySeatsHeldError(Exception):
    """With these seats the buyer would hold more of the event than anybody may.

    `first_ends_in` says when the first of the holds ends, None when that would not help.
    """

    def __init__(self, *, held: int, limit: int, first_ends_in: timedelta | None) -> None:
        super().__init__(
            f"You hold {held} {'seat' if held == 1 else 'seats'} of this event that you have not"
            f" bought yet, and at most {limit} may be held at once."
        )
        self.held = held
        self.limit = limit
        self.first_ends_in = first_ends_in


class ReservationNotFoundError(Exception):
    """No such reservation of this buyer."""


class ReservationNotLiveError(Exception):
    """The reservation is over, so it cannot be changed any more."""
