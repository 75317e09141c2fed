"""The ports that look at both stores as a whole, to find and mend where they differ."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey


@dataclass(frozen=True, slots=True)
class PendingHold:
    """A hold in Kvrocks whose fate in Postgres was not known when it was written."""

    member: str
    seats: tuple[SeatId, ...]
    overdue: bool


@dataclass(frozen=True, slots=True)
class StoredState:
    """All that Kvrocks holds of one event, at one moment."""

    version: StateVersion
    closed: bool
    seats: Mapping[SubsectionKey, bytes]
    pending: tuple[PendingHold, ...]


@dataclass(frozen=True, slots=True)
class SeatCorrection:
    """A seat that Kvrocks has in a wrong state."""

    seat: SeatId
    found: SeatStatus
    right: SeatStatus


class LedgerAudit(Protocol):
    """What Postgres says. Raises StoreUnavailableError."""

    async def event_ids(self) -> Sequence[EventId]:
        """Every event but the drafts."""
        ...

    async def all_event_ids(self) -> frozenset[EventId]:
        """Every event and every draft."""
        ...

    async def last_event_id(self) -> int:
        """The highest id ever given to an event; 0 before the first."""
        ...

    def turn(self, event_id: EventId) -> AbstractAsyncContextManager[bool]:
        """True inside the block when nobody else reconciles this event meanwhile."""
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

    async def let_statuses_follow_seats(self) -> int:
        """Set events sold out or available as their tickets are; return how many were wrong."""
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

    async def drafts_older_than(self, limit: timedelta) -> Sequence[EventId]:
        """Creations that were cut off so long ago that they should have been removed."""
        ...


class SeatStateRepair(Protocol):
    """What Kvrocks holds, and the ways to mend it. Raises StoreUnavailableError."""

    async def look(self, configs: Mapping[EventId, SeatingConfig]) -> Mapping[EventId, StoredState]:
        """An event of whose state any part is lost is left out."""
        ...

    async def versions(self, event_ids: Sequence[EventId]) -> Mapping[EventId, StateVersion]:
        """An event that has none is left out."""
        ...

    async def settle(
        self,
        event_id: EventId,
        config: SeatingConfig,
        hold: PendingHold,
        statuses: Mapping[SeatId, SeatStatus],
    ) -> StateVersion | None:
        """Strike the hold off and give its seats these states; None when it was struck before."""
        ...

    async def correct(
        self,
        event_id: EventId,
        config: SeatingConfig,
        epoch: int,
        corrections: Sequence[SeatCorrection],
    ) -> tuple[StateVersion | None, tuple[SeatCorrection, ...]]:
        """Correct those seats that still are as found, and begin this epoch if any was; return
        which, and the version since."""
        ...

    async def begin_epoch(self, event_id: EventId, epoch: int) -> StateVersion:
        """Leave the seats as they are, and count their versions in this epoch from now on."""
        ...

    async def rebuild(
        self,
        event_id: EventId,
        config: SeatingConfig,
        epoch: int,
        seats: Mapping[SubsectionKey, bytes],
        *,
        closed: bool,
    ) -> None:
        """Write the whole state anew, at version 1 of this epoch."""
        ...

    async def stored_events(self) -> frozenset[EventId]:
        """Every event of which Kvrocks holds any key."""
        ...

    async def stray_keys(self, events: Mapping[EventId, SeatingConfig]) -> Sequence[str]:
        """Keys that carry the name of one of these events and are no part of its state."""
        ...

    async def remove(self, event_id: EventId) -> None:
        """Remove every key of the event."""
        ...
