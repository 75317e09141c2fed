"""Seat updates from Pub/Sub: one subscription per channel, and what a lost connection costs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import cast

import pytest
from redis.asyncio import Redis

from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.event_state_message import encode_update
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate, StateVersion
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatStatus, SubsectionKey
from src.service.ticketing.driven_adapter.state.real_time_event_state_subscriber import (
    RealTimeEventStateSubscriber,
)
from test.fake.clock import everything_ready, in_no_time
from test.fake.redis import FakePubSubServer

EVENT = EventId(7)
CHANNEL = "p:event_state_updates:7"
UPDATE = EventStateUpdate(
    EVENT, StateVersion(1, 2), {SubsectionKey("A", 1): ((0, SeatStatus.RESERVED),)}
)


class Listening:
    """A subscriber that runs, and what it told its listener."""

    def __init__(self) -> None:
        self.server = FakePubSubServer()
        self.updates: list[EventStateUpdate] = []
        self.interruptions: list[EventId] = []
        self.subscriber = RealTimeEventStateSubscriber(
            cast("Redis", self.server),
            SeatStateKeys("p:"),
            acknowledge_within=2.0,
            ping_interval=3.0,
        )
        self.subscriber.listen(self.updates.append, self.interruptions.append)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Listening"]:
        job = asyncio.ensure_future(self.subscriber.run())
        await everything_ready()
        yield self
        job.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await job

    def commands(self, name: str) -> list[list[str]]:
        return [arguments for command, *arguments in self.server.commands if command == name]


@in_no_time
async def test_subscribing_waits_for_the_acknowledgement() -> None:
    async with Listening().running() as listening:
        listening.server.acknowledges = False
        subscription = asyncio.ensure_future(listening.subscriber.subscribe(EVENT))
        await everything_ready()
        assert not subscription.done()

        listening.server.connection.acknowledge(CHANNEL)
        await everything_ready()

        assert subscription.done()


@in_no_time
async def test_without_an_acknowledgement_the_store_counts_as_down() -> None:
    async with Listening().running() as listening:
        listening.server.acknowledges = False

        with pytest.raises(StoreUnavailableError, match="Redis"):
            await listening.subscriber.subscribe(EVENT)


@in_no_time
async def test_without_a_connection_the_store_counts_as_down() -> None:
    listening = Listening()
    listening.server.refuses = True

    async with listening.running():
        with pytest.raises(StoreUnavailableError, match="Redis"):
            await listening.subscriber.subscribe(EVENT)


@in_no_time
async def test_an_update_reaches_the_listener() -> None:
    async with Listening().running() as listening:
        await listening.subscriber.subscribe(EVENT)

        listening.server.connection.deliver(CHANNEL, encode_update(UPDATE))
        await everything_ready()

        assert listening.updates == [UPDATE]


@in_no_time
async def test_many_subscribers_of_an_event_share_one_subscription() -> None:
    async with Listening().running() as listening:
        await asyncio.gather(*(listening.subscriber.subscribe(EVENT) for _ in range(5)))

        listening.server.connection.deliver(CHANNEL, encode_update(UPDATE))
        await everything_ready()

        assert listening.commands("SUBSCRIBE") == [[CHANNEL]]
        assert listening.updates == [UPDATE]


@in_no_time
async def test_all_events_share_one_connection() -> None:
    async with Listening().running() as listening:
        for number in range(1, 6):
            await listening.subscriber.subscribe(EventId(number))

        assert len(listening.server.connections) == 1
        assert len(listening.server.connection.channels) == 5


@in_no_time
async def test_only_the_last_to_leave_unsubscribes() -> None:
    async with Listening().running() as listening:
        await listening.subscriber.subscribe(EVENT)
        await listening.subscriber.subscribe(EVENT)

        await listening.subscriber.unsubscribe(EVENT)
        assert listening.commands("UNSUBSCRIBE") == []
        await listening.subscriber.unsubscribe(EVENT)

        assert listening.commands("UNSUBSCRIBE") == [[CHANNEL]]


@in_no_time
async def test_after_the_last_has_left_a_channel_can_be_subscribed_again() -> None:
    async with Listening().running() as listening:
        await listening.subscriber.subscribe(EVENT)
        await listening.subscriber.unsubscribe(EVENT)

        await listening.subscriber.subscribe(EVENT)
        listening.server.connection.deliver(CHANNEL, encode_update(UPDATE))
        await everything_ready()

        assert listening.updates == [UPDATE]


@in_no_time
async def test_a_subscription_that_failed_is_undone_like_any_other() -> None:
    async with Listening().running() as listening:
        listening.server.acknowledges = False
        with pytest.raises(StoreUnavailableError):
            await listening.subscriber.subscribe(EVENT)
        await listening.subscriber.unsubscribe(EVENT)
        listening.server.acknowledges = True

        await listening.subscriber.subscribe(EVENT)

        assert listening.commands("SUBSCRIBE") == [[CHANNEL], [CHANNEL]]


@pytest.mark.parametrize(
    "message",
    [
        "not json",
        "[]",
        "5",
        "{}",
        '{"event_id": 7, "epoch": 1, "version": "x", "subsections": []}',
        '{"event_id": 7, "epoch": 1, "version": Infinity, "subsections": []}',
        '{"event_id": 7, "epoch": 1, "version": 2, "subsections": [{"section": "A"}]}',
        (
            '{"event_id": 7, "epoch": 1, "version": 2, "subsections": '
            '[{"section": "A", "subsection": 1, "seats": [[0, "eaten"]]}]}'
        ),
        "[" * 100_000,
    ],
    ids=lambda message: message[:60],
)
@in_no_time
async def test_a_bad_message_is_ignored_and_the_next_one_is_not(message: str) -> None:
    async with Listening().running() as listening:
        await listening.subscriber.subscribe(EVENT)

        listening.server.connection.deliver(CHANNEL, message)
        listening.server.connection.deliver(CHANNEL, encode_update(UPDATE))
        await everything_ready()

        assert listening.updates == [UPDATE]
        assert listening.interruptions == []


@in_no_time
async def test_a_lost_connection_is_made_again_and_the_interruption_is_told() -> None:
    async with Listening().running() as listening:
        await listening.subscriber.subscribe(EVENT)
        await listening.subscriber.subscribe(EventId(8))

        listening.server.connection.cut()
        await asyncio.sleep(1)

        assert len(listening.server.connections) == 2
        assert listening.server.connection.channels == {CHANNEL, "p:event_state_updates:8"}
        assert sorted(listening.interruptions) == [EVENT, EventId(8)]

        listening.server.connection.deliver(CHANNEL, encode_update(UPDATE))
        await everything_ready()
        assert listening.updates == [UPDATE]


@in_no_time
async def test_a_channel_left_meanwhile_is_not_subscribed_again() -> None:
    async with Listening().running() as listening:
        await listening.subscriber.subscribe(EVENT)
        listening.server.refuses = True
        listening.server.connection.cut()
        await everything_ready()
        await listening.subscriber.unsubscribe(EVENT)

        listening.server.refuses = False
        await asyncio.sleep(5)

        assert listening.server.connection.channels == set()
        assert listening.interruptions == []


@in_no_time
async def test_a_subscription_made_while_there_is_no_connection_waits_for_the_next() -> None:
    async with Listening().running() as listening:
        listening.server.connection.cut()
        await everything_ready()

        await listening.subscriber.subscribe(EVENT)

        assert listening.server.connection.channels == {CHANNEL}
        assert listening.interruptions == []


@in_no_time
async def test_a_server_that_stays_away_is_tried_again_every_two_seconds_at_most() -> None:
    listening = Listening()
    listening.server.refuses = True
    async with listening.running():
        await asyncio.sleep(60)

        listening.server.refuses = False
        await asyncio.sleep(2)

        assert len(listening.server.connections) == 1


@in_no_time
async def test_a_quiet_connection_is_pinged_and_kept() -> None:
    async with Listening().running() as listening:
        await asyncio.sleep(60)

        assert len(listening.server.connections) == 1
        assert len(listening.commands("PING")) >= 10


@in_no_time
async def test_a_connection_that_does_not_answer_a_ping_is_given_up() -> None:
    async with Listening().running() as listening:
        await listening.subscriber.subscribe(EVENT)
        listening.server.answers = False

        await asyncio.sleep(3 + 3 + 1)

        assert [connection.is_open for connection in listening.server.connections] == [False, True]
        assert listening.interruptions == [EVENT]
