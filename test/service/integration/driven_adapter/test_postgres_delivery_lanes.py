"""Lanes in PostgreSQL: who works on them, what is due in them, and that nothing is left behind."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
import pytest

from src.platform.database import Database, make_engine
from src.platform.settings import Settings
from src.service.integration.app.command.purge_webhook_messages_use_case import (
    PurgeWebhookMessagesUseCase,
)
from src.service.integration.app.interface.delivery_lanes import DueDelivery, Lease
from src.service.integration.app.interface.webhooks import NewWebhook, WebhookChanges
from src.service.integration.domain.delivery import Answer, Outcome, Verdict
from src.service.integration.domain.message import Message
from src.service.integration.domain.webhook import WebhookId, WebhookStatus, new_secret
from src.service.integration.driven_adapter.postgres_delivery_lanes import PostgresDeliveryLanes
from src.service.integration.driven_adapter.postgres_webhook_deliveries import (
    PostgresWebhookDeliveries,
)
from src.service.integration.driven_adapter.postgres_webhooks import PostgresWebhooks
from src.service.integration.driven_adapter.webhook_queue import WebhookQueue
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.message_type import MessageType
from test.fake.messages import NOON
from test.support.stores import connected

OK = Answer(0.1, 204)
SLOW = Answer(5.0, 204)
DELIVERED = Verdict(Outcome.DELIVERED)
RETRY = Verdict(Outcome.RETRY, timedelta(hours=1))


@dataclass
class Place:
    connection: asyncpg.Connection
    database: Database
    seller: UserId
    lanes: PostgresDeliveryLanes
    webhooks: PostgresWebhooks
    deliveries: PostgresWebhookDeliveries
    woken: list[WebhookId] = field(default_factory=list)
    told: int = 0

    async def add_webhook(self) -> WebhookId:
        new = NewWebhook(
            WebhookId(uuid.uuid4()),
            self.seller,
            "https://a.example/",
            tuple(MessageType),
            None,
            new_secret(),
        )
        assert await self.webhooks.add(new, most=10)
        return new.id

    async def tell(self, *events: int) -> None:
        """One message of each of these events."""
        queue = WebhookQueue(self.database, self.woken.extend)
        messages = []
        for event in events:
            self.told += 1
            kind = MessageType.EVENT_CREATED
            messages.append(Message(self.told, kind, EventId(event), self.seller, NOON, {}))
        await queue.pass_on(messages)
        await queue.pass_on(messages)  # as after an answer that was lost

    async def lease(self) -> Lease:
        [lease] = await self.lanes.lease(quick=9, slow=9)
        return lease

    async def due(self, lease: Lease, *busy: int) -> list[DueDelivery]:
        state = await self.lanes.look(lease, busy=[EventId(event) for event in busy], most=9)
        assert state is not None
        return list(state.due)

    async def deliver(self, lease: Lease, answer: Answer = OK, verdict: Verdict = DELIVERED) -> int:
        """The first that is due."""
        first = (await self.due(lease))[0]
        assert await self.lanes.record(lease, first, answer, verdict)
        return first.message_id

    async def pass_time(self, seconds: int) -> None:
        await self.connection.execute(
            "UPDATE webhook_lane SET leased_until = leased_until - $1::int * interval '1 s'",
            seconds,
        )


@pytest.fixture
async def place(settings: Settings) -> AsyncIterator[Place]:
    assert settings.database_url
    engine = make_engine(settings.database_url, pool_size=2, timeout=30.0)
    database = Database(engine, timeout=30.0)
    async with connected(settings) as connection:
        seller = await connection.fetchval(
            """INSERT INTO "user" (email, password_hash, name, role)
               VALUES ('s@example.com', '', 'S', 'seller') RETURNING id"""
        )
        # Messages are numbered here; trials take their numbers behind them.
        await connection.execute("SELECT setval(pg_get_serial_sequence('outbox', 'id'), 1000)")
        yield Place(
            connection,
            database,
            UserId(seller),
            PostgresDeliveryLanes(database),
            PostgresWebhooks(database),
            PostgresWebhookDeliveries(database, database),
        )
    await engine.dispose()


async def test_the_first_of_each_event_is_due_and_the_next_when_it_is_done_with(
    place: Place,
) -> None:
    await place.add_webhook()
    await place.tell(7, 7, 8, 7)
    lease = await place.lease()

    assert [(d.message_id, d.event_id) for d in await place.due(lease)] == [(1, 7), (3, 8)]
    assert [d.message_id for d in await place.due(lease, 7)] == [3]
    assert await place.deliver(lease) == 1
    assert [d.message_id for d in await place.due(lease)] == [2, 3]
    assert await place.deliver(lease, verdict=RETRY) == 2
    assert [d.message_id for d in await place.due(lease)] == [3], "4 waits for 2"


async def test_one_instance_at_a_time_works_on_a_lane(place: Place) -> None:
    webhook = await place.add_webhook()
    await place.tell(7)
    lease = await place.lease()

    assert place.woken == [webhook]
    assert await place.lanes.lease(quick=9, slow=9) == []
    await place.pass_time(20)
    assert await place.lanes.lease(quick=9, slow=9) == []
    await place.deliver(lease)  # which renews it
    await place.tell(7)
    await place.pass_time(29)
    assert await place.lanes.lease(quick=9, slow=9) == []
    await place.pass_time(2)
    assert (await place.lease()).token != lease.token


async def test_who_lost_the_lease_records_nothing(place: Place) -> None:
    await place.add_webhook()
    await place.tell(7)
    lost = await place.lease()
    [delivery] = await place.due(lost)
    await place.pass_time(31)
    lease = await place.lease()

    assert not await place.lanes.record(lost, delivery, OK, DELIVERED)
    assert await place.lanes.look(lost, busy=[], most=9) is None
    assert not await place.lanes.leave(lost, 1)
    await place.lanes.hand_over(lost)
    assert [d.message_id for d in await place.due(lease)] == [1]


async def test_what_comes_while_a_lane_is_given_back_is_not_left_in_it(place: Place) -> None:
    webhook = await place.add_webhook()
    await place.tell(7)
    lease = await place.lease()
    await place.deliver(lease)
    state = await place.lanes.look(lease, busy=[], most=9)
    assert state is not None
    assert state.due == []

    await place.tell(7)
    assert not await place.lanes.leave(lease, state.arrivals)
    assert await place.deliver(lease) == 2
    state = await place.lanes.look(lease, busy=[], most=9)
    assert state is not None
    assert await place.lanes.leave(lease, state.arrivals)
    assert await place.lanes.lease(quick=9, slow=9) == []
    await place.deliveries.send_again(webhook, 1)
    assert await place.deliver(await place.lease()) == 1


async def test_a_lane_in_which_all_waits_for_later_is_left_until_then(place: Place) -> None:
    await place.add_webhook()
    await place.tell(7)
    lease = await place.lease()
    await place.deliver(lease, verdict=RETRY)
    state = await place.lanes.look(lease, busy=[], most=9)
    assert state is not None
    assert state.failing

    assert await place.lanes.leave(lease, state.arrivals)

    due_in = await place.connection.fetchval("SELECT due_at - now() FROM webhook_lane")
    assert timedelta(minutes=59) < due_in < timedelta(hours=1)


async def test_slow_ones_and_quick_ones_are_leased_apart(place: Place) -> None:
    for _ in range(3):
        await place.add_webhook()
    await place.tell(7)
    slow, quick, waiting = await place.lanes.lease(quick=9, slow=9)
    await place.deliver(slow, SLOW)
    await place.tell(7)
    for lease in (slow, quick, waiting):
        await place.lanes.hand_over(lease)

    [taken] = await place.lanes.lease(quick=0, slow=9)
    assert (taken.webhook_id, taken.slow) == (slow.webhook_id, True)
    # The longest due first.
    [taken] = await place.lanes.lease(quick=1, slow=0)
    assert (taken.webhook_id, taken.slow) == (quick.webhook_id, False)


async def test_a_paused_one_is_sent_trials_alone(place: Place) -> None:
    webhook = await place.add_webhook()
    await place.tell(7)
    pause = Verdict(Outcome.PAUSE, reason="It is gone.")
    await place.deliver(lease := await place.lease(), verdict=pause)
    paused = await place.webhooks.find(place.seller, webhook)
    assert paused is not None
    assert (paused.status, paused.paused_reason) == (WebhookStatus.PAUSED, "It is gone.")
    assert await place.due(lease) == []

    await place.tell(8)
    trial = await place.deliveries.add_trial(webhook)
    again = await place.deliveries.add_trial(webhook)
    assert trial == again is not None
    assert [d.is_trial for d in await place.due(lease)] == [True]
    await place.deliver(lease)
    assert await place.due(lease) == []

    active = WebhookChanges(status=WebhookStatus.ACTIVE)
    await place.webhooks.change(place.seller, webhook, active)
    assert [d.message_id for d in await place.due(lease)] == [1], (
        "what happened meanwhile is not told"
    )


async def test_trouble_is_counted_from_the_first_failure(place: Place) -> None:
    await place.add_webhook()
    await place.tell(7, 8)
    lease = await place.lease()
    await place.deliver(lease, verdict=Verdict(Outcome.RETRY, timedelta()))
    trouble = {d.event_id: d.trouble for d in await place.due(lease)}
    assert trouble[EventId(7)].delivery_failing_for > timedelta()
    assert trouble[EventId(8)].delivery_failing_for == timedelta()
    assert trouble[EventId(8)].webhook_failing_for > timedelta()

    [eight] = await place.due(lease, 7)
    await place.lanes.record(lease, eight, OK, DELIVERED)
    [seven] = await place.due(lease)
    assert seven.trouble.delivery_failing_for > timedelta()
    assert seven.trouble.webhook_failing_for == timedelta()


async def test_a_webhook_that_is_deleted_is_sent_nothing_more(place: Place) -> None:
    webhook = await place.add_webhook()
    await place.tell(7)
    lease = await place.lease()
    [delivery] = await place.due(lease)

    assert await place.webhooks.remove(place.seller, webhook)

    assert await place.lanes.look(lease, busy=[], most=9) is None
    assert not await place.lanes.record(lease, delivery, OK, DELIVERED)
    assert await place.deliveries.add_trial(webhook) is None


async def test_old_messages_go_with_their_deliveries_in_steps(place: Place) -> None:
    webhook = await place.add_webhook()
    await place.tell(*[7] * 5)
    await place.connection.execute(
        "UPDATE webhook_message SET created_at = now() - interval '8 days' WHERE id < 5"
    )

    assert await place.deliveries.purge(most=3) == 3
    assert await PurgeWebhookMessagesUseCase(place.deliveries).execute() == 1

    page = await place.deliveries.page(webhook, status=None, limit=9, cursor=None)
    assert [delivery.message_id for delivery in page.items] == [5]
    assert await place.connection.fetchval("SELECT count(*) FROM webhook_delivery") == 1
