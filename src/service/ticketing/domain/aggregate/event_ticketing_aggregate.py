"""The event and its tickets: the aggregate that a seller creates in one piece."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Self, TypedDict

from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.event_directory import EventEntry, EventStatus
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus
from src.service.shared_kernel.text import clean_description, clean_name
from src.service.ticketing.domain.errors import PreconditionFailedError, StatusChangeError
from src.service.ticketing.domain.event_dates import NO_DATES, EventDates

MAX_NAME = 200
MAX_VENUE_NAME = 200
MAX_DESCRIPTION = 5_000

TicketStatus = SeatStatus

_NEXT_BY_SELLER = {EventStatus.COMPLETED, EventStatus.ENDED}


@dataclass(frozen=True, slots=True)
class EventDetails:
    """What a seller writes about an event; trimmed and checked."""

    name: str
    description: str
    venue_name: str

    @classmethod
    def checked(cls, name: str, description: str, venue_name: str) -> Self:
        """Return the details, or raise InvalidInputError."""
        return cls(_name(name), _description(description), _venue_name(venue_name))

    def changed(
        self, name: str | None = None, description: str | None = None, venue_name: str | None = None
    ) -> Self:
        """Return the details with what is given, or raise InvalidInputError.

        What is not given is not looked at: the rules may have been others when it was written.
        """
        return replace(
            self,
            name=self.name if name is None else _name(name),
            description=self.description if description is None else _description(description),
            venue_name=self.venue_name if venue_name is None else _venue_name(venue_name),
        )


def _name(name: str) -> str:
    return clean_name("name", name, limit=MAX_NAME)


def _description(description: str) -> str:
    return clean_description("description", description, limit=MAX_DESCRIPTION)


def _venue_name(venue_name: str) -> str:
    return clean_name("venue_name", venue_name, limit=MAX_VENUE_NAME)


class GivenAdmission(TypedDict, total=False):
    """The terms of the waiting line as a seller gives them. None takes the line away."""

    admission: AdmissionTerms | None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that has no id yet, and the tickets it will have."""

    seller_id: UserId
    details: EventDetails
    config: SeatingConfig
    is_active: bool
    dates: EventDates = NO_DATES
    admission: AdmissionTerms | None = None

    def tickets(self) -> Iterator[tuple[SeatId, int]]:
        """Each seat with its price, in layout order."""
        prices = {section.name: section.price for section in self.config.sections}
        for seat in self.config.seats():
            yield seat, prices[seat.section]


@dataclass(frozen=True, slots=True)
class Event:
    """A created event."""

    id: EventId
    seller_id: UserId
    details: EventDetails
    config: SeatingConfig
    is_active: bool
    status: EventStatus
    created_at: datetime
    updated_at: datetime
    dates: EventDates = NO_DATES
    admission: AdmissionTerms | None = None

    @property
    def entry(self) -> EventEntry:
        return EventEntry(
            self.id,
            self.seller_id,
            self.is_active,
            self.status,
            self.config,
            self.dates.sale,
            self.admission,
        )

    @property
    def revision(self) -> str:
        """It changes whenever what people see of the event itself changes; not with its seats.

        Made of the values, so that it means the same to every instance and after a restore, and
        does not change with what nobody sees.
        """
        seen = (self.id, *astuple(self.details), self.is_active, self.status.value)
        if self.dates != NO_DATES:
            seen += tuple(map(str, astuple(self.dates)))
        if self.admission is not None:
            seen += (str(self.admission),)
        return sha256(repr(seen).encode()).hexdigest()[:32]

    def require_revision(self, wanted: Collection[str] | None) -> None:
        """Raise PreconditionFailedError unless the event is at one of these; None is any."""
        if wanted is not None and self.revision not in wanted:
            raise PreconditionFailedError(
                "The event has changed since you last saw it. Read it again, then change it."
            )

    def changed(
        self,
        *,
        details: EventDetails | None = None,
        is_active: bool | None = None,
        status: EventStatus | None = None,
        dates: EventDates | None = None,
        admission: GivenAdmission | None = None,
    ) -> "Event":
        """Return the event as its seller wants it, or raise StatusChangeError."""
        if status is not None and status is not self.status:
            if self.status.is_final:
                raise StatusChangeError(f"The event is {self.status}; that is final.")
            if status not in _NEXT_BY_SELLER:
                raise StatusChangeError(
                    f"A seller can make an event completed or ended, not {status}."
                )
        return replace(
            self,
            details=details or self.details,
            is_active=self.is_active if is_active is None else is_active,
            status=status or self.status,
            dates=dates or self.dates,
            admission=(admission or {}).get("admission", self.admission),
        )


@dataclass(frozen=True, slots=True)
class TicketSheet:
    """All tickets of an event, column by column, in layout order.

    Columns, because 50,000 tickets as objects would cost more than everything else in a request.
    """

    ids: Sequence[int]
    statuses: bytes  # one status code per ticket, as in Kvrocks

    def status_at(self, index: int) -> TicketStatus:
        return SeatStatus.from_code(self.statuses[index])
