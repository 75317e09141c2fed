"""The port that reads what the system of record says of whole events, to compare it with Kvrocks."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SubsectionKey


class LedgerAudit(Protocol):
    """What Postgres says of events as a whole. Raises StoreUnavailableError."""

    async def event_ids(self) -> Sequence[EventId]:
        """Every event but the drafts."""
        ...

    async def all_event_ids(self) -> frozenset[EventId]:
        """Every event and every draft."""
        ...

    async def last_event_id(self) -> int:
        """The highest id ever given to an event; 0 before the first."""
        ...

    def reconcile_lock(self, event_id: EventId) -> AbstractAsyncContextManager[bool]:
        """Try to take the event's lock for the `with` block, without waiting; give whether it is taken."""
        ...

    async def take_turn(self, every: timedelta) -> timedelta:
        """Take the turn to go through all events, which one instance has in this time. Zero when it is
        taken; else how long it is until the next."""
        ...

    async def give_turn_back(self) -> None:
        """Whoever asks next may take it."""
        ...

    async def seats(
        self, configs: Mapping[EventId, SeatingConfig]
    ) -> Mapping[EventId, Mapping[SubsectionKey, bytes]]:
        """The tickets' statuses as seat bytes. An event that has not one ticket for each seat is left
        out: Kvrocks cannot be compared with it."""
        ...

    async def changed_within(self, event_id: EventId, period: timedelta) -> frozenset[SeatId]:
        """Seats of reservations that changed within `period`; Kvrocks may not know of it yet."""
        ...

    async def next_epoch(self, event_id: EventId) -> int:
        """Begin a new epoch of the event's seat state; return its number."""
        ...

    async def correct_statuses(self) -> int:
        """Set each open event sold out or available, as its tickets say; return how many were wrong."""
        ...

    async def closed_events_with_holds(self) -> Sequence[EventId]:
        """Completed and ended events that still have live reservations."""
        ...

    async def purge_idempotency_keys(self, older_than: timedelta) -> None:
        """Delete idempotency keys older than this."""
        ...

    async def contradictions(self) -> Sequence[str]:
        """Tickets, reservations and event statuses that contradict one another, a line each."""
        ...

    async def drafts_older_than(self, age: timedelta) -> Sequence[EventId]:
        """Drafts older than `age`, which should have been removed."""
        ...
