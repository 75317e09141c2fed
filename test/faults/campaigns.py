"""How the tests run the soak's campaigns: short, and with time for a busy machine."""

from soak.campaign import Campaign
from soak.faults import Fault
from soak.people import People
from soak.world import World

SEED = 20260101

# What is timed here shares the machine with other tests; `make soak` keeps to the limits themselves.
SLACK = 6.0


async def assert_promises_hold(world: World, people: People, fault: Fault) -> None:
    outcome = await Campaign(world, people, fault, SEED, answers=4, slack=SLACK).run()

    assert outcome.wrong == ()
