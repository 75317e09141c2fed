"""Seat state read from Kvrocks: one MGET for an event, which is one consistent version."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from src.platform.batching import Batcher
from src.platform.recently_used import RecentlyUsed
from src.platform.redis_clients import store_errors
from src.service.shared_kernel.errors import SeatStateMissingError, unanswered
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, SeatStateQuery, StateVersion
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatingConfig, SubsectionKey
from src.service.shared_kernel.stored_seat_state import StoredSeats, read_version

# More than that would keep the first of them waiting for the last.
_READS_AT_ONCE = 64

# The layout and the version, before the seats.
_HEAD = 2

_MOST_BYTES_KNOWN = 8 * 2**20
_BYTES_OF_A_KEY = 300  # with its value, and their places in lists and dictionaries


@dataclass(frozen=True, slots=True)
class _Read:
    """Some subsections of an event, or all of them. An event's configuration never changes."""

    event_id: EventId
    config: SeatingConfig = field(compare=False)
    subsections: tuple[SubsectionKey, ...] | None


@dataclass(slots=True)
class _Known:
    """What the last read of its kind asked for and found: a read that finds the same says the same,
    and need not be taken apart again."""

    subsections: Sequence[SubsectionKey]
    keys: list[str]
    values: Sequence[bytes | None] = ()
    state: EventSeatState | None = None


class KvrocksSeatStateQuery(SeatStateQuery):
    """Reads that wait at the same time are one round trip, whatever they are of. No cache: what a
    caller gets was read after they called.

    `on_missing` is told of an event whose state Kvrocks has lost, so that it is rebuilt soon.
    `timeout` is the most seconds for a state.
    """

    def __init__(
        self,
        kvrocks: Redis,
        keys: SeatStateKeys,
        on_missing: Callable[[EventId], None] = lambda _: None,
        *,
        timeout: float,
    ) -> None:
        self._kvrocks = kvrocks
        self._keys = keys
        self._on_missing = on_missing
        self._reads: Batcher[_Read, EventSeatState] = Batcher(
            self._read_all,
            largest=_READS_AT_ONCE,
            timeout=timeout,
            on_timeout=lambda _sent: unanswered("Kvrocks", sent=False),
        )
        self._known: RecentlyUsed[_Read, _Known] = RecentlyUsed(_MOST_BYTES_KNOWN)

    async def event_state(self, event_id: EventId, config: SeatingConfig) -> EventSeatState:
        return await self._reads.submit(_Read(event_id, config, None))

    async def subsections_state(
        self, event_id: EventId, config: SeatingConfig, subsections: tuple[SubsectionKey, ...]
    ) -> EventSeatState:
        return await self._reads.submit(_Read(event_id, config, subsections))

    async def _read_all(self, wanted: Sequence[_Read]) -> Sequence[EventSeatState | Exception]:
        by_event: dict[EventId, dict[_Read, _Known]] = {}
        for read in wanted:
            reads = by_event.setdefault(read.event_id, {})
            if read not in reads:
                reads[read] = self._known.get(read) or self._new(read)
        commands = [_keys_of(reads.values()) for reads in by_event.values()]
        found: dict[_Read, EventSeatState | Exception] = {}
        for reads, values in zip(by_event.values(), await self._mget(commands), strict=True):
            start = _HEAD
            for read, known in reads.items():
                end = start + len(known.subsections)
                own = values if len(reads) == 1 else [*values[:_HEAD], *values[start:end]]
                found[read] = self._state(read, known, own)
                start = end
        return [found[read] for read in wanted]

    async def _mget(self, commands: Sequence[Sequence[str]]) -> list[list[Any]]:
        """One command for each event, since an event's keys live on one node of a cluster."""
        with store_errors("Kvrocks"):
            if len(commands) == 1:
                return [await self._kvrocks.mget(commands[0])]
            async with self._kvrocks.pipeline(transaction=False) as reads:
                for keys in commands:
                    reads.mget(keys)
                return await reads.execute()

    def _new(self, read: _Read) -> _Known:
        subsections = read.config.subsections if read.subsections is None else read.subsections
        known = _Known(subsections, self._keys.whole_state(read.event_id, subsections))
        seats = read.config.seats_per_subsection
        self._known.put(
            read, known, (len(subsections) + 2) * _BYTES_OF_A_KEY + seats * len(subsections)
        )
        return known

    def _state(
        self, read: _Read, known: _Known, values: Sequence[bytes | None]
    ) -> EventSeatState | SeatStateMissingError:
        if known.state is not None and values == known.values:
            return known.state
        stored = StoredSeats.read(read.config, known.subsections, values)
        if stored is None:
            self._on_missing(read.event_id)
            return SeatStateMissingError(read.event_id)
        known.values = values
        known.state = EventSeatState(
            read.event_id, read.config, stored.version, stored.closed, stored.seats
        )
        return known.state

    async def versions(self, event_ids: Sequence[EventId]) -> list[StateVersion | None]:
        commands = [self._keys.whole_state(event_id, ()) for event_id in event_ids]
        answers = await self._mget(commands) if commands else []
        versions = [read_version(*answer) for answer in answers]
        for event_id, version in zip(event_ids, versions, strict=True):
            if version is None:
                self._on_missing(event_id)
        return versions


def _keys_of(reads: Collection[_Known]) -> list[str]:
    """The keys of all reads of one event, its layout and version once."""
    first, *others = reads
    return (
        [*first.keys, *(key for known in others for key in known.keys[_HEAD:])]
        if others
        else first.keys
    )
