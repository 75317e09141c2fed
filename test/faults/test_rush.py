"""An opening, in which one of two instances dies."""

from soak.rush import run_rush
from src.bootstrap.commands.rehearse.plan import Plan
from test.faults.campaigns import SEED, SLACK


async def test_an_opening_outlives_one_of_two_instances() -> None:
    plan = Plan(watchers=40, buyers=60, seats=240, each=4, opens_in=2, seconds=60, seed=SEED)
    outcome = await run_rush(SEED, plan, slack=SLACK)

    assert outcome.wrong == ()
    assert outcome.killed_at >= 120
    assert outcome.report.exact_maps == 40
    assert outcome.report.unfinished == 0
