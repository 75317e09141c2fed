"""However many readers there are, a buyer gets a connection."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing

import pytest
import pytest_asyncio

from src.bootstrap.composition import Services, open_services
from src.platform.metrics import Metrics
from src.platform.settings import Settings
from src.service.reservation.domain.reservation import BestAvailable, NamedSeats
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.identity import Caller, Role, nobody
from src.service.shared_kernel.seating import Section
from src.service.ticketing.app.command.create_event_and_tickets_use_case import CreateEvent
from src.service.ticketing.app.query.list_events_use_case import WantedEvents
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event
from test.fake.people import seats

HOUSE = CreateEvent("Concert", "Music", "Arena", 2, 5, (Section("A", 2000, 2),), True)


@pytest_asyncio.fixture
async def services(new_settings: Callable[..., Settings]) -> AsyncIterator[Services]:
    settings = new_settings(
        postgres_read_pool_size=1, store_pool_size=2, postgres_timeout_seconds=1.5
    )
    async with open_services(settings, Metrics()) as services:
        yield services


@pytest_asyncio.fixture
async def event(services: Services) -> Event:
    return await services.ticketing.endpoints.create.execute(
        await signed_up(services, Role.SELLER), HOUSE
    )


async def signed_up(services: Services, role: Role) -> Caller:
    user = await services.user.endpoints.register.execute(
        f"{role}@example.com", "long enough", "Somebody", role
    )
    return Caller(user.id, role)


@pytest_asyncio.fixture
async def readers(services: Services, event: Event) -> AsyncIterator[None]:
    """Readers who hold every connection that there is for them."""
    async with AsyncExitStack() as held:
        await held.enter_async_context(services.stores.reads._engine.connect())
        for server in await services.stores.kvrocks_reads.servers():
            pool = server.connection_pool
            for _ in range(2):
                connection = await pool.get_connection()  # type: ignore[no-untyped-call]
                held.push_async_callback(pool.release, connection)
        yield


@pytest.mark.usefixtures("readers")
@pytest.mark.parametrize("wanted", [NamedSeats(seats("A-1-1-1")), BestAvailable(2)])
async def test_a_buyer_does_not_wait_for_readers(
    services: Services, event: Event, wanted: NamedSeats | BestAvailable
) -> None:
    buyer = await signed_up(services, Role.BUYER)

    made = await services.reservation.endpoints.reserve.execute(buyer, event.id, wanted)

    await services.reservation.endpoints.confirm.execute(buyer, made.id)
    assert (await services.reservation.endpoints.get.execute(buyer, made.id)).status == "confirmed"


async def test_what_anybody_reads_waits_for_other_readers(services: Services, event: Event) -> None:
    async with services.stores.reads._engine.connect():
        lists = services.ticketing.endpoints.list.execute(
            nobody, WantedEvents(), limit=50, cursor=None
        )
        detail = services.ticketing.endpoints.get.execute(None, event.id, with_tickets=True)
        outcomes = await asyncio.gather(lists, detail, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [StoreUnavailableError] * 2


async def test_who_takes_a_long_list_slowly_holds_no_connection(
    services: Services, event: Event
) -> None:
    """There is one connection for readers, and one page of orders is read and not yet taken."""
    seller = Caller(event.seller_id, Role.SELLER)
    buyer = await signed_up(services, Role.BUYER)
    wanted = NamedSeats(seats("A-1-1-1"))
    await services.reservation.endpoints.reserve.execute(buyer, event.id, wanted)
    orders = services.box_office.orders

    pages = orders.export.execute(seller, event.id, status=None, text=None)
    async with aclosing(pages):
        [order] = await anext(pages)
        report = await orders.report.execute(seller, event.id)

    assert order.buyer.id == buyer.id
    assert report.total.reserved == 1
