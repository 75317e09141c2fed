"""The port's contract is tried on its fake and on its adapter."""

from collections.abc import AsyncIterator

import pytest

from test.support.delivery_lanes import FakeLanes, Lanes, postgres_lanes


@pytest.fixture(params=["fake", "PostgreSQL"])
def lanes_url(request: pytest.FixtureRequest) -> str | None:
    """None stands for the fake."""
    return None if request.param == "fake" else request.getfixturevalue("database_url")


@pytest.fixture
async def lanes(lanes_url: str | None) -> AsyncIterator[Lanes]:
    if lanes_url is None:
        yield FakeLanes()
    else:
        async with postgres_lanes(lanes_url) as real:
            yield real
