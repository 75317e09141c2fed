"""Each port's contract is tried on its fake and on its adapter."""

from collections.abc import AsyncIterator

import pytest

from src.platform.database import Database, make_engine


@pytest.fixture(params=["fake", "PostgreSQL"])
def record_url(request: pytest.FixtureRequest) -> str | None:
    """None stands for the fakes."""
    return None if request.param == "fake" else request.getfixturevalue("database_url")


@pytest.fixture
async def database(record_url: str | None) -> AsyncIterator[Database | None]:
    """None stands for the fakes."""
    if record_url is None:
        yield None
        return
    engine = make_engine(record_url, pool_size=3, timeout=30.0)
    yield Database(engine, timeout=30.0)
    await engine.dispose()
