"""The port that reads and repairs the whole seat state of events in Kvrocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey


@dataclass(frozen=True, slots=True)
class PendingHold:
    """A pending entry: a hold that Postgres may or may not have. `member` is its name in Kvrocks."""

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
    """A seat whose status in Kvrocks is wrong."""

    seat: SeatId
    found: SeatStatus
    right: SeatStatus


class SeatStateStore(Protocol):
    """What Kvrocks holds of events as a whole, and the ways to repair it. Raises
    StoreUnavailableError."""

    async def read_states(
        self, configs: Mapping[EventId, SeatingConfig]
    ) -> Mapping[EventId, StoredState | None]:
        """Read each at one moment; None for an event that has lost any part of its state. One whose
        server, of several, does not answer is left out."""
        ...

    async def versions(self, event_ids: Sequence[EventId]) -> Mapping[EventId, StateVersion]:
        """An event without a version is left out, and so is one whose server, of several, does not
        answer."""
        ...

    async def resolve_hold(
        self,
        event_id: EventId,
        config: SeatingConfig,
        hold: PendingHold,
        corrections: Sequence[SeatCorrection],
    ) -> tuple[StateVersion | None, tuple[SeatCorrection, ...]]:
        """Clear the hold's pending entry and correct those of its seats that still are as found; return the
        version since and which they were. None when another has cleared it before."""
        ...

    async def correct_seats(
        self,
        event_id: EventId,
        config: SeatingConfig,
        epoch: int,
        corrections: Sequence[SeatCorrection],
    ) -> tuple[StateVersion | None, tuple[SeatCorrection, ...]]:
        """Correct the seats that still are as found, and begin this epoch if there is one; return
        the version since and which they were."""
        ...

    async def begin_epoch(self, event_id: EventId, epoch: int) -> StateVersion:
        """Begin this epoch and leave the seats as they are."""
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
        """Write the whole state, at version 1 of this epoch and without pending entries."""
        ...

    async def stored_events(self) -> frozenset[EventId]:
        """Every event of which Kvrocks holds any key."""
        ...

    async def stray_keys(self, events: Mapping[EventId, SeatingConfig]) -> Sequence[str]:
        """Keys that have the name of one of these events and are no part of its state."""
        ...

    async def remove(self, event_id: EventId) -> None:
        """Remove every key of the event."""
        ...
