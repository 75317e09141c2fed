"""What every order book does."""

import pytest

from src.service.box_office.domain.order import Order
from src.service.box_office.domain.order_search import OrderSearch
from src.service.reservation.domain.reservation import Reservation
from src.service.shared_kernel.errors import InvalidInputError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.reservation_status import ReservationStatus
from test.fake.people import BUYER, HOUSE, OTHER_BUYER, SELLER, seats
from test.support.box_offices import BoxOffice
from test.support.ledgers import buy, hold

EVERYTHING = OrderSearch()


async def orders(
    office: BoxOffice, event_id: EventId, search: OrderSearch = EVERYTHING
) -> list[Order]:
    return list((await office.orders.page(event_id, search, limit=50, cursor=None)).items)


async def found(office: BoxOffice, event_id: EventId, text: str) -> list[object]:
    search = OrderSearch.checked(None, text, HOUSE)
    return [order.id for order in await orders(office, event_id, search)]


async def test_shows_the_orders_of_an_event_newest_first(office: BoxOffice) -> None:
    event_id = await office.record.add_event()
    bought = await buy(office.record, event_id, "A-1-1-2 A-1-1-1")
    held = await hold(office.record, event_id, "B-1-1-1", OTHER_BUYER.id)
    await buy(office.record, await office.record.add_event(), "A-1-1-1")

    newest, oldest = await orders(office, event_id)

    assert (newest.id, newest.status) == (held.id, ReservationStatus.RESERVED)
    assert (newest.confirmed_at, newest.cancelled_at, newest.checked_in) == (None, None, 0)
    assert newest.buyer.id == OTHER_BUYER.id
    assert (oldest.id, oldest.buyer.name) == (bought.id, "A person")
    assert oldest.buyer.email == f"person{BUYER.id}"
    assert [ordered.seat for ordered in oldest.seats] == [*seats("A-1-1-1 A-1-1-2")]
    assert oldest.confirmed_at is not None
    assert oldest.total_price == bought.total_price
    assert (oldest.created_at, oldest.expires_at) == (bought.created_at, bought.expires_at)


async def test_shows_no_house_seats(office: BoxOffice) -> None:
    event_id = await office.record.add_event()
    await office.take_for_house(event_id, "A-1-1-1 A-1-1-2")

    assert await orders(office, event_id) == []
    assert await found(office, event_id, "A-1-1-1") == []


async def test_keeps_the_seats_and_the_reason_of_a_cancelled_order(office: BoxOffice) -> None:
    event_id = await office.record.add_event()
    sold = await buy(office.record, event_id, "A-1-1-1")
    await office.record.ledger.cancel(sold.id, SELLER.id, "Rained off")
    again = await hold(office.record, event_id, "A-1-1-1", OTHER_BUYER.id)

    newest, cancelled = await orders(office, event_id)

    assert newest.id == again.id
    assert cancelled.status is ReservationStatus.CANCELLED
    assert cancelled.cancel_reason == "Rained off"
    assert cancelled.cancelled_at is not None
    assert cancelled.confirmed_at is not None
    assert [ordered.seat for ordered in cancelled.seats] == [*seats("A-1-1-1")]


async def test_comes_in_pages(office: BoxOffice) -> None:
    event_id = await office.record.add_event()
    made = [(await hold(office.record, event_id, f"A-1-1-{n}")).id for n in (1, 2, 3)]

    first = await office.orders.page(event_id, EVERYTHING, limit=2, cursor=None)
    second = await office.orders.page(event_id, EVERYTHING, limit=2, cursor=first.next_cursor)

    assert [order.id for order in (*first.items, *second.items)] == made[::-1]
    assert second.next_cursor is None
    with pytest.raises(InvalidInputError):
        await office.orders.page(event_id, EVERYTHING, limit=2, cursor="of another list")


async def test_finds_by_status(office: BoxOffice) -> None:
    event_id = await office.record.add_event()
    bought = await buy(office.record, event_id, "A-1-1-1")
    await hold(office.record, event_id, "A-1-1-2")

    confirmed = OrderSearch(ReservationStatus.CONFIRMED)

    assert [order.id for order in await orders(office, event_id, confirmed)] == [bought.id]


async def test_finds_by_what_a_seller_types(office: BoxOffice) -> None:
    event_id = await office.record.add_event()

    async def held(identifiers: str, buyer: object) -> Reservation:
        return await hold(office.record, event_id, identifiers, buyer)  # type: ignore[arg-type]

    mine = (await held("A-1-1-1 A-1-1-2", BUYER.id)).id
    theirs = (await held("B-1-1-1", OTHER_BUYER.id)).id

    assert await found(office, event_id, "PERSON") == [theirs, mine]
    assert await found(office, event_id, f"Person{BUYER.id}") == [mine]
    assert await found(office, event_id, str(theirs)[:8].upper()) == [theirs]
    assert await found(office, event_id, mine.hex) == [mine]
    assert await found(office, event_id, "a-1-1-2") == [mine]
    for nothing in ("%", "_", "A_person", "A-1-1-3", "C-1-1-1"):
        assert await found(office, event_id, nothing) == []
