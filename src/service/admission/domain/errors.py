"""What can go wrong with a waiting line.

ServiceError
  AdmissionError
    NoWaitingLineError
    NotInLineError
    LineOverError
"""

from src.service.shared_kernel.errors import ServiceError


class AdmissionError(ServiceError):
    """Any of these."""


class NoWaitingLineError(AdmissionError):
    """The event has no waiting line: who wants seats may reserve them."""

    type = "no-waiting-line"

    def __init__(self) -> None:
        super().__init__("This event has no waiting line.")


class NotInLineError(AdmissionError):
    """The buyer has not joined, or has left."""

    type = "not-in-line"

    def __init__(self) -> None:
        super().__init__("You are not in this event's line.")


class LineOverError(AdmissionError):
    """The sale is over, so nobody joins any more."""

    type = "line-over"

    def __init__(self) -> None:
        super().__init__("The sale is over, and so is its line.")
