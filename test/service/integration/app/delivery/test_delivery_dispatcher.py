"""Who is sent what, when, and beside whom."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from src.service.integration.app.delivery import delivery_dispatcher
from src.service.integration.app.delivery.delivery_dispatcher import DeliveryDispatcher
from src.service.integration.domain.delivery import Answer, Outcome
from src.service.integration.domain.webhook import WebhookId
from test.fake.delivery_lanes import FakeDeliveryLanes, FakeSender
from test.support.waiting import eventually

QUICK, SLOW = delivery_dispatcher._QUICK_LANES, delivery_dispatcher._SLOW_LANES
BROKEN = Answer(0.1, 500)


class Stage:
    def __init__(self) -> None:
        self.lanes = FakeDeliveryLanes()
        self.sender = FakeSender()
        self.attempts: list[str] = []
        self.dispatcher = DeliveryDispatcher(
            self.lanes, self.sender, on_attempt=lambda outcome, _: self.attempts.append(outcome)
        )

    def tell(self, webhook_id: WebhookId, *messages: tuple[int, int]) -> None:
        self.lanes.add(webhook_id, *messages)
        self.dispatcher.wake([webhook_id])

    async def until(self, condition: Callable[[], object]) -> None:
        async def look() -> object:
            return condition()

        await eventually(look)


@asynccontextmanager
async def dispatching() -> AsyncIterator[Stage]:
    stage = Stage()
    running = asyncio.create_task(stage.dispatcher.run())
    yield stage
    running.cancel()
    for answer in stage.sender.under_way.values():
        answer.cancel()
    await stage.dispatcher.aclose()


def a_webhook() -> WebhookId:
    return WebhookId(uuid.uuid4())


async def test_messages_of_one_event_go_one_by_one_and_four_events_at_once() -> None:
    async with dispatching() as stage:
        stage.tell(a_webhook(), (1, 7), (2, 7), (3, 8), (4, 9), (5, 10), (6, 11))
        await stage.until(lambda: len(stage.sender.under_way) == 4)
        assert sorted(stage.sender.under_way) == [1, 3, 4, 5]

        stage.sender.answer(1)
        await stage.until(lambda: 6 in stage.sender.under_way)
        stage.sender.answer(3)
        await stage.until(lambda: 2 in stage.sender.under_way)
        assert stage.sender.most_at_once == 4
        assert stage.attempts == [Outcome.DELIVERED] * 2


async def test_one_that_fails_is_sent_one_at_a_time() -> None:
    async with dispatching() as stage:
        stage.tell(a_webhook(), *((n, n) for n in range(1, 9)))
        await stage.until(lambda: len(stage.sender.under_way) == 4)
        for message_id in (1, 2, 3, 4):
            stage.sender.answer(message_id, BROKEN)

        await stage.until(lambda: 5 in stage.sender.under_way)
        assert list(stage.sender.under_way) == [5]
        assert stage.attempts == [Outcome.RETRY] * 4


async def test_what_arrives_while_others_are_sent_goes_at_once() -> None:
    async with dispatching() as stage:
        webhook = a_webhook()
        stage.tell(webhook, (1, 7))
        await stage.until(lambda: 1 in stage.sender.under_way)

        stage.tell(webhook, (2, 8))

        await stage.until(lambda: 2 in stage.sender.under_way)
        assert 1 in stage.sender.under_way


async def test_a_lane_is_given_back_when_nothing_is_left_in_it() -> None:
    async with dispatching() as stage:
        webhook = a_webhook()
        stage.tell(webhook, (1, 7))
        await stage.until(lambda: 1 in stage.sender.under_way)
        stage.sender.answer(1)
        await stage.until(lambda: not stage.lanes.leased)

        stage.tell(webhook, (2, 7))
        await stage.until(lambda: 2 in stage.sender.under_way)


async def test_slow_ones_have_places_of_their_own() -> None:
    async with dispatching() as stage:
        for number in range(1, SLOW + 6):
            stage.lanes.add_slow(webhook := a_webhook())
            stage.tell(webhook, (number, 7))
        await stage.until(lambda: len(stage.sender.under_way) == SLOW)

        for number in range(1_000, 1_000 + QUICK + 5):
            stage.tell(a_webhook(), (number, 7))
        await stage.until(lambda: len(stage.sender.under_way) == SLOW + QUICK)
        assert stage.sender.most_at_once == SLOW + QUICK

        stage.sender.answer(1)
        await stage.until(lambda: SLOW + 1 in stage.sender.under_way)


async def test_while_others_wait_for_a_place_nobody_keeps_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery_dispatcher, "_TURN_SECONDS", -1.0)
    async with dispatching() as stage:
        greedy = a_webhook()
        stage.tell(greedy, *((n, 7) for n in range(1, 10_000)))
        for number in range(QUICK):
            stage.tell(a_webhook(), (10_000 + number, 7))
        last = 10_000 + QUICK - 1

        def last_is_sent_something() -> bool:
            for message_id in [m for m in stage.sender.under_way if m < 10_000]:
                stage.sender.answer(message_id)
            return last in stage.sender.under_way

        await stage.until(last_is_sent_something)

        assert stage.lanes.handed_over == [greedy]


async def test_at_the_end_what_is_being_sent_is_recorded_and_the_lane_handed_over() -> None:
    async with dispatching() as stage:
        webhook = a_webhook()
        stage.tell(webhook, (1, 7), (2, 7))
        await stage.until(lambda: 1 in stage.sender.under_way)

        closing = asyncio.create_task(stage.dispatcher.aclose())
        await asyncio.sleep(0)
        stage.sender.answer(1)
        await closing

        assert [message for message, _ in stage.lanes.verdicts] == [1]
        assert stage.lanes.handed_over == [webhook]
        assert stage.sender.sent == [1]


async def test_a_lane_that_was_lost_is_left_alone() -> None:
    async with dispatching() as stage:
        webhook = a_webhook()
        stage.tell(webhook, (1, 7), (2, 7))
        await stage.until(lambda: 1 in stage.sender.under_way)
        stage.lanes.give_away(webhook)

        stage.sender.answer(1)

        await stage.until(lambda: not stage.sender.under_way)
        assert stage.lanes.verdicts == []
        assert stage.sender.sent == [1]
