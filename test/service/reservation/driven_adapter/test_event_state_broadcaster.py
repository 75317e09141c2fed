"""Updates on their way out: nobody waits for them, and together they cost one round trip."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from src.service.reservation.driven_adapter.event_state_broadcaster_impl import (
    RedisEventStateBroadcaster,
)
from src.service.shared_kernel.event_state_message import decode_update
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate, StateVersion
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from test.fake.clock import everything_ready, in_no_time
from test.fake.redis import FakeRedis


def update(version: int, event_id: int = 7) -> EventStateUpdate:
    return EventStateUpdate(EventId(event_id), StateVersion(1, version), {})


class Sender:
    def __init__(self) -> None:
        self.redis = FakeRedis()
        self.broadcaster = RedisEventStateBroadcaster(
            cast("Redis", self.redis), SeatStateKeys("p:")
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Sender"]:
        job = asyncio.ensure_future(self.broadcaster.run())
        await everything_ready()
        yield self
        job.cancel()

    @property
    def published(self) -> list[EventStateUpdate]:
        return [decode_update(message) for _, message in self.redis.published]


@in_no_time
async def test_an_update_goes_to_the_channel_of_its_event() -> None:
    async with Sender().running() as sender:
        sender.broadcaster.broadcast(update(2, event_id=42))
        await everything_ready()

        assert [channel for channel, _ in sender.redis.published] == ["p:event_state_updates:42"]
        assert sender.published == [update(2, event_id=42)]


@in_no_time
async def test_updates_that_come_together_go_together_in_order() -> None:
    async with Sender().running() as sender:
        for version in range(2, 302):
            sender.broadcaster.broadcast(update(version))
        await everything_ready()

        assert sender.published == [update(version) for version in range(2, 302)]
        assert len(sender.redis.round_trips) == 1


@in_no_time
async def test_a_failure_loses_what_was_sent_and_nothing_later() -> None:
    async with Sender().running() as sender:
        sender.redis.fails_with = RedisConnectionError("refused")
        sender.broadcaster.broadcast(update(2))
        await everything_ready()
        sender.redis.fails_with = None

        sender.broadcaster.broadcast(update(3))
        await everything_ready()

        assert sender.published == [update(3)]


@in_no_time
async def test_while_nothing_is_sent_only_so_many_wait_and_the_oldest_are_lost() -> None:
    sender = Sender()
    for version in range(2, 20_002):
        sender.broadcaster.broadcast(update(version))

    async with sender.running():
        await everything_ready()

        _, newest = sender.redis.published[-1]
        assert decode_update(newest) == update(20_001)
        assert len(sender.redis.published) == 10_000


@in_no_time
async def test_flushing_sends_what_still_waits() -> None:
    sender = Sender()
    sender.broadcaster.broadcast(update(2))

    await sender.broadcaster.flush()

    assert sender.published == [update(2)]


@in_no_time
async def test_flushing_with_nothing_waiting_asks_redis_for_nothing() -> None:
    sender = Sender()

    await sender.broadcaster.flush()

    assert sender.redis.published == []
