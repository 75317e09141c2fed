"""Events by id, from PostgreSQL, remembered for about a second."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from src.service.shared_kernel.event_directory import EventDirectory, EventEntry, EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.ticketing.app.interface.event_ticketing_repository import EventTicketingRepository


class CachedEventDirectory(EventDirectory):
    """Saves the hot paths a query each. It remembers who may see an event, never seat state; an
    unknown event or a draft is asked for every time, so a new event is there at once."""

    def __init__(
        self,
        repository: EventTicketingRepository,
        *,
        seconds: float = 1.0,
        size: int = 10_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._repository = repository
        self._seconds = seconds
        self._size = size
        self._now = now
        self._known: OrderedDict[EventId, tuple[float, EventEntry]] = OrderedDict()

    async def find(self, event_id: EventId) -> EventEntry | None:
        known = self._known.get(event_id)
        if known is not None and known[0] > self._now():
            return known[1]
        event = await self._repository.get(event_id)
        return None if event is None else self._remember(event.entry)

    async def find_all(self, event_ids: Sequence[EventId]) -> Sequence[EventEntry]:
        events = await self._repository.get_all(event_ids)
        return [self._remember(e.entry) for e in events if e.status is not EventStatus.DRAFT]

    async def refresh(self, entries: Sequence[EventEntry]) -> Sequence[EventEntry]:
        states = await self._repository.states([entry.id for entry in entries])
        return [
            replace(entry, is_active=state.is_active, status=state.status)
            for entry in entries
            if (state := states.get(entry.id)) is not None
        ]

    def _remember(self, entry: EventEntry) -> EventEntry:
        if entry.status is EventStatus.DRAFT:
            return entry
        known = self._known.get(entry.id)
        if known is not None:
            # A configuration never changes, and this object has worked out its subsections already.
            entry = replace(entry, config=known[1].config)
        self._known[entry.id] = (self._now() + self._seconds, entry)
        self._known.move_to_end(entry.id)
        if len(self._known) > self._size:
            self._known.popitem(last=False)
        return entry

    def forget(self, event_id: EventId) -> None:
        self._known.pop(event_id, None)
