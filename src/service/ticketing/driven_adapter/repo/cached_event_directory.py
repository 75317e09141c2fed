"""Events by id, from PostgreSQL, cached for about a second."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from src.service.shared_kernel.event_directory import EventDirectory, EventEntry, EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.ticketing.app.interface.event_ticketing_repository import EventTicketingRepository


class CachedEventDirectory(EventDirectory):
    """Saves the hot paths a query each. It holds who may see an event, never seat state; an unknown
    event or a draft is not cached, so a new event is there at once."""

    def __init__(
        self,
        repository: EventTicketingRepository,
        *,
        ttl: float = 1.0,
        size: int = 10_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._repository = repository
        self._ttl = ttl
        self._size = size
        self._now = now
        self._cached: OrderedDict[EventId, tuple[float, EventEntry]] = OrderedDict()

    async def find(self, event_id: EventId) -> EventEntry | None:
        cached = self._cached.get(event_id)
        if cached is not None and cached[0] > self._now():
            return cached[1]
        event = await self._repository.get(event_id)
        return None if event is None else self._put(event.entry)

    async def find_all(self, event_ids: Sequence[EventId]) -> Sequence[EventEntry]:
        events = await self._repository.get_all(event_ids)
        return [self._put(e.entry) for e in events if e.status is not EventStatus.DRAFT]

    async def refresh(self, entries: Sequence[EventEntry]) -> Sequence[EventEntry]:
        states = await self._repository.states([entry.id for entry in entries])
        return [
            replace(entry, is_active=state.is_active, status=state.status)
            for entry in entries
            if (state := states.get(entry.id)) is not None
        ]

    def _put(self, entry: EventEntry) -> EventEntry:
        if entry.status is EventStatus.DRAFT:
            return entry
        cached = self._cached.get(entry.id)
        if cached is not None:
            # A configuration never changes, and this object has worked out its subsections already.
            entry = replace(entry, config=cached[1].config)
        self._cached[entry.id] = (self._now() + self._ttl, entry)
        self._cached.move_to_end(entry.id)
        if len(self._cached) > self._size:
            self._cached.popitem(last=False)
        return entry

    def invalidate(self, event_id: EventId) -> None:
        self._cached.pop(event_id, None)
