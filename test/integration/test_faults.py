"""Processes killed, stores cut off and paused, clocks set wrong: the promises hold all the same.

Each case is a campaign of seconds; `make soak` runs the same ones for as long as one likes.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from soak.campaign import Campaign
from soak.faults import FAULTS, Fault
from soak.people import People, gather_people
from soak.world import World, running_world

SEED = 20260101

# What is timed here shares the machine with other tests; `make soak` keeps to the limits themselves.
SLACK = 4.0

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    async with running_world(SEED) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(world: World) -> People:
    return await gather_people(world.direct.port, 12)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_the_promises_hold(world: World, people: People, fault: Fault) -> None:
    outcome = await Campaign(world, people, fault, SEED, answers=8, slack=SLACK).run()

    assert outcome.wrong == ()
