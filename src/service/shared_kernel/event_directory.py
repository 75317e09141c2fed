"""What both contexts need to know of an event before they touch its seats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.errors import EventNotFoundError, ForbiddenError
from src.service.shared_kernel.identity import Caller, Identify, Role
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.sale_window import ALWAYS, SaleWindow
from src.service.shared_kernel.seating import SeatingConfig


class EventStatus(StrEnum):
    """DRAFT while creation is under way; COMPLETED and ENDED are final."""

    DRAFT = "draft"
    AVAILABLE = "available"
    SOLD_OUT = "sold_out"
    COMPLETED = "completed"
    ENDED = "ended"

    @property
    def is_open(self) -> bool:
        """Whether seats of the event may change hands."""
        return self in (EventStatus.AVAILABLE, EventStatus.SOLD_OUT)

    @property
    def is_final(self) -> bool:
        return self in (EventStatus.COMPLETED, EventStatus.ENDED)

    def following(self, *, seats_left: bool) -> "EventStatus":
        """The status that the seats give the event: an open event is sold out exactly while no seat
        is available."""
        if not self.is_open:
            return self
        return EventStatus.AVAILABLE if seats_left else EventStatus.SOLD_OUT


@dataclass(frozen=True, slots=True)
class EventEntry:
    """An event's seats, when they are sold and to whom, and who may see it. `admission` is None where
    nobody has to wait in line."""

    id: EventId
    seller_id: UserId
    is_active: bool
    status: EventStatus
    config: SeatingConfig
    sale: SaleWindow = ALWAYS
    admission: AdmissionTerms | None = None

    def on_sale(self, now: datetime) -> bool:
        """Whether the event takes reservations. That seats are left is another question."""
        return self.is_active and self.status.is_open and self.sale.is_open(now)

    def purchasable(self, now: datetime) -> bool:
        """Whether the public list shows the event: it is on sale or will be, and seats are left."""
        available = self.status is EventStatus.AVAILABLE
        return self.is_active and available and not self.sale.is_over(now)

    def visible_to(self, caller: Caller | None, *, has_seats: bool = False) -> bool:
        """Nobody sees a draft, and an event that is not active only its seller and, where what they have
        counts, who `has_seats` of it."""
        if self.status is EventStatus.DRAFT:
            return False
        own = caller is not None and caller.id == self.seller_id
        return self.is_active or own or has_seats

    def require_visible_to(self, caller: Caller | None) -> None:
        """Raise EventNotFoundError unless this caller may see the event."""
        if not self.visible_to(caller):
            raise EventNotFoundError(self.id)

    def require_own(self, caller: Caller) -> None:
        """Raise EventNotFoundError unless this caller may see the event, ForbiddenError unless it is
        theirs."""
        self.require_visible_to(caller)
        if caller.id != self.seller_id:
            raise ForbiddenError("Only the seller who created this event can do this.")


class EventDirectory(Protocol):
    """Finds events by id; may answer from a cache about a second old."""

    async def find(self, event_id: EventId) -> EventEntry | None: ...

    async def find_all(self, event_ids: Sequence[EventId]) -> Sequence[EventEntry]:
        """Those of these events that there are, in the order of their ids; drafts are left out."""
        ...

    async def refresh(self, entries: Sequence[EventEntry]) -> Sequence[EventEntry]:
        """The same events as they are now, not as cached; those that are gone are left out."""
        ...

    def invalidate(self, event_id: EventId) -> None:
        """Drop what is cached of this event: it has just been changed."""
        ...


async def existing_event(directory: EventDirectory, event_id: EventId) -> EventEntry:
    """Return the event, whoever may see it, else raise EventNotFoundError."""
    entry = await directory.find(event_id)
    if entry is None:
        raise EventNotFoundError(event_id)
    return entry


async def own_event(directory: EventDirectory, caller: Caller, event_id: EventId) -> EventEntry:
    """Return the caller's own event. Raises ForbiddenError, EventNotFoundError."""
    caller.require(Role.SELLER)
    event = await existing_event(directory, event_id)
    event.require_own(caller)
    return event


async def visible_event(
    directory: EventDirectory, event_id: EventId, identify: Identify
) -> EventEntry:
    """Return the event if the caller may see it, else raise EventNotFoundError. Who is calling is asked
    only when not everybody may."""
    entry = await existing_event(directory, event_id)
    if not entry.visible_to(None):
        entry.require_visible_to(await identify())
    return entry
