"""Callers, events and houses that many tests share."""

from datetime import UTC, datetime

from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.event_directory import EventEntry, EventStatus
from src.service.shared_kernel.identity import Caller, Identify, Role
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.seating import SeatId, SeatingConfig, Section
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event, EventDetails
from src.service.ticketing.domain.event_dates import NO_DATES, EventDates

SELLER = Caller(UserId(1), Role.SELLER)
OTHER_SELLER = Caller(UserId(2), Role.SELLER)
BUYER = Caller(UserId(11), Role.BUYER)
OTHER_BUYER = Caller(UserId(12), Role.BUYER)

NOW = datetime(2026, 1, 1, tzinfo=UTC)

# Two subsections of A and one of B, each of two rows of three seats.
HOUSE = SeatingConfig(2, 3, (Section("A", 2000, 2), Section("B", 1500, 1)))


def known(caller: Caller | None) -> Identify:
    """Says who is calling, without a question."""

    async def identify() -> Caller | None:
        return caller

    return identify


def seat(identifier: str) -> SeatId:
    """The seat of that name, which must be one."""
    found = SeatId.parse(identifier)
    assert found is not None, identifier
    return found


def seats(identifiers: str) -> tuple[SeatId, ...]:
    """Seats by their names, separated by spaces."""
    return tuple(map(seat, identifiers.split()))


def an_event(
    event_id: int = 1,
    *,
    seller: Caller = SELLER,
    config: SeatingConfig = HOUSE,
    is_active: bool = True,
    status: EventStatus = EventStatus.AVAILABLE,
    dates: EventDates = NO_DATES,
    admission: AdmissionTerms | None = None,
) -> Event:
    return Event(
        EventId(event_id),
        seller.id,
        EventDetails("Rock Concert", "Amazing live rock music show", "Taipei Arena"),
        config,
        is_active,
        status,
        NOW,
        NOW,
        dates,
        admission,
    )


def an_entry(event_id: int = 1, *, config: SeatingConfig = HOUSE) -> EventEntry:
    return an_event(event_id, config=config).entry
