"""Whether an event has a waiting line."""

from src.service.admission.domain.errors import NoWaitingLineError
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.event_directory import EventEntry


def terms_of(event: EventEntry) -> AdmissionTerms:
    """Return the terms of the event's line, or raise NoWaitingLineError."""
    if event.admission is None:
        raise NoWaitingLineError
    return event.admission
