"""Whether an event has a waiting line, and for whom."""

from src.service.admission.domain.errors import NoWaitingLineError
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.event_directory import EventDirectory, EventEntry, existing_event
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import EventId


def terms_of(event: EventEntry) -> AdmissionTerms:
    """Return the terms of the event's line, or raise NoWaitingLineError."""
    if event.admission is None:
        raise NoWaitingLineError
    return event.admission


async def terms_for(directory: EventDirectory, caller: Caller, event_id: EventId) -> AdmissionTerms:
    """Return the terms of the line for a buyer who may see the event. Raises ForbiddenError,
    EventNotFoundError, NoWaitingLineError."""
    caller.require(Role.BUYER)
    event = await existing_event(directory, event_id)
    event.require_visible_to(caller)
    return terms_of(event)
