"""Whose turn it is to pass on, and what is kept for whom: in PostgreSQL, and in the fake of it."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import asyncpg
import pytest

from src.platform.database import Database, make_engine
from src.platform.settings import Settings
from src.service.integration.app.interface.outbox import Outbox
from src.service.integration.domain.backlog import Backlog
from src.service.integration.driven_adapter.postgres_outbox import PostgresOutbox
from src.service.shared_kernel.message_type import Listener
from test.fake.messages import FakeOutbox, a_message
from test.fake.postgres import FakePostgres
from test.support.stores import connected

KAFKA, WEBHOOKS = Listener


class Place(Protocol):
    """An event of 8,000 seats, and one outbox for each of two instances."""

    @property
    def here(self) -> Outbox: ...

    @property
    def there(self) -> Outbox: ...

    async def write(
        self, *, kafka: bool = True, webhooks: bool = False, seats: int = 0, times: int = 1
    ) -> None: ...

    async def count(self) -> int: ...

    async def turns(self) -> int: ...

    async def let_turns_end(self) -> None: ...

    async def make_older(self, message_id: int, period: timedelta) -> None: ...


class FakePlace:
    def __init__(self) -> None:
        self._db = FakePostgres()
        self.here, self.there = (FakeOutbox(self._db, uuid.uuid4()) for _ in range(2))

    async def write(
        self, *, kafka: bool = True, webhooks: bool = False, seats: int = 0, times: int = 1
    ) -> None:
        listeners = [listener for listener, on in ((KAFKA, kafka), (WEBHOOKS, webhooks)) if on]
        for _ in range(times):
            self._db.last_message_id += 1
            message = replace(
                a_message(self._db.last_message_id), time=self._db.now, data={"seats": [{}] * seats}
            )
            self._db.outbox[message.id] = message, set(listeners)

    async def count(self) -> int:
        return len(self._db.outbox)

    async def turns(self) -> int:
        return len(self._db.turns)

    async def let_turns_end(self) -> None:
        self._db.now += timedelta(seconds=11)

    async def make_older(self, message_id: int, period: timedelta) -> None:
        message, listeners = self._db.outbox[message_id]
        self._db.outbox[message_id] = replace(message, time=message.time - period), listeners


class PostgresPlace:
    def __init__(self, connection: asyncpg.Connection, database: Database) -> None:
        self._connection = connection
        self.here, self.there = (PostgresOutbox(database, uuid.uuid4()) for _ in range(2))

    async def write(
        self, *, kafka: bool = True, webhooks: bool = False, seats: int = 0, times: int = 1
    ) -> None:
        await self._connection.execute(
            """
            INSERT INTO outbox (type, event_id, reservation_id, ticket_ids, data, kafka, webhooks)
            SELECT CASE $3::int WHEN 0 THEN 'event.sold_out' ELSE 'reservation.released' END, 1,
                   CASE WHEN $3 > 0 THEN gen_random_uuid() END,
                   CASE WHEN $3 > 0 THEN ARRAY(SELECT generate_series(1, $3)) END,
                   CASE WHEN $3 = 0 THEN '{"status": "sold_out"}'::jsonb END, $1, $2
            FROM generate_series(1, $4)
            """,
            kafka,
            webhooks,
            seats,
            times,
        )

    async def count(self) -> int:
        return await self._number("SELECT count(*) FROM outbox")

    async def turns(self) -> int:
        return await self._number("SELECT count(*) FROM outbox_turn")

    async def let_turns_end(self) -> None:
        await self._connection.execute("UPDATE outbox_turn SET until = now() - interval '1 ms'")

    async def make_older(self, message_id: int, period: timedelta) -> None:
        await self._connection.execute(
            "UPDATE outbox SET occurred_at = occurred_at - $2::interval WHERE id = $1",
            message_id,
            period,
        )

    async def _number(self, query: str) -> int:
        number: int = await self._connection.fetchval(query)
        return number


@pytest.fixture(params=["fake", "postgres"])
def settings_if_postgres(request: pytest.FixtureRequest) -> Settings | None:
    """None is the fake's."""
    if request.param == "fake":
        return None
    settings: Settings = request.getfixturevalue("settings")
    return settings


