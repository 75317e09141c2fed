"""The seat state of whole events in Kvrocks, and the ways to repair it."""

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from redis.asyncio import Redis

from src.platform.kvrocks import Kvrocks, SendMany
from src.platform.redis_clients import Command, round_trip, send, store_errors
from src.platform.script_runner import Script, ScriptRunner
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
    listed_corrections,
    script_keys,
    seats_corrected,
    seats_of_member,
    version_answered,
)
from src.service.shared_kernel.errors import SeatStateMissingError, StoreUnavailableError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import StateVersion, seats_by_subsection
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatingConfig, SubsectionKey
from src.service.shared_kernel.stored_seat_state import StoredSeats, read_version

T = TypeVar("T")
logger = logging.getLogger(__name__)

_EVENT_IN_KEY = re.compile(rb"event:\{(\d+)\}:")


class KvrocksSeatStateStore(SeatStateStore):
    """`timeout` is the most seconds for a change."""

    def __init__(self, kvrocks: Kvrocks, keys: SeatStateKeys, *, timeout: float) -> None:
        self._kvrocks = kvrocks
        self._keys = keys
        self._scripts = ScriptRunner(kvrocks, "Kvrocks", timeout=timeout)

    async def read_states(
        self, configs: Mapping[EventId, SeatingConfig]
    ) -> Mapping[EventId, StoredState | None]:
        reads = [
            (
                ("MULTI",),
                ("MGET", *self._keys.whole_state(event_id, config.subsections)),
                ("ZRANGEBYSCORE", self._keys.pending(event_id), "-inf", "+inf", "WITHSCORES"),
                ("TIME",),
                ("EXEC",),
            )
            for event_id, config in configs.items()
        ]

        async def read(
            server: Redis, which: Sequence[int], asking: bool
        ) -> Sequence[list[Any] | Exception]:
            commands: list[Command] = [command for i in which for command in reads[i]]
            before_multi = [asking and command == ("MULTI",) for command in commands]
            answers = await round_trip(server, commands, before_multi)
            steps = len(reads[0])
            return [_executed(answers[i : i + steps]) for i in range(0, len(answers), steps)]

        found: dict[EventId, StoredState | None] = {}
        for (event_id, config), answer in zip(
            configs.items(), await self._each(configs, read), strict=True
        ):
            if not isinstance(answer, Exception):
                found[event_id] = _stored_state(config, *answer)
        return found

    async def versions(self, event_ids: Sequence[EventId]) -> Mapping[EventId, StateVersion]:
        keys = [self._keys.whole_state(event_id, ()) for event_id in event_ids]

        def read(
            server: Redis, which: Sequence[int], asking: bool
        ) -> Awaitable[Sequence[list[Any] | Exception]]:
            return round_trip(server, [("MGET", *keys[i]) for i in which], [asking] * len(which))

        return {
            event_id: version
            for event_id, answer in zip(event_ids, await self._each(event_ids, read), strict=True)
            if not isinstance(answer, Exception) and (version := read_version(*answer)) is not None
        }

    async def _each(self, event_ids: Collection[EventId], read: SendMany[T]) -> list[T | Exception]:
        with store_errors("Kvrocks"):
            return await self._kvrocks.routed_each([*map(self._keys.layout, event_ids)], read)

    async def resolve_hold(
        self,
        event_id: EventId,
        config: SeatingConfig,
        hold: PendingHold,
        corrections: Sequence[SeatCorrection],
    ) -> tuple[StateVersion | None, tuple[SeatCorrection, ...]]:
        return await self._put_right(RESOLVE, event_id, config, hold.member, corrections)

    async def correct_seats(
        self,
        event_id: EventId,
        config: SeatingConfig,
        epoch: int,
        corrections: Sequence[SeatCorrection],
    ) -> tuple[StateVersion | None, tuple[SeatCorrection, ...]]:
        return await self._put_right(CORRECT, event_id, config, epoch, corrections)

    async def _put_right(
        self,
        script: Script,
        event_id: EventId,
        config: SeatingConfig,
        argument: str | int,
        corrections: Sequence[SeatCorrection],
    ) -> tuple[StateVersion | None, tuple[SeatCorrection, ...]]:
        subsections = seats_by_subsection(config, (c.seat for c in corrections))
        answer = await self._scripts.run(
            script,
            script_keys(self._keys, event_id, subsections),
            [argument, *listed_corrections(config, subsections, corrections)],
        )
        version = version_answered(event_id, answer)
        if version is None:
            return None, ()
        done = set(seats_corrected(config, subsections, answer))
        return version, tuple(c for c in corrections if c.seat in done)

    async def begin_epoch(self, event_id: EventId, epoch: int) -> StateVersion:
        answer = await self._scripts.run(
            BEGIN_EPOCH, script_keys(self._keys, event_id, {}), [epoch]
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
        async for key in self._scan(f"{self._keys.prefix}event:*"):
            match = _EVENT_IN_KEY.match(key.removeprefix(prefix))
            if match is not None:
                found.add(EventId(int(match[1])))
        return frozenset(found)

    async def stray_keys(self, events: Mapping[EventId, SeatingConfig]) -> Sequence[str]:
        strays = set()
        prefix = self._keys.prefix.encode()
        own: dict[EventId, frozenset[str]] = {}
        async for key in self._scan(f"{self._keys.prefix}event:*"):
            match = _EVENT_IN_KEY.match(key.removeprefix(prefix))
            if match is None or (event_id := EventId(int(match[1]))) not in events:
                continue
            if event_id not in own:
                own[event_id] = frozenset(self._keys.all_of(event_id, events[event_id]))
            if (name := key.decode(errors="replace")) not in own[event_id]:
                strays.add(name)
        return sorted(strays)

    async def remove(self, event_id: EventId) -> None:
        pattern = f"{self._keys.prefix}event:{{{event_id}}}:*"
        keys = {key async for key in self._scan(pattern)}

        if keys:
            with store_errors("Kvrocks"):
                await self._kvrocks.routed(
                    self._keys.layout(event_id),
                    lambda server, asking: send(server, ("DEL", *keys), asking=asking),
                )

    async def _scan(self, pattern: str) -> AsyncIterator[bytes]:
        """The keys of all servers; a key that is moved meanwhile may come twice, or not at all. A server
        of a cluster that does not answer is left out."""
        with store_errors("Kvrocks"):
            servers = await self._kvrocks.servers()
        for server in servers:
            try:
                with store_errors("Kvrocks"):
                    async for key in server.scan_iter(pattern, count=1000):
                        yield key
            except StoreUnavailableError as error:
                if len(servers) == 1:
                    raise
                logger.warning("keys are not looked through: %s: %s", error, error.reason)


def _executed(answers: Sequence[Any]) -> list[Any] | Exception:
    """What is between MULTI and EXEC answers, or the first refusal, which is the cause of the others."""
    refused = next((answer for answer in answers if isinstance(answer, Exception)), None)
    if refused is not None:
        return refused
    executed: list[Any] = answers[-1]
    return executed


def _stored_state(
    config: SeatingConfig,
    values: Sequence[bytes | None],
    pending: Sequence[bytes],
    time: Sequence[bytes],
) -> StoredState | None:
    stored = StoredSeats.read(config, config.subsections, values)
    if stored is None:
        return None
    seconds, microseconds = map(int, time)
    now_ms = seconds * 1000 + microseconds // 1000
    try:
        holds = tuple(
            PendingHold(member.decode(), seats_of_member(config, member), float(deadline) <= now_ms)
            for member, deadline in zip(pending[::2], pending[1::2], strict=True)
        )
    except ValueError:
        return None
    return StoredState(stored.version, stored.closed, stored.seats, holds)
