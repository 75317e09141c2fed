"""What can go wrong with orders and tickets.

ServiceError
  BoxOfficeError
    NoDateError
    NoSuchTicketError
    AlreadyCheckedInError
"""

from datetime import datetime

from src.service.shared_kernel.errors import ServiceError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId


class BoxOfficeError(ServiceError):
    """Any of these."""


class NoDateError(BoxOfficeError):
    """The event has no date to put into a calendar."""

    type = "no-date"

    def __init__(self) -> None:
        super().__init__("The event has no date yet.")


class NoSuchTicketError(BoxOfficeError):
    """There is no valid ticket of this event with this code, or of this order for this seat."""

    type = "no-such-ticket"

    def __init__(self) -> None:
        super().__init__("There is no such ticket, or it is not valid any more.")


class AlreadyCheckedInError(BoxOfficeError):
    """The ticket has been used, at `checked_in_at`, for `seat`, which had this price."""

    type = "already-checked-in"

    def __init__(
        self, event_id: EventId, seat: SeatId, price: int, checked_in_at: datetime
    ) -> None:
        super().__init__(f"{seat} has been checked in at {checked_in_at:%Y-%m-%d %H:%M:%S} UTC.")
        self.event_id = event_id
        self.seat = seat
        self.price = price
        self.checked_in_at = checked_in_at
