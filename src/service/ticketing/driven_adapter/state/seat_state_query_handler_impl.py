"""Seat state read from Kvrocks: one MGET for an event, which is one consistent version."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from redis.asyncio import Redis

from src.platform.batching import Batcher
from src.platform.kvrocks import Kvrocks
from src.platform.recently_used import RecentlyUsed
from src.platform.redis_clients import round_trip, store_errors
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


# A read, and whether ASKING comes before it.
_Request = tuple[_Read, bool]


@dataclass(slots=True)
class _Known:
    """What the last read of its kind asked for and found: a read that finds the same says the same,
    and need not be taken apart again."""

    subsections: Sequence[SubsectionKey]
    keys: list[str]
    values: Sequence[bytes | None] = ()
    state: EventSeatState | None = None


class KvrocksSeatStateQuery(SeatStateQuery):
    """Reads that wait at the same time are one round trip to each server, whatever they are of. No
    cache: what a caller gets was read after they called.

    `on_missing` is told of an event whose state Kvrocks has lost, so that it is rebuilt soon.
    `timeout` is the most seconds for a state.
    """

    def __init__(
        self,
        kvrocks: Kvrocks,
        keys: SeatStateKeys,
        on_missing: Callable[[EventId], None] = lambda _: None,
        *,
        timeout: float,
    ) -> None:
        self._kvrocks = kvrocks
        self._keys = keys
        self._on_missing = on_missing
        self._timeout = timeout
        self._reads: dict[Redis, Batcher[_Request, EventSeatState | None]] = {}
        self._known: RecentlyUsed[_Read, _Known] = RecentlyUsed(_MOST_BYTES_KNOWN)

    async def event_state(self, event_id: EventId, config: SeatingConfig) -> EventSeatState:
        return await self._read(_Read(event_id, config, None))

    async def subsections_state(
        self, event_id: EventId, config: SeatingConfig, subsections: tuple[SubsectionKey, ...]
    ) -> EventSeatState:
        return await self._read(_Read(event_id, config, subsections))

    async def _read(self, read: _Read) -> EventSeatState:
        def send(server: Redis, asking: bool) -> Awaitable[EventSeatState | None]:
            return self._reads_of(server).submit((read, asking))

        with store_errors("Kvrocks"):
            state = await self._kvrocks.routed(self._keys.layout(read.event_id), send)
        if state is None:
            self._on_missing(read.event_id)
            raise SeatStateMissingError(read.event_id)
        return state

    def _reads_of(self, server: Redis) -> Batcher[_Request, EventSeatState | None]:
        reads = self._reads.get(server)
        if reads is None:
            reads = self._reads[server] = Batcher(
                partial(self._read_all, server),
                largest=_READS_AT_ONCE,
                timeout=self._timeout,
                on_timeout=lambda _sent: unanswered("Kvrocks", sent=False),
            )
        return reads

    async def _read_all(
        self, server: Redis, wanted: Sequence[_Request]
    ) -> Sequence[EventSeatState | Exception | None]:
        by_event: dict[EventId, dict[_Read, _Known]] = {}
        asking = set()
        for read, asks in wanted:
            reads = by_event.setdefault(read.event_id, {})
            if read not in reads:
                reads[read] = self._known.get(read) or self._new(read)
            if asks:
                asking.add(read.event_id)
        # A command for each event, since an event's keys live on one server of a cluster.
        commands = [("MGET", *_keys_of(reads.values())) for reads in by_event.values()]
        answers = await round_trip(server, commands, [event_id in asking for event_id in by_event])
        found: dict[_Read, EventSeatState | Exception | None] = {}
        for reads, values in zip(by_event.values(), answers, strict=True):
            start = _HEAD
            for read, known in reads.items():
                end = start + len(known.subsections)
                if isinstance(values, Exception):
                    found[read] = values
                else:
                    own = values if len(reads) == 1 else [*values[:_HEAD], *values[start:end]]
                    found[read] = _state(read, known, own)
                start = end
        return [found[read] for read, _ in wanted]

    def _new(self, read: _Read) -> _Known:
        subsections = read.config.subsections if read.subsections is None else read.subsections
        known = _Known(subsections, self._keys.whole_state(read.event_id, subsections))
        seats = read.config.seats_per_subsection
        self._known.put(
            read, known, (len(subsections) + 2) * _BYTES_OF_A_KEY + seats * len(subsections)
        )
        return known

    async def versions(self, event_ids: Sequence[EventId]) -> list[StateVersion | None]:
        keys = [self._keys.whole_state(event_id, ()) for event_id in event_ids]

        def send(
            server: Redis, which: Sequence[int], asking: bool
        ) -> Awaitable[Sequence[list[Any] | Exception]]:
            return round_trip(server, [("MGET", *keys[i]) for i in which], [asking] * len(which))

        with store_errors("Kvrocks"):
            answers = await self._kvrocks.routed_each([layout for layout, _ in keys], send)
        versions: list[StateVersion | None] = []
        for event_id, answer in zip(event_ids, answers, strict=True):
            if isinstance(answer, Exception):
                versions.append(None)
                continue
            versions.append(version := read_version(*answer))
            if version is None:
                self._on_missing(event_id)
        return versions


def _state(read: _Read, known: _Known, values: Sequence[bytes | None]) -> EventSeatState | None:
    """None when the state is lost."""
    if known.state is not None and values == known.values:
        return known.state
    stored = StoredSeats.read(read.config, known.subsections, values)
    if stored is None:
        return None
    known.values = values
    known.state = EventSeatState(
        read.event_id, read.config, stored.version, stored.closed, stored.seats
    )
    return known.state


def _keys_of(reads: Collection[_Known]) -> list[str]:
    """The keys of all reads of one event, its layout and version once."""
    first, *others = reads
    return (
        [*first.keys, *(key for known in others for key in known.keys[_HEAD:])]
        if others
        else first.keys
    )
