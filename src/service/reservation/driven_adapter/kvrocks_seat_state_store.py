"""The seat state of whole events in Kvrocks, and the ways to repair it."""

import re
from collections.abc import Mapping, Sequence

from redis.asyncio import Redis

from src.platform.redis_clients import store_errors
from src.platform.seat_state_writer import write_seat_state
from src.service.reservation.app.interface.seat_state_store import (
    PendingHold,
    SeatCorrection,
    SeatStateStore,
    StoredState,
)
from src.service.reservation.driven_adapter.seat_scripts import (
    BEGIN_EPOCH,
    CORRECT,
    RESOLVE,
    indexed_codes,
    script_keys,
    seats_answered,
    seats_of_member,
    version_answered,
)
from src.service.shared_kernel.errors import SeatStateMissingError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import StateVersion, seats_by_subsection
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey
from src.service.shared_kernel.stored_seat_state import StoredSeats, read_version

_EVENT_IN_KEY = re.compile(rb"event:\{(\d+)\}:")


class KvrocksSeatStateStore(SeatStateStore):
    def __init__(self, kvrocks: Redis, keys: SeatStateKeys) -> None:
        self._kvrocks = kvrocks
        self._keys = keys
        self._resolve = kvrocks.register_script(RESOLVE)
        self._correct_seats = kvrocks.register_script(CORRECT)
        self._begin_epoch = kvrocks.register_script(BEGIN_EPOCH)

    async def read_states(
        self, configs: Mapping[EventId, SeatingConfig]
    ) -> Mapping[EventId, StoredState]:
        with store_errors("Kvrocks"):
            async with self._kvrocks.pipeline(transaction=True) as reads:
                for event_id, config in configs.items():
                    reads.mget(self._keys.whole_state(event_id, config.subsections))
                    reads.zrangebyscore(
                        self._keys.pending(event_id), "-inf", "+inf", withscores=True
                    )
                reads.time()
                *answers, (seconds, microseconds) = await reads.execute()
        now_ms = seconds * 1000 + microseconds // 1000
        found = {}
        for (event_id, config), values, pending in zip(
            configs.items(), answers[::2], answers[1::2], strict=True
        ):
            if (state := _stored_state(config, values, pending, now_ms)) is not None:
                found[event_id] = state
        return found

    async def versions(self, event_ids: Sequence[EventId]) -> Mapping[EventId, StateVersion]:
        with store_errors("Kvrocks"):
            async with self._kvrocks.pipeline(transaction=False) as reads:
                for event_id in event_ids:
                    reads.mget(self._keys.whole_state(event_id, ()))
                answers = await reads.execute()
        return {
            event_id: version
            for event_id, answer in zip(event_ids, answers, strict=True)
            if (version := read_version(*answer)) is not None
        }

    async def resolve_hold(
        self,
        event_id: EventId,
        config: SeatingConfig,
        hold: PendingHold,
        statuses: Mapping[SeatId, SeatStatus],
    ) -> StateVersion | None:
        subsections = seats_by_subsection(config, hold.seats)
        with store_errors("Kvrocks"):
            answer = await self._resolve(
                keys=script_keys(self._keys, event_id, subsections),
                args=[hold.member, *indexed_codes(config, subsections, statuses)],
            )
        return version_answered(event_id, answer)

    async def correct_seats(
        self,
        event_id: EventId,
        config: SeatingConfig,
        epoch: int,
        corrections: Sequence[SeatCorrection],
    ) -> tuple[StateVersion | None, tuple[SeatCorrection, ...]]:
        subsections = seats_by_subsection(config, (c.seat for c in corrections))
        of_seat = {c.seat: c for c in corrections}
        with store_errors("Kvrocks"):
            answer = await self._correct_seats(
                keys=script_keys(self._keys, event_id, subsections),
                args=[
                    epoch,
                    *(
                        ",".join(
                            f"{i}={c.found.byte.decode()}{c.right.byte.decode()}"
                            for i in indexes
                            if (c := of_seat[config.seat_at(subsection, i)])
                        )
                        for subsection, indexes in subsections.items()
                    ),
                ],
            )
        version = version_answered(event_id, answer)
        if version is None:
            return None, ()
        done = seats_answered(config, subsections, answer[3:])
        return version, tuple(of_seat[seat] for seat in done)

    async def begin_epoch(self, event_id: EventId, epoch: int) -> StateVersion:
        with store_errors("Kvrocks"):
            answer = await self._begin_epoch(
                keys=script_keys(self._keys, event_id, {}), args=[epoch]
            )
        version = version_answered(event_id, answer)
        if version is None:
            raise SeatStateMissingError(event_id)
        return version

    async def rebuild(
        self,
        event_id: EventId,
        config: SeatingConfig,
        epoch: int,
        seats: Mapping[SubsectionKey, bytes],
        *,
        closed: bool,
    ) -> None:
        state = StoredSeats(StateVersion(epoch, 1), closed, seats)
        await write_seat_state(self._kvrocks, self._keys, event_id, config, state)

    async def stored_events(self) -> frozenset[EventId]:
        found: set[EventId] = set()
        prefix = self._keys.prefix.encode()
        with store_errors("Kvrocks"):
            async for key in self._kvrocks.scan_iter(f"{self._keys.prefix}event:*", count=1000):
                match = _EVENT_IN_KEY.match(key.removeprefix(prefix))
                if match is not None:
                    found.add(EventId(int(match[1])))
        return frozenset(found)

    async def stray_keys(self, events: Mapping[EventId, SeatingConfig]) -> Sequence[str]:
        strays = []
        prefix = self._keys.prefix.encode()
        own: dict[EventId, frozenset[str]] = {}
        with store_errors("Kvrocks"):
            async for key in self._kvrocks.scan_iter(f"{self._keys.prefix}event:*", count=1000):
                match = _EVENT_IN_KEY.match(key.removeprefix(prefix))
                if match is None or (event_id := EventId(int(match[1]))) not in events:
                    continue
                if event_id not in own:
                    own[event_id] = frozenset(self._keys.all_of(event_id, events[event_id]))
                if (name := key.decode(errors="replace")) not in own[event_id]:
                    strays.append(name)
        return strays

    async def remove(self, event_id: EventId) -> None:
        pattern = f"{self._keys.prefix}event:{{{event_id}}}:*"
        with store_errors("Kvrocks"):
            keys = [key async for key in self._kvrocks.scan_iter(pattern, count=1000)]
            if keys:
                await self._kvrocks.delete(*keys)


def _stored_state(
    config: SeatingConfig,
    values: Sequence[bytes | None],
    pending: Sequence[tuple[bytes, float]],
    now_ms: int,
) -> StoredState | None:
    stored = StoredSeats.read(config, config.subsections, values)
    if stored is None:
        return None
    try:
        holds = tuple(
            PendingHold(member.decode(), seats_of_member(config, member), deadline <= now_ms)
            for member, deadline in pending
        )
    except ValueError:
        return None
    return StoredState(stored.version, stored.closed, stored.seats, holds)
