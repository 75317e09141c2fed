"""The port to the system of record for events and tickets. Each call is one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.idempotency import IdempotencyKey
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.paging import Page
from src.service.ticketing.app.interface.event_list import EventCursor, EventFilter
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import (
    Event,
    NewEvent,
    TicketSheet,
)


@dataclass(frozen=True, slots=True)
class EventState:
    """What can change about who may see an event, and whether it is on sale."""

    is_active: bool
    status: EventStatus


class EventTicketingRepository(Protocol):
    """Raises StoreUnavailableError when the store is down, OutcomeUnknownError when its answer to
    a commit was lost."""

    async def create_draft(self, event: NewEvent, key: IdempotencyKey | None) -> Event:
        """Insert the event as a draft with all its tickets, and the key.

        Raises IdempotencyInFlightError when the key is taken.
        """
        ...

    async def mark_available(self, event_id: EventId) -> Event:
        """Put the draft on sale. Raises CreationOverdueError when it is gone."""
        ...

    async def delete_draft(self, event_id: EventId) -> None:
        """Remove the draft, its tickets and its idempotency key, if it still is a draft."""
        ...

    async def find_by_key(self, seller_id: UserId, key: IdempotencyKey) -> Event | None:
        """Return the event that this key created, or None when the key is new.

        Raises IdempotencyMismatchError when the key stands for another request.
        """
        ...

    async def get(self, event_id: EventId) -> Event | None: ...

    async def get_all(self, event_ids: Sequence[EventId]) -> Sequence[Event]:
        """Those of these events that there are, in the order of their ids."""
        ...

    async def states(self, event_ids: Sequence[EventId]) -> Mapping[EventId, EventState]:
        """What can change about who sees these events; those that are gone are left out."""
        ...

    async def page(
        self, wanted: EventFilter, *, limit: int, after: EventCursor | None
    ) -> Page[Event]:
        """Up to `limit` of these events, those that come after the cursor. Raises OverloadedError when
        too many search at once."""
        ...

    async def tickets(self, event_id: EventId) -> TicketSheet: ...

    async def update(self, event_id: EventId, change: Callable[[Event], Event]) -> Event | None:
        """Store what `change` makes of the event while no seat of it can change hands.

        Returns None when there is no such event.
        """
        ...

    async def stale_drafts(self, older_than: timedelta) -> tuple[Event, ...]: ...
