"""Each port's contract is tried on its fake and on its adapter."""

from collections.abc import AsyncIterator

import pytest

from test.support.box_offices import BoxOffice, fake_box_office, postgres_box_office


@pytest.fixture(params=["fake", "PostgreSQL"])
def office_url(request: pytest.FixtureRequest) -> str | None:
    """None stands for the fakes."""
    return None if request.param == "fake" else request.getfixturevalue("database_url")


@pytest.fixture
async def office(office_url: str | None) -> AsyncIterator[BoxOffice]:
    if office_url is None:
        yield fake_box_office()
    else:
        async with postgres_box_office(office_url) as real:
            yield real
