"""A world to break, and people in it: one for each file of tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from soak.people import People, gather_people
from soak.world import World, running_world
from test.faults.campaigns import SEED


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    async with running_world(SEED) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(world: World) -> People:
    return await gather_people(world.direct.port, 12)
