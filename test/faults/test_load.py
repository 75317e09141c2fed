"""A sale under many eyes."""

from soak.load import Load, run_load
from test.faults.campaigns import SEED, SLACK


async def test_a_sale_under_many_eyes_ends_well() -> None:
    load = Load(seconds=2, clients=100, per_second=40, buyers=12, slack=SLACK)
    outcome = await run_load(SEED, load)

    assert outcome.crowd["exact"] == outcome.crowd["readers"] == 80
    assert outcome.reserved_per_second > 0
    assert outcome.wrong == ()
