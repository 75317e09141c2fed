"""The port's contract is tried on its fake and on its adapter."""

from collections.abc import AsyncIterator

import pytest

from test.support.lines import FakeLines, Lines, postgres_lines


@pytest.fixture(params=["fake", "PostgreSQL"])
def lines_url(request: pytest.FixtureRequest) -> str | None:
    """None stands for the fake."""
    return None if request.param == "fake" else request.getfixturevalue("database_url")


@pytest.fixture
async def lines(lines_url: str | None) -> AsyncIterator[Lines]:
    if lines_url is None:
        yield FakeLines()
    else:
        async with postgres_lines(lines_url) as real:
            yield real
