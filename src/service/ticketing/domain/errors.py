"""What can go wrong with an event.

ServiceError
  TicketingError
    StatusChangeError
    CreationOverdueError
    PreconditionFailedError
"""

from src.service.shared_kernel.errors import ServiceError


class TicketingError(ServiceError):
    """Any of these."""


class StatusChangeError(TicketingError):
    """The event's status does not lead to the one asked for."""

    type = "status-change"


class CreationOverdueError(TicketingError):
    """Creating took longer than a draft may last: it was removed, and nothing of it is left."""

    type = "creation-overdue"


class PreconditionFailedError(TicketingError):
    """The event is no longer as the caller last saw it."""

    type = "precondition-failed"
