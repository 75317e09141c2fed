"""Seat state read from Kvrocks: one MGET, which is one consistent version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from redis.asyncio import Redis

from src.platform.batching import CoalescedReads
from src.platform.redis_clients import store_errors
from src.service.shared_kernel.errors import SeatStateMissingError, unanswered
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, SeatStateQuery, StateVersion
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatingConfig, SubsectionKey
from src.service.shared_kernel.stored_seat_state import StoredSeats, read_version


@dataclass(frozen=True, slots=True)
class _Read:
    """Some subsections of an event, or all of them. An event's configuration never changes."""

    event_id: EventId
    config: SeatingConfig = field(compare=False)
    subsections: tuple[SubsectionKey, ...] | None


class KvrocksSeatStateQuery(SeatStateQuery):
    """`on_missing` is told of an event whose state Kvrocks has lost, so that it is rebuilt soon.
    `timeout` is the most seconds for a state."""

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
        self._reads = CoalescedReads(
            self._read, timeout=timeout, on_timeout=partial(unanswered, "Kvrocks", sent=False)
        )

    async def event_state(self, event_id: EventId, config: SeatingConfig) -> EventSeatState:
        return await self._reads.get(_Read(event_id, config, None))

    async def subsections_state(
        self, event_id: EventId, config: SeatingConfig, subsections: tuple[SubsectionKey, ...]
    ) -> EventSeatState:
        return await self._reads.get(_Read(event_id, config, subsections))

    async def _read(self, wanted: _Read) -> EventSeatState:
        event_id, config = wanted.event_id, wanted.config
        subsections = config.subsections if wanted.subsections is None else wanted.subsections
        keys = self._keys.whole_state(event_id, subsections)
        with store_errors("Kvrocks"):
            values: list[Any] = await self._kvrocks.mget(keys)
        stored = StoredSeats.read(config, subsections, values)
        if stored is None:
            self._on_missing(event_id)
            raise SeatStateMissingError(event_id)
        return EventSeatState(event_id, config, stored.version, stored.closed, stored.seats)

    async def versions(self, event_ids: Sequence[EventId]) -> list[StateVersion | None]:
        with store_errors("Kvrocks"):
            async with self._kvrocks.pipeline(transaction=False) as reads:
                for event_id in event_ids:
                    reads.mget(self._keys.whole_state(event_id, ()))
                answers = await reads.execute()
        versions = [read_version(*answer) for answer in answers]
        for event_id, version in zip(event_ids, versions, strict=True):
            if version is None:
                self._on_missing(event_id)
        return versions
