"""Stores killed, paused, slow and cut off: the promises hold all the same.

Each case is a campaign of seconds; `make soak` runs the same ones for as long as one likes.
"""

import pytest

from soak.faults import STORE_FAULTS, Fault
from soak.kafka_world import KAFKA_FAULTS, WorldWithKafka
from soak.people import People
from soak.world import World
from test.faults.campaigns import assert_listener_knows_every_seat, assert_promises_hold

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("fault", STORE_FAULTS + KAFKA_FAULTS, ids=lambda fault: fault.name)
async def test_the_promises_hold(world: World, people: People, fault: Fault) -> None:
    await assert_promises_hold(world, people, fault)


async def test_a_listener_knows_every_seat(world: WorldWithKafka, people: People) -> None:
    await assert_listener_knows_every_seat(world, people)
