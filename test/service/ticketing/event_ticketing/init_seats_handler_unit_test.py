"""An event's first seat state: exactly which keys and values go to Kvrocks, and how."""

import json
from typing import cast

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from src.platform.kvrocks import SingleKvrocks
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatingConfig, Section
from src.service.ticketing.driven_adapter.state.init_event_and_tickets_state_handler_impl import (
    KvrocksInitEventAndTicketsStateHandler,
)
from test.fake.people import HOUSE
from test.fake.redis import FakeRedis

EVENT = EventId(7)
FAILURES = [
    RedisConnectionError("refused"),
    RedisTimeoutError("slow"),
    ResponseError("LOADING"),
    OSError("no route"),
]


@pytest.fixture
def redis() -> FakeRedis:
    return FakeRedis()


@pytest.fixture
def handler(redis: FakeRedis) -> KvrocksInitEventAndTicketsStateHandler:
    kvrocks = SingleKvrocks(cast("Redis", redis))
    return KvrocksInitEventAndTicketsStateHandler(kvrocks, SeatStateKeys("p:"))


async def test_every_subsection_gets_one_byte_per_seat_and_the_event_a_version_and_a_layout(
    handler: KvrocksInitEventAndTicketsStateHandler, redis: FakeRedis
) -> None:
    await handler.initialize_seats(EVENT, HOUSE)

    layout = redis.values.pop("p:event:{7}:layout")
    assert redis.values == {
        "p:event:{7}:seats:A:1": b"000000",
        "p:event:{7}:seats:A:2": b"000000",
        "p:event:{7}:seats:B:1": b"000000",
        "p:event:{7}:version": 1,
    }
    assert json.loads(layout) == {
        "epoch": 1,
        "closed": False,
        "rows": 2,
        "cols": 3,
        "sections": [
            {"name": "A", "price": 2000, "subsections": 2},
            {"name": "B", "price": 1500, "subsections": 1},
        ],
    }


async def test_holds_of_an_event_that_had_the_same_id_before_a_restore_are_dropped(
    handler: KvrocksInitEventAndTicketsStateHandler, redis: FakeRedis
) -> None:
    redis.values["p:event:{7}:pending"] = {"an old hold": 1}

    await handler.initialize_seats(EVENT, HOUSE)

    assert "p:event:{7}:pending" not in redis.values


async def test_everything_is_written_in_one_transaction_with_the_layout_last(
    handler: KvrocksInitEventAndTicketsStateHandler, redis: FakeRedis
) -> None:
    await handler.initialize_seats(EVENT, HOUSE)

    [(is_transaction, commands)] = redis.round_trips
    assert is_transaction
    assert commands[-1][1] == "p:event:{7}:layout"


async def test_a_large_event_costs_no_more_commands_than_it_has_subsections(
    handler: KvrocksInitEventAndTicketsStateHandler, redis: FakeRedis
) -> None:
    config = SeatingConfig(25, 20, (Section("A", 1, 100),))

    await handler.initialize_seats(EVENT, config)

    [(_, commands)] = redis.round_trips
    assert len(commands) == 100 + 3
    seats = [command[2] for command in commands if ":seats:" in command[1]]
    assert sum(map(len, seats)) == 50_000


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
async def test_an_event_that_cannot_be_written_leaves_no_key(
    handler: KvrocksInitEventAndTicketsStateHandler,
    redis: FakeRedis,
    failure: RedisError | OSError,
) -> None:
    redis.fails_with = failure

    with pytest.raises(StoreUnavailableError, match="Kvrocks") as raised:
        await handler.initialize_seats(EVENT, HOUSE)

    assert raised.value.__cause__ is failure
    assert redis.values == {}


async def test_removing_an_event_takes_all_its_keys_and_no_others(
    handler: KvrocksInitEventAndTicketsStateHandler, redis: FakeRedis
) -> None:
    await handler.initialize_seats(EVENT, HOUSE)
    redis.values["p:event:{7}:pending"] = "a hold"
    await handler.initialize_seats(EventId(77), HOUSE)

    await handler.remove_seats(EVENT, HOUSE)

    assert {key for key in redis.values if "{7}" in key} == set()
    assert len(redis.values) == 5


async def test_removing_what_is_not_there_is_a_success(
    handler: KvrocksInitEventAndTicketsStateHandler, redis: FakeRedis
) -> None:
    await handler.remove_seats(EVENT, HOUSE)

    assert redis.values == {}


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
async def test_a_store_that_is_down_cannot_remove(
    handler: KvrocksInitEventAndTicketsStateHandler,
    redis: FakeRedis,
    failure: RedisError | OSError,
) -> None:
    redis.fails_with = failure

    with pytest.raises(StoreUnavailableError, match="Kvrocks"):
        await handler.remove_seats(EVENT, HOUSE)
