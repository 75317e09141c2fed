"""How the tests run the soak's campaigns: short, and with time for a busy machine."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from soak.campaign import Campaign
from soak.faults import Fault
from soak.kafka_world import WorldWithKafka
from soak.people import People
from soak.world import World

SEED = 20260101

# What is timed here shares the machine with other tests; `make soak` keeps to the limits themselves.
SLACK = 6.0
_LISTENER_SECONDS = 120.0


async def assert_promises_hold(world: World, people: People, fault: Fault) -> None:
    outcome = await Campaign(world, people, fault, SEED, answers=4, slack=SLACK).run()

    assert outcome.wrong == ()


def one_after_another(name: str, faults: Sequence[Fault]) -> Fault:
    """One fault of several that are alike in what they may bring; each ends before the next."""

    @asynccontextmanager
    async def apply(world: World, chance: random.Random) -> AsyncIterator[None]:
        for fault in faults:
            async with fault.apply(world, chance):
                pass
        yield

    alike = {replace(fault, name=name, apply=apply) for fault in faults}
    [fault] = alike
    return fault


async def assert_listener_knows_every_seat(world: WorldWithKafka, people: People) -> None:
    """After all the campaigns of a world: by messages alone, and each followed on what came before."""
    heard = world.listener.heard
    wrong = await world.listener.disagreements(
        world.direct.port, people.seller, within=_LISTENER_SECONDS
    )

    assert wrong == []
    assert heard.count > len(heard.events) > 0
