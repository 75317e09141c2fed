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
        """True inside the block when nobody else holds this event's lock; nobody waits for it."""
        ...

    async def seats(
        self, configs: Mapping[EventId, SeatingConfig]
    ) -> Mapping[EventId, Mapping[SubsectionKey, bytes]]:
        """The tickets' states, in the form that Kvrocks has. An event whose tickets are not as many
        as its seats is left out: nothing can be made to agree with those."""
        ...

    async def changed_within(self, event_id: EventId, period: timedelta) -> frozenset[SeatId]:
        """Seats whose change may still be on its way from Postgres to Kvrocks."""
        ...

    async def next_epoch(self, event_id: EventId) -> int:
        """Begin a new epoch of the event's seat state."""
        ...

    async def correct_statuses(self) -> int:
        """Give open events the status that their seats say; return how many had another."""
        ...

    async def closed_events_with_holds(self) -> Sequence[EventId]:
        """Events that are over and have reservations that nobody released."""
        ...

    async def purge_idempotency_keys(self, older_than: timedelta) -> None:
        """Drop idempotency keys that no client will send again."""
        ...

    async def contradictions(self) -> Sequence[str]:
        """Tickets, reservations and event statuses that contradict one another, a line each."""
        ...

    async def drafts_older_than(self, age: timedelta) -> Sequence[EventId]:
        """Creations that were cut off so long ago that they should have been removed."""
        ...
