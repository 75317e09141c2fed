"""Each port's contract is tried on its fake and on its adapter."""

from collections.abc import AsyncIterator

import pytest

from test.support.ledgers import FakeRecord, SystemOfRecord, postgres_record
from test.support.seat_stores import (
    FakeSeats,
    SeatStores,
    kvrocks_seats,
    seat_state_url,
    simulated_seats,
)


@pytest.fixture(params=["fake", "PostgreSQL"])
def record_url(request: pytest.FixtureRequest) -> str | None:
    """None stands for the fakes."""
    return None if request.param == "fake" else request.getfixturevalue("database_url")


@pytest.fixture
async def record(record_url: str | None) -> AsyncIterator[SystemOfRecord]:
    if record_url is None:
        yield FakeRecord()
    else:
        async with postgres_record(record_url) as real:
            yield real


@pytest.fixture(params=["fake", "simulation", "kvrocks", "cluster"])
def seats_url(request: pytest.FixtureRequest) -> str | None:
    """None stands for the fakes, `simulation` for the adapters on the server of the simulation."""
    return "simulation" if request.param == "simulation" else seat_state_url(request)


@pytest.fixture
async def stores(seats_url: str | None) -> AsyncIterator[SeatStores]:
    if seats_url is None:
        yield FakeSeats()
    elif seats_url == "simulation":
        yield simulated_seats()
    else:
        async with kvrocks_seats(seats_url) as real:
            yield real
