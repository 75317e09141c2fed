"""Seat state as Kvrocks holds it, and the port that reads it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey

_AVAILABLE = SeatStatus.AVAILABLE.code
_SOLD = SeatStatus.SOLD.code


@dataclass(frozen=True, slots=True, order=True)
class StateVersion:
    """Orders the states of one event: `epoch` grows when a lost state is rebuilt, `version` with
    every change."""

    epoch: int
    version: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.version}"


@dataclass(frozen=True, slots=True)
class SubsectionStats:
    """How many seats of one subsection are in each state."""

    total: int
    available: int
    reserved: int
    sold: int

    @classmethod
    def count(cls, seats: bytes | bytearray) -> "SubsectionStats":
        available, sold = seats.count(_AVAILABLE), seats.count(_SOLD)
        return cls(len(seats), available, len(seats) - available - sold, sold)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class EventSeatState:
    """The seats of some subsections at one version: a status byte per seat, row by row."""

    event_id: EventId
    config: SeatingConfig
    version: StateVersion
    closed: bool
    seats: Mapping[SubsectionKey, bytes]

    def stats(self) -> Mapping[SubsectionKey, SubsectionStats]:
        return {
            subsection: SubsectionStats.count(seats) for subsection, seats in self.seats.items()
        }


@dataclass(frozen=True, slots=True)
class EventStateUpdate:
    """Seats that changed in one step, and the version the event has since.

    `closed` says that the event takes no more changes.
    """

    event_id: EventId
    version: StateVersion
    seats: Mapping[SubsectionKey, tuple[tuple[int, SeatStatus], ...]]
    closed: bool = False

    @classmethod
    def of(
        cls,
        event_id: EventId,
        config: SeatingConfig,
        version: StateVersion,
        statuses: Mapping[SeatId, SeatStatus],
    ) -> "EventStateUpdate":
        """The update that says of each of these seats which status it has since this version."""
        return cls(
            event_id,
            version,
            {
                subsection: tuple((i, statuses[config.seat_at(subsection, i)]) for i in indexes)
                for subsection, indexes in seats_by_subsection(config, statuses).items()
            },
        )


def seats_by_subsection(
    config: SeatingConfig, seats: Iterable[SeatId]
) -> dict[SubsectionKey, tuple[int, ...]]:
    """Group seats by subsection, as indexes into its bytes."""
    grouped: dict[SubsectionKey, list[int]] = {}
    for seat in seats:
        grouped.setdefault(seat.subsection_key, []).append(config.index_of(seat))
    return {subsection: tuple(sorted(indexes)) for subsection, indexes in grouped.items()}


class SeatStateQuery(Protocol):
    """Reads seat state, one consistent version per call."""

    async def event_state(self, event_id: EventId, config: SeatingConfig) -> EventSeatState:
        """Every subsection. Raises SeatStateMissingError when the store has lost the event."""
        ...

    async def subsections_state(
        self, event_id: EventId, config: SeatingConfig, subsections: tuple[SubsectionKey, ...]
    ) -> EventSeatState:
        """Only these subsections. Raises SeatStateMissingError likewise."""
        ...

    async def versions(self, event_ids: Sequence[EventId]) -> list[StateVersion | None]:
        """The version of each event, None where the store has lost it; one round trip for all."""
        ...
