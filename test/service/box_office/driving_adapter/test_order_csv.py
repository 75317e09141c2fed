"""Orders on their way into a spreadsheet."""

import tracemalloc
from collections.abc import AsyncGenerator
from uuid import UUID

from src.service.box_office.domain.order import Buyer, Order
from src.service.box_office.domain.ticket import OrderedSeat
from src.service.box_office.driving_adapter.schema.order_csv import orders_csv
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus
from test.fake.people import NOW, seats

SEATS = tuple(OrderedSeat(seat, 2000) for seat in seats("A-1-1-1 A-1-1-2"))


async def pages(count: int, size: int = 100) -> AsyncGenerator[tuple[Order, ...], None]:
    for page in range(count):
        yield tuple(
            Order(
                ReservationId(UUID(int=page * size + number)),
                EventId(1),
                Buyer(UserId(11), "=1+1", "person@example.com"),
                ReservationStatus.RESERVED,
                SEATS,
                NOW,
                NOW,
                None,
                None,
                None,
            )
            for number in range(size)
        )


async def memory_of(count: int) -> int:
    """The most that so many pages need at once, in bytes."""
    tracemalloc.start()
    try:
        async for _ in orders_csv(pages(count)):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


async def test_have_one_head_and_a_line_for_each_seat() -> None:
    lines = b"".join([piece async for piece in orders_csv(pages(2, 3))]).splitlines()

    assert lines[0].startswith(b"\xef\xbb\xbforder_id,")
    assert len(lines) == 1 + 2 * 3 * len(SEATS)
    assert all(b",'=1+1," in line for line in lines[1:])


async def test_without_any_order_have_a_head() -> None:
    [head] = [piece async for piece in orders_csv(pages(1, 0))]

    assert head.count(b"\r\n") == 1


async def test_cost_the_memory_of_a_page_however_many_there_are() -> None:
    await memory_of(2)  # what is made once

    assert await memory_of(20) < 2 * await memory_of(2)