@pytest.fixture
async def place(settings_if_postgres: Settings | None) -> AsyncIterator[Place]:
    if settings_if_postgres is None:
        yield FakePlace()
        return
    settings = settings_if_postgres
    assert settings.database_url
    engine = make_engine(settings.database_url, pool_size=2, timeout=30.0)
    async with connected(settings) as connection:
        await connection.execute(
            """
            INSERT INTO "user" (email, password_hash, name, role)
                VALUES ('s@example.com', 'x', 'Sue', 'seller');
            INSERT INTO event (name, description, venue_name, seller_id, seating_config, is_active, status)
                VALUES ('Concert', 'Loud', 'Arena', 1, '{}', true, 'available');
            INSERT INTO ticket (event_id, section, subsection, "row", seat, price, status)
                SELECT 1, 'A', 1, 1, n, 100, 'available' FROM generate_series(1, 8000) AS n;
            """
        )
        yield PostgresPlace(connection, Database(engine, timeout=30.0))
    await engine.dispose()


async def test_gives_what_waits_in_the_order_of_the_ids_until_it_is_forgotten(place: Place) -> None:
    await place.write(times=3)

    first = await place.here.next(KAFKA)
    assert [message.id for message in first] == [1, 2, 3]
    assert await place.here.next(KAFKA) == first

    await place.here.forget(KAFKA, first[:2])
    assert await place.here.next(KAFKA) == first[2:]
    assert await place.count() == 1


async def test_one_instance_has_its_turn_until_nothing_is_heard_of_it(place: Place) -> None:
    await place.write()
    assert await place.here.next(KAFKA)
    assert await place.there.next(KAFKA) == []
    assert await place.here.next(KAFKA)

    await place.let_turns_end()
    assert await place.there.next(KAFKA)
    assert await place.here.next(KAFKA) == []


async def test_who_leaves_keeps_nobody_waiting(place: Place) -> None:
    await place.write()
    assert await place.here.next(KAFKA)

    await place.there.leave()
    assert await place.there.next(KAFKA) == []
    await place.here.leave()
    assert await place.there.next(KAFKA)


async def test_nobody_takes_a_turn_while_there_is_nothing_to_do(place: Place) -> None:
    assert await place.here.next(KAFKA) == []

    assert await place.turns() == 0


async def test_keeps_a_message_until_both_listeners_have_it(place: Place) -> None:
    await place.write(kafka=True, webhooks=True)
    await place.write(kafka=False, webhooks=True)

    of_kafka = await place.here.next(KAFKA)
    await place.here.forget(KAFKA, of_kafka)
    assert [len(of_kafka), await place.count()] == [1, 2]
    assert await place.here.next(KAFKA) == []

    of_webhooks = await place.there.next(WEBHOOKS)
    await place.there.forget(WEBHOOKS, of_webhooks)
    assert [message.id for message in of_webhooks] == [1, 2]
    assert await place.count() == 0


async def test_says_how_much_waits_and_for_how_long_whosever_turn_it_is(place: Place) -> None:
    assert await place.here.backlog(KAFKA) == Backlog(0, timedelta())
    await place.write(times=2)
    await place.write(kafka=False, webhooks=True)
    await place.there.next(KAFKA)
    await place.make_older(1, timedelta(hours=1))

    found = await place.here.backlog(KAFKA)

    assert found.messages == 2
    assert timedelta(hours=1) <= found.age < timedelta(hours=2)


async def test_gives_no_more_seats_at_once_than_can_be_told_quickly(place: Place) -> None:
    for seats in (2_000, 3_000, 1):
        await place.write(seats=seats)
    await place.write(seats=8_000)

    sizes = []
    while messages := await place.here.next(KAFKA):
        sizes.append([len(message.data["seats"]) for message in messages])
        await place.here.forget(KAFKA, messages)

    assert sizes == [[2_000, 3_000], [1, 8_000]]
