"""How often Kvrocks is asked, and what is made again of what it says."""

import asyncio
from collections.abc import Sequence
from typing import Any, Self, cast

from redis.asyncio import Redis

from src.platform.kvrocks import SingleKvrocks
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seat_state_keys import Layout, SeatStateKeys
from src.service.shared_kernel.stored_seat_state import StoredSeats
from src.service.ticketing.driven_adapter.state.seat_state_query_handler_impl import (
    KvrocksSeatStateQuery,
)
from test.fake.people import HOUSE

A1, A2, B1 = HOUSE.subsections
ONE, TWO = EventId(7), EventId(77)


class CountingRedis:
    """Keys with values; notes the commands of each round trip."""

    def __init__(self, *event_ids: EventId) -> None:
        self.values: dict[str, bytes] = {}
        self.round_trips: list[list[list[str]]] = []
        keys, first = SeatStateKeys(), StoredSeats.first(HOUSE)
        for event_id in event_ids:
            layout = Layout(first.version.epoch, first.closed).to_json(HOUSE)
            self.values[keys.layout(event_id)] = layout.encode()
            self.values[keys.version(event_id)] = b"1"
            for subsection, seats in first.seats.items():
                self.values[keys.seats(event_id, subsection)] = seats

    async def execute_command(self, *command: str) -> list[bytes | None]:
        [found] = await self._answer([command])
        return found

    def pipeline(self, transaction: bool) -> "CountingPipeline":
        assert not transaction
        return CountingPipeline(self._answer)

    async def _answer(self, commands: Sequence[tuple[str, ...]]) -> list[list[bytes | None]]:
        assert {name for name, *_ in commands} == {"MGET"}
        self.round_trips.append([keys for _, *keys in commands])
        await asyncio.sleep(0)
        return [[self.values.get(key) for key in keys] for _, *keys in commands]


class CountingPipeline:
    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self._commands: list[tuple[str, ...]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def execute_command(self, *command: str) -> None:
        self._commands.append(command)

    async def execute(self, raise_on_error: bool) -> Any:
        assert not raise_on_error
        return await self._answer(self._commands)


def query_of(redis: CountingRedis) -> KvrocksSeatStateQuery:
    return KvrocksSeatStateQuery(SingleKvrocks(cast("Redis", redis)), SeatStateKeys(), timeout=10.0)


async def test_those_that_wait_share_a_round_trip_with_a_command_for_each_event() -> None:
    redis = CountingRedis(ONE, TWO)
    query = query_of(redis)

    await asyncio.gather(
        query.event_state(ONE, HOUSE),
        query.subsections_state(ONE, HOUSE, (A1,)),
        query.event_state(TWO, HOUSE),
        query.event_state(TWO, HOUSE),
    )

    [commands] = redis.round_trips
    assert [len(keys) for keys in commands] == [2 + 3 + 1, 2 + 3]
    for keys, event_id in zip(commands, (ONE, TWO), strict=True):
        assert all(f"{{{event_id}}}" in key for key in keys)


async def test_a_read_that_finds_the_same_gives_the_very_same_state() -> None:
    redis = CountingRedis(ONE)
    query = query_of(redis)
    first = await query.event_state(ONE, HOUSE)

    assert await query.event_state(ONE, HOUSE) is first
    assert len(redis.round_trips) == 2


async def test_a_value_that_changed_is_seen_whatever_the_version_says() -> None:
    redis = CountingRedis(ONE)
    query = query_of(redis)
    await query.event_state(ONE, HOUSE)

    redis.values[SeatStateKeys().seats(ONE, A2)] = b"000001"
    state = await query.event_state(ONE, HOUSE)
    redis.values[SeatStateKeys().version(ONE)] = b"2"
    later = await query.event_state(ONE, HOUSE)

    assert state.seats[A2] == b"000001"
    assert (state.version, later.version) == (StateVersion(1, 1), StateVersion(1, 2))
