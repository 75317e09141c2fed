"""A world to break, and people in it: one for each file of tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from soak.kafka_world import WorldWithKafka
from soak.people import People, gather_people
from soak.world import running
from test.faults.campaigns import SEED


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[WorldWithKafka]:
    async with running(WorldWithKafka, SEED) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(world: WorldWithKafka) -> People:
    return await gather_people(world.direct.port, 12)
