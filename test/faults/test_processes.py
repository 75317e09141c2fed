"""Processes killed at any step, clocks set wrong: the promises hold all the same.

Each case is a campaign of seconds; `make soak` runs the same ones for as long as one likes.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from kit.api import Account, Size, confirm, create_event, event_request, reserve
from kit.http_client import Connection
from soak.buyers import Sale
from soak.check import clients_were_misled, stores_disagree
from soak.faults import DEATHS, PROCESS_FAULTS, Fault
from soak.journal import Journal, Told
from soak.kafka_world import WorldWithKafka
from soak.people import People
from soak.preparing import new_event, tried_again
from soak.proxy import Mode
from soak.world import World
from test.faults.campaigns import (
    assert_listener_knows_every_seat,
    assert_promises_hold,
    one_after_another,
)
from test.support.stores import SeatStore
from test.support.waiting import eventually

SIZE = Size(subsections=1, rows=1, cols=4)

pytestmark = pytest.mark.asyncio(loop_scope="module")


FAULTS = [
    *(fault for fault in PROCESS_FAULTS if fault not in DEATHS),
    # In one campaign: what is looked at when it is over is all that came before, after every death.
    one_after_another("A process dies after each step of every flow", DEATHS),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_the_promises_hold(world: World, people: People, fault: Fault) -> None:
    await assert_promises_hold(world, people, fault)


async def test_a_listener_knows_every_seat(world: WorldWithKafka, people: People) -> None:
    await assert_listener_knows_every_seat(world, people)


async def test_an_instance_ends_in_time_whatever_the_stores_do(
    world: WorldWithKafka, people: People
) -> None:
    """All three and Kafka swallow everything, with requests under way and a stream open."""
    event_id = await new_event(world.behind.port, people.seller, SIZE)
    wanted = {"event_id": event_id, "quantity": 1}
    connections = [await Connection.open(world.behind.port) for _ in range(4)]
    stream = asyncio.ensure_future(
        connections[0].get(f"/api/event/{event_id}/all_subsection_status/sse")
    )
    async with AsyncExitStack() as silence:
        silence.enter_context(world.kafka.silence())
        for proxy in (world.postgres_proxy, world.kvrocks_proxy, world.redis_proxy):
            await silence.enter_async_context(proxy.doing(Mode.SWALLOW))
        asked = [
            asyncio.ensure_future(request)
            for request in (
                connections[1].get(f"/api/event/{event_id}"),
                connections[2].request(
                    "POST", "/api/event", event_request(SIZE), token=people.seller.token
                ),
                connections[3].request(
                    "POST", "/api/reservation", wanted, token=people.buyers[0].token
                ),
            )
        ]
        code, seconds = await world.behind.terminate()
    await asyncio.gather(stream, *asked, return_exceptions=True)
    await world.behind.start()

    assert code == 0
    assert seconds < 10


async def test_a_promise_that_is_broken_is_noticed(world: World, people: People) -> None:
    """The checker itself: a buyer who was told what is not so, a seat that is in nobody's list, and
    stores that differ."""
    buyer = people.buyers[0]
    # Each time of an event of its own: a hold lasts a second here, and the machine may stand still.
    made = await tried_again(lambda: sold_seat(world.direct.port, people.seller, buyer))
    event_id = made["event_id"]
    seats = frozenset(["A-1-1-1"])
    journal, sales = Journal(), [Sale(event_id, SIZE, scarce=True)]

    async def all_agree() -> bool:
        return not await clients_were_misled(world.direct.port, people, sales, journal)

    await eventually(all_agree, what="the sale to be seen everywhere")
    journal.reservations = {
        "true": Told(made["id"], buyer.id, event_id, seats, confirm=[200]),
        "released": Told(made["id"], buyer.id, event_id, seats, release=[204]),
        "gone": Told("nobody's", buyer.id, event_id, seats),
    }

    misled = await clients_were_misled(world.direct.port, people, sales, journal)
    others = People(people.seller, people.buyers[1:])
    unowned = await clients_were_misled(world.direct.port, others, sales, Journal())

    assert len(misled) == 2
    assert f"{made['id']} is confirmed; its buyer was answered [] to confirm, [204]" in misled[0]
    assert "nobody's was answered 201" in misled[1]
    assert unowned == [
        f"event {event_id}, seat A-1-1-1: sold, available by the lists of the buyers"
    ]
    async with world.at_rest():  # or else an instance mends the seat before anybody looks
        SeatStore(world.settings, event_id).write(1, b"2")
        assert any("A-1-1-2" in line for line in await stores_disagree(world.settings))


async def sold_seat(port: int, seller: Account, buyer: Account) -> Any:
    """The confirmed reservation of the first seat of a new event."""
    connection = await Connection.open(port)
    try:
        event_id = await create_event(connection, seller, SIZE)
        made = await reserve(connection, buyer, event_id, "A-1-1-1")
        await confirm(connection, buyer, made["id"])
    finally:
        connection.close()
    return made
