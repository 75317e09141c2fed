"""Orders and reports for spreadsheets."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing

from src.platform.http.csv_text import BYTE_ORDER_MARK, Cell, csv_lines
from src.service.box_office.domain.order import Order
from src.service.box_office.domain.sales_report import SalesReport, SeatFigures
from src.service.shared_kernel.deadline import deadline

_PAGE_SECONDS = 10.0

_ORDER_COLUMNS = (
    *("order_id", "status", "buyer_name", "buyer_email", "section", "subsection", "row", "seat"),
    *("seat_identifier", "price", "created_at", "confirmed_at", "cancelled_at", "cancel_reason"),
    "checked_in_at",
)
_REPORT_COLUMNS = (
    *("part", "section", "hour", "price", "total", "available", "reserved", "house", "sold"),
    *("orders", "revenue"),
)


async def orders_csv(
    pages: AsyncGenerator[tuple[Order, ...], None],
) -> AsyncGenerator[bytes, None]:
    """A line for each seat, a page of orders at a time. Each page has its own time: whoever takes them
    slowly may take as long as they like."""
    head = BYTE_ORDER_MARK + csv_lines([_ORDER_COLUMNS])
    async with aclosing(pages):
        while True:
            with deadline(_PAGE_SECONDS):
                page = await anext(pages, None)
            if page is None:
                return
            yield head + csv_lines(_lines(page))
            head = b""


def _lines(orders: Iterable[Order]) -> Iterator[Sequence[Cell]]:
    for order in orders:
        first = (str(order.id), order.status.value, order.buyer.name, order.buyer.email)
        last = (
            order.created_at,
            order.confirmed_at,
            order.cancelled_at,
            order.cancel_reason,
        )
        for ordered in order.seats:
            seat = ordered.seat
            yield (*first, *seat, str(seat), ordered.price, *last, ordered.checked_in_at)


def report_csv(report: SalesReport) -> bytes:
    """One table: a line for each section, the total, what was cancelled, and a line for each hour."""
    cancelled = report.cancelled
    rows: list[Sequence[Cell]] = [_REPORT_COLUMNS]
    rows += [
        ("section", part.section, None, part.price, *_figures(part.seats))
        for part in report.sections
    ]
    rows.append(("total", None, None, None, *_figures(report.total)))
    rows.append(("cancelled", *[None] * 7, cancelled.seats, cancelled.orders, cancelled.amount))
    rows += [
        ("hour", None, one.hour, *[None] * 5, one.seats, one.orders, one.revenue)
        for one in report.hours
    ]
    return BYTE_ORDER_MARK + csv_lines(rows)


def _figures(seats: SeatFigures) -> tuple[Cell, ...]:
    """From the column `total` on."""
    return (
        *(seats.total, seats.available, seats.reserved, seats.house, seats.sold),
        None,
        seats.revenue,
    )
