"""What can go wrong with a reservation."""

from collections.abc import Sequence

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


class ReservationNotFoundError(Exception):
    """No such reservation of this buyer."""


class ReservationNotLiveError(Exception):
    """The reservation is over, so it cannot be changed any more."""
