"""What every sales report says."""

from datetime import timedelta

from src.service.box_office.domain.sales_report import (
    CancelledFigures,
    SalesReport,
    SeatFigures,
)
from src.service.shared_kernel.ids import EventId
from test.fake.people import SELLER, an_entry
from test.support.box_offices import BoxOffice
from test.support.ledgers import buy, hold


async def report(office: BoxOffice, event_id: EventId) -> SalesReport:
    return await office.reports.read(an_entry(event_id))


async def test_counts_each_seat_once(office: BoxOffice) -> None:
    event_id = await office.record.add_event()
    await buy(office.record, event_id, "A-1-1-1 B-1-1-1")
    await buy(office.record, event_id, "A-1-1-2")
    await hold(office.record, event_id, "A-2-1-1 A-2-1-2")
    await office.take_for_house(event_id, "A-2-2-1 B-1-2-3")

    found = await report(office, event_id)

    assert [(part.section, part.price, part.seats) for part in found.sections] == [
        ("A", 2000, SeatFigures(available=7, reserved=2, house=1, sold=2, revenue=4000)),
        ("B", 1500, SeatFigures(available=4, reserved=0, house=1, sold=1, revenue=1500)),
    ]
    assert found.total == SeatFigures(11, 2, 2, 3, 5500)
    assert found.total.total == 18
    assert found.cancelled == CancelledFigures()


async def test_of_an_event_that_sold_nothing_has_no_hours(office: BoxOffice) -> None:
    found = await report(office, await office.record.add_event())

    assert found.hours == ()
    assert found.total == SeatFigures(available=18)


async def test_says_in_which_hours_it_was_sold(office: BoxOffice) -> None:
    event_id = await office.record.add_event()
    now = await office.sold_earlier(await buy(office.record, event_id, "A-1-1-1"), timedelta())
    early = [
        await office.sold_earlier(order, timedelta(hours=5))
        for order in [
            await buy(office.record, event_id, "A-1-1-2 A-1-1-3"),
            await buy(office.record, event_id, "B-1-1-1"),
        ]
    ]

    found = await report(office, event_id)

    hours = [(one.hour, one.orders, one.seats, one.revenue) for one in found.hours]
    first, last = [moment.replace(minute=0, second=0, microsecond=0) for moment in (early[0], now)]
    assert hours == [(first, 2, 3, 5500), (last, 1, 1, 2000)]
    assert sum(one.seats for one in found.hours) == found.total.sold
    assert sum(one.revenue for one in found.hours) == found.total.revenue


async def test_tells_cancelled_sales_apart(office: BoxOffice) -> None:
    event_id = await office.record.add_event()
    cancelled = await buy(office.record, event_id, "A-1-1-1 B-1-1-1")
    await office.record.ledger.cancel(cancelled.id, SELLER.id, None)
    kept = await buy(office.record, event_id, "A-1-1-1")

    found = await report(office, event_id)

    assert found.cancelled == CancelledFigures(orders=1, seats=2, amount=3500)
    assert found.total.sold == 1
    assert found.total.revenue == kept.total_price
    assert sum(one.orders for one in found.hours) == 1
