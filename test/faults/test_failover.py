"""PostgreSQL fails over: the service finds the new primary by itself, and no other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.api import Account, Size, confirm, reserve
from kit.http_client import Connection
from kit.waiting import TIMEOUT
from soak.check import stores_disagree
from soak.client import Client
from soak.faults import Fault
from soak.people import People, gather_people
from soak.postgres_pair import FAILOVERS, Server, WorldWithStandby
from soak.preparing import new_event, tried_again
from soak.subscribers import Subscriber
from soak.world import DATABASE, running
from src.platform.database import Database, Statement, make_engine
from src.service.shared_kernel.errors import OutcomeUnknownError
from test.faults.campaigns import SEED, assert_promises_hold
from test.support.waiting import eventually

# Without the service's own turn to reconcile, which may come meanwhile.
STILL_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE wait_event = 'SyncRep' AND query NOT LIKE '%reconcile_turn%'
"""
SIZE = Size(subsections=1, rows=1, cols=10)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[WorldWithStandby]:
    async with running(WorldWithStandby, SEED) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(world: WorldWithStandby) -> People:
    return await gather_people(world.direct.port, 6)


@pytest.mark.parametrize("fault", FAILOVERS, ids=lambda fault: fault.name)
async def test_nothing_is_lost_that_was_answered(
    world: WorldWithStandby, people: People, fault: Fault
) -> None:
    await world.pair.add_standby(synchronous=True)

    await assert_promises_hold(world, people, fault)


async def test_nobody_sees_what_the_standby_does_not_have(world: WorldWithStandby) -> None:
    """Giving up a statement must not end PostgreSQL's wait for the standby: it would show what it has
    done to others, who would be told of it and lose it with the primary."""
    await world.pair.add_standby(synchronous=True)
    primary = world.pair.primary
    await asked(primary, "CREATE TABLE given_up (n int)")
    await asyncio.to_thread(world.pair.standby.die)
    engine = make_engine(world.database_url, pool_size=3, timeout=2.0)
    database = Database(engine, timeout=2.0)
    insert = "INSERT INTO given_up VALUES (1)"

    async def in_a_block(block: AbstractAsyncContextManager[AsyncConnection]) -> None:
        async with block as connection:
            await connection.execute(text(insert))

    ends = await asyncio.gather(
        database.change(Statement("give up", insert)),
        in_a_block(database.single_statement("give up")),
        in_a_block(database.transaction("give up")),
        return_exceptions=True,
    )
    await engine.dispose()

    assert [type(end) for end in ends] == [OutcomeUnknownError] * 3
    assert await asked(primary, "SELECT count(*) FROM given_up") == 0
    assert await asked(primary, STILL_WAITING) == 3


async def test_an_old_primary_is_not_written_to(world: WorldWithStandby, people: People) -> None:
    """It goes on beside the new one, and no connection to it fails."""
    await world.pair.add_standby(synchronous=False)
    event_id = await new_event(world.direct.port, people.seller, SIZE)
    seats = map(SIZE.seat, range(SIZE.seats))
    await sold(world.behind.port, people.buyers[0], event_id, next(seats))
    await world.pair.promote()
    old, new = world.pair.standby, world.pair.primary

    async def all_have_moved() -> bool:
        return not await connections_to(old) and bool(await connections_to(new))

    await eventually(all_have_moved, what="the service to leave the old primary")
    before = await sold_seats(old)
    await world.behind.terminate()
    await world.behind.start()
    for instance in world.instances:
        await sold(instance.port, people.buyers[0], event_id, next(seats))
    assert await sold_seats(new) == before + 2

    await asyncio.to_thread(new.stop)
    wanted = next(seats)
    for instance in world.instances:
        client = Client(instance.name, instance.port)
        token = people.buyers[0].token
        refused = await client.ask(
            "POST", "/api/reservation", {"event_id": event_id, "seats": [wanted]}, token=token
        )
        assert refused
        assert refused.status == 503
        client.close()
    await asyncio.to_thread(new.start)
    await sold(world.direct.port, people.buyers[0], event_id, wanted)

    assert await sold_seats(old) == before
    await asyncio.to_thread(old.stop)


async def test_what_an_asynchronous_standby_lost_is_lost_in_kvrocks_too(
    world: WorldWithStandby, people: People
) -> None:
    await world.pair.add_standby(synchronous=False)
    port, buyer = world.direct.port, people.buyers[1]
    event_id = await new_event(port, people.seller, SIZE)
    await sold(port, buyer, event_id, "A-1-1-1")
    await world.pair.cut_off_standby()
    async with AsyncExitStack() as stack:
        watchers = [
            Subscriber(instance.name, instance.port, f"/api/event/{event_id}{path}", delta=delta)
            for instance in world.instances
            for path in ("/all_subsection_status", "/sections/A/subsection/1/seats")
            for delta in (False, True)
        ]
        for watcher in watchers:
            stack.push_async_callback(watcher.close)
        await sold(port, buyer, event_id, "A-1-1-2")
        lost_event_id = await new_event(port, people.seller, SIZE)
        for watcher in watchers:
            assert await watcher.sees_what_rest_says(port, within=TIMEOUT) is None

        await asyncio.to_thread(world.pair.primary.die)
        await world.pair.promote()

        async def all_agree() -> bool:
            return not await stores_disagree(world.settings)

        await eventually(all_agree, what="Kvrocks to follow PostgreSQL")
        assert await statuses(port, event_id) == ["sold"] + 9 * ["available"]
        for watcher in watchers:
            assert await watcher.sees_what_rest_says(port, within=TIMEOUT) is None
        gone = await Client("direct", port).insist(f"/api/event/{lost_event_id}")
        assert gone.status == 404
        await sold(port, people.buyers[2], event_id, "A-1-1-2")


async def sold(port: int, buyer: Account, event_id: int, seat: str) -> None:
    """Buy a seat, and again until it is sold."""

    async def buy() -> None:
        connection = await Connection.open(port)
        try:
            made = await reserve(connection, buyer, event_id, seat)
            await confirm(connection, buyer, made["id"])
        finally:
            connection.close()

    await tried_again(buy)


async def statuses(port: int, event_id: int) -> list[str]:
    answer = await Client("direct", port).insist(
        f"/api/event/{event_id}/sections/A/subsection/1/seats"
    )
    return [seat["status"] for seat in answer.json()["tickets"]]


async def sold_seats(server: Server) -> Any:
    return await asked(server, "SELECT count(*) FROM ticket WHERE status = 'sold'")


async def connections_to(server: Server) -> Any:
    return await asked(
        server,
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ticketing'",
    )


async def asked(server: Server, statement: str) -> Any:
    connection = await server.connect(DATABASE)
    try:
        return await connection.fetchval(statement)
    finally:
        connection.terminate()
