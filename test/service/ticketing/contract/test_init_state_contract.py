"""What InitEventAndTicketsStateHandler promises, of Kvrocks and of the fake that stands for it."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from src.platform.kvrocks_clients import make_kvrocks
from src.platform.store_figures import StoreFigures
from src.service.shared_kernel.errors import SeatStateMissingError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, SeatStateQuery, StateVersion
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.ticketing.app.interface.init_event_and_tickets_state_handler import (
    InitEventAndTicketsStateHandler,
)
from src.service.ticketing.driven_adapter.state.init_event_and_tickets_state_handler_impl import (
    KvrocksInitEventAndTicketsStateHandler,
)
from src.service.ticketing.driven_adapter.state.seat_state_query_handler_impl import (
    KvrocksSeatStateQuery,
)
from test.fake.kvrocks import FakeInitState, FakeKvrocks, FakeSeatStateQuery
from test.fake.people import HOUSE
from test.support.seat_stores import ask, seat_state_url

EVENT, OTHER = EventId(7), EventId(8)
FIRST = dict.fromkeys(HOUSE.subsections, b"000000")


@dataclass
class Store:
    """Writes through the port, and reads what is there since."""

    handler: InitEventAndTicketsStateHandler
    query: SeatStateQuery

    async def state(self, event_id: EventId = EVENT) -> EventSeatState:
        return await self.query.event_state(event_id, HOUSE)


@pytest.fixture(params=["fake", "kvrocks", "cluster"])
def kvrocks_url(request: pytest.FixtureRequest) -> str | None:
    """None is the fake's."""
    return seat_state_url(request)


@pytest_asyncio.fixture
async def store(kvrocks_url: str | None) -> AsyncIterator[Store]:
    if kvrocks_url is None:
        fake = FakeKvrocks()
        yield Store(FakeInitState(fake), FakeSeatStateQuery(fake))
        return
    pool = StoreFigures("kvrocks", "sales", 2)
    [kvrocks] = make_kvrocks(kvrocks_url, [pool], retry_reads=[False], timeout=10.0)
    keys = SeatStateKeys(f"test-{uuid.uuid4().hex}:")
    yield Store(
        KvrocksInitEventAndTicketsStateHandler(kvrocks, keys),
        KvrocksSeatStateQuery(kvrocks, keys, timeout=10.0),
    )
    for event_id in (EVENT, OTHER):
        await ask(kvrocks, "DEL", *keys.all_of(event_id, HOUSE))
    await kvrocks.aclose()


async def test_every_seat_is_available_at_the_first_version(store: Store) -> None:
    await store.handler.initialize_seats(EVENT, HOUSE)

    assert await store.state() == EventSeatState(EVENT, HOUSE, StateVersion(1, 1), False, FIRST)


async def test_the_same_again_makes_the_same(store: Store) -> None:
    await store.handler.initialize_seats(EVENT, HOUSE)
    await store.handler.initialize_seats(EVENT, HOUSE)

    assert (await store.state()).version == StateVersion(1, 1)


async def test_what_is_removed_is_missing_and_nothing_else_is(store: Store) -> None:
    for event_id in (EVENT, OTHER):
        await store.handler.initialize_seats(event_id, HOUSE)

    await store.handler.remove_seats(EVENT, HOUSE)

    with pytest.raises(SeatStateMissingError):
        await store.state()
    assert (await store.state(OTHER)).seats == FIRST


async def test_removing_what_is_not_there_is_a_success(store: Store) -> None:
    await store.handler.remove_seats(EVENT, HOUSE)
    await store.handler.remove_seats(EVENT, HOUSE)
