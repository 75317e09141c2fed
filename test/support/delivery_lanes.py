"""Lanes of webhooks for contract tests: the port's fake, and its adapter on PostgreSQL."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Protocol

import asyncpg
from sqlalchemy.engine import make_url

from src.platform.database import Database, make_engine
from src.service.integration.app.interface.delivery_lanes import DeliveryLanes
from src.service.integration.app.interface.webhooks import NewWebhook, WebhookChanges
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
from test.fake.delivery_lanes import FakeDeliveryLanes
from test.fake.messages import NOON


class Lanes(Protocol):
    """The port, and ways around it."""

    port: DeliveryLanes

    async def add_webhook(self) -> WebhookId: ...

    async def tell(self, *events: int) -> None:
        """Put one message of each of these events into the lane of each webhook that is not paused. Messages
        are numbered from 1."""
        ...

    async def add_trial(self, webhook_id: WebhookId) -> int:
        """The number of its message."""
        ...

    async def send_again(self, webhook_id: WebhookId, message_id: int) -> None: ...

    async def activate(self, webhook_id: WebhookId) -> None: ...

    async def remove(self, webhook_id: WebhookId) -> None: ...

    async def pass_time(self, period: timedelta) -> None: ...


class FakeLanes(Lanes):
    def __init__(self) -> None:
        self.port = self._lanes = FakeDeliveryLanes()
        self._numbers = count(1)

    async def add_webhook(self) -> WebhookId:
        self._lanes.add(webhook_id := WebhookId(uuid.uuid4()))
        return webhook_id

    async def tell(self, *events: int) -> None:
        messages = [(next(self._numbers), event) for event in events]
        for webhook_id, lane in self._lanes.lanes.items():
            if lane.is_active:
                self._lanes.add(webhook_id, *messages)

    async def add_trial(self, webhook_id: WebhookId) -> int:
        self._lanes.add(webhook_id, (number := next(self._numbers), None))
        return number

    async def send_again(self, webhook_id: WebhookId, message_id: int) -> None:
        self._lanes.send_again(webhook_id, message_id)

    async def activate(self, webhook_id: WebhookId) -> None:
        self._lanes.activate(webhook_id)

    async def remove(self, webhook_id: WebhookId) -> None:
        del self._lanes.lanes[webhook_id]

    async def pass_time(self, period: timedelta) -> None:
        self._lanes.now += period


class PostgresLanes(Lanes):
    def __init__(self, database: Database, connection: asyncpg.Connection, seller: UserId) -> None:
        self.connection = connection
        self.seller = seller
        self.port = PostgresDeliveryLanes(database)
        self.webhooks = PostgresWebhooks(database)
        self.deliveries = PostgresWebhookDeliveries(database, database)
        self.woken: list[WebhookId] = []
        self._queue = WebhookQueue(database, self.woken.extend)
        self._numbers = count(1)

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
        kind = MessageType.EVENT_CREATED
        messages = [
            Message(next(self._numbers), kind, EventId(event), self.seller, NOON, {})
            for event in events
        ]
        await self._queue.pass_on(messages)
        await self._queue.pass_on(messages)  # as after an answer that was lost

    async def add_trial(self, webhook_id: WebhookId) -> int:
        trial = await self.deliveries.add_trial(webhook_id)
        assert trial
        return trial.message_id

    async def send_again(self, webhook_id: WebhookId, message_id: int) -> None:
        assert await self.deliveries.send_again(webhook_id, message_id)

    async def activate(self, webhook_id: WebhookId) -> None:
        active = WebhookChanges(status=WebhookStatus.ACTIVE)
        assert await self.webhooks.change(self.seller, webhook_id, active)

    async def remove(self, webhook_id: WebhookId) -> None:
        assert await self.webhooks.remove(self.seller, webhook_id)

    async def pass_time(self, period: timedelta) -> None:
        for statement in (
            """UPDATE webhook_lane SET leased_until = leased_until - $1::interval,
                   due_at = due_at - $1::interval, failing_since = failing_since - $1::interval,
                   rests_until = rests_until - $1::interval""",
            """UPDATE webhook_delivery SET next_attempt_at = next_attempt_at - $1::interval,
                   failing_since = failing_since - $1::interval""",
        ):
            await self.connection.execute(statement, period)


@asynccontextmanager
async def postgres_lanes(database_url: str) -> AsyncIterator[PostgresLanes]:
    """The adapter on this database, from which the lanes that others left are removed."""
    url = make_url(database_url).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    engine = make_engine(database_url, pool_size=3, timeout=30.0)
    try:
        await connection.execute(
            "TRUNCATE webhook_endpoint, webhook_lane, webhook_message, webhook_delivery"
        )
        # Messages are numbered here; trials take their numbers behind them.
        await connection.execute("SELECT setval(pg_get_serial_sequence('outbox', 'id'), 1000)")
        seller = await connection.fetchval(
            """INSERT INTO "user" (email, password_hash, name, role)
               VALUES (gen_random_uuid() || '@example.com', '', 'S', 'seller') RETURNING id"""
        )
        yield PostgresLanes(Database(engine, timeout=30.0), connection, UserId(seller))
    finally:
        await engine.dispose()
        await connection.close()
