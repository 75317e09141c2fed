"""Orders in PostgreSQL."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from asyncpg import Record

from src.platform.database import Database
from src.platform.seat_rows import cursor_of, parse_cursor, seat_columns, seat_of
from src.service.box_office.app.interface.order_book import OrderBook
from src.service.box_office.domain.order import Buyer, Order
from src.service.box_office.domain.order_search import OrderSearch
from src.service.box_office.domain.ticket import OrderedSeat
from src.service.box_office.driven_adapter import box_office_statements as statements
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.reservation_status import ReservationStatus


class PostgresOrderBook(OrderBook):
    """Reads by connections for reading: no number of sellers keeps a buyer from one."""

    def __init__(self, reads: Database) -> None:
        self._reads = reads

    async def page(
        self, event_id: EventId, search: OrderSearch, *, limit: int, cursor: str | None
    ) -> Page[Order]:
        before, before_id = parse_cursor(cursor)
        first_id, last_id = search.ids or (None, None)
        rows = await self._reads.read(
            statements.PAGE,
            event_id=event_id,
            before=before,
            before_id=before_id,
            status=search.status,
            text=search.text,
            first_id=first_id,
            last_id=last_id,
            **seat_columns(search.seats),
            limit=limit + 1,
        )
        found = [_order(event_id, list(own)) for _, own in groupby(rows, key=itemgetter("id"))]
        page = tuple(found[:limit])
        more = len(found) > limit
        return Page(page, cursor_of(page[-1].created_at, page[-1].id) if more else None)


def _order(event_id: EventId, rows: list[Record]) -> Order:
    first = rows[0]
    status = ReservationStatus(first["status"])
    sold = status in (ReservationStatus.CONFIRMED, ReservationStatus.CANCELLED)
    return Order(
        ReservationId(first["id"]),
        event_id,
        Buyer(UserId(first["buyer_id"]), first["name"], first["email"]),
        status,
        ordered_seats(rows),
        first["created_at"],
        first["expires_at"],
        first["confirmed_at"] if sold else None,
        first["cancelled_at"],
        first["cancel_reason"],
    )


def ordered_seats(rows: Iterable[Record]) -> tuple[OrderedSeat, ...]:
    """The seats of rows of which each has one."""
    return tuple(OrderedSeat(seat_of(row), row["price"], row["checked_in_at"]) for row in rows)
