"""An opening, in which one of two instances dies."""

from soak.rush import run_rush
from src.bootstrap.commands.rehearse.plan import Line, Plan
from test.faults.campaigns import SEED, SLACK


async def test_an_opening_outlives_one_of_two_instances() -> None:
    line = Line(per_minute=1200, pass_seconds=60)
    plan = Plan(40, 60, seats=240, each=4, opens_in=2, seconds=60, line=line, seed=SEED)
    outcome = await run_rush(SEED, plan, slack=SLACK)

    assert outcome.wrong == ()
    assert outcome.killed_at >= 120
    assert outcome.report.exact_maps == 40
    assert outcome.report.unfinished == 0
    assert outcome.report.line is not None
    assert outcome.report.line.called == 60
