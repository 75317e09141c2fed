"""SQL that repeats a rule says what the rule says."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from src.service.shared_kernel import sql_rules
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.sale_window import SaleWindow
from src.service.shared_kernel.seating import SeatStatus
from src.service.ticketing.domain.event_dates import EventDates
from test.fake.people import NOW, an_event
from test.support.infrastructure import Infrastructure

Judge = Callable[[str], Coroutine[Any, Any, list[Any]]]

# Events of every status, shown and hidden, with and without a seat that is left.
EVENTS = list(product(EventStatus, (True, False), (True, False)))

# Minutes from now at which a sale opens and closes.
WINDOWS = [(None, None), (-5, None), (5, None), (None, -5), (None, 5), (-9, -5), (-5, 5), (5, 9)]


@pytest.fixture
def judge(infrastructure: Infrastructure) -> Judge:
    """What a condition in SQL says of each event."""
    url = make_url(infrastructure.database_url).set(drivername="postgresql")
    events = ", ".join(
        f"({number}, '{status}', {is_active}, null::timestamptz, null::timestamptz)"
        for number, (status, is_active, _) in enumerate(EVENTS)
    )
    tickets = ", ".join(
        f"({number}, 'reserved'), ({number}, 'sold'), ({number}, '{SeatStatus.AVAILABLE if left else SeatStatus.SOLD}')"
        for number, (_, _, left) in enumerate(EVENTS)
    )

    async def judge(condition: str) -> list[Any]:
        connection = await asyncpg.connect(url.render_as_string(hide_password=False))
        try:
            rows = await connection.fetch(
                f"""WITH event (id, status, is_active, sale_opens_at, sale_closes_at) AS (VALUES {events}),
                         ticket (event_id, status) AS (VALUES {tickets})
                    SELECT {condition} FROM event ORDER BY id"""
            )
        finally:
            await connection.close()
        return [row[0] for row in rows]

    return judge


async def test_open(judge: Judge) -> None:
    assert await judge(sql_rules.is_open()) == [status.is_open for status, _, _ in EVENTS]


async def test_final(judge: Judge) -> None:
    assert await judge(sql_rules.is_final()) == [status.is_final for status, _, _ in EVENTS]


async def test_on_sale(judge: Judge) -> None:
    assert await judge(sql_rules.on_sale()) == [
        an_event(status=status, is_active=is_active).entry.on_sale(NOW)
        for status, is_active, _ in EVENTS
    ]


async def test_purchasable(judge: Judge) -> None:
    assert await judge(sql_rules.purchasable()) == [
        an_event(status=status, is_active=is_active).entry.purchasable(NOW)
        for status, is_active, _ in EVENTS
    ]


async def test_the_sale_window(infrastructure: Infrastructure) -> None:
    url = make_url(infrastructure.database_url).set(drivername="postgresql")
    conditions = [
        sql_rules.sale_is_to_come(),
        sql_rules.sale_is_over(),
        sql_rules.on_sale(),
        sql_rules.purchasable(),
    ]
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        rows = [
            await connection.fetchrow(
                f"""WITH event AS (
                        SELECT true AS is_active, 'available' AS status,
                               now() + $1::interval AS sale_opens_at,
                               now() + $2::interval AS sale_closes_at
                    ) SELECT {", ".join(conditions)} FROM event""",
                *(None if m is None else timedelta(minutes=m) for m in window),
            )
            for window in WINDOWS
        ]
    finally:
        await connection.close()

    sales = [
        SaleWindow(*(None if m is None else NOW + timedelta(minutes=m) for m in window))
        for window in WINDOWS
    ]
    entries = [replace(an_event().entry, sale=sale) for sale in sales]
    assert [tuple(row) for row in rows] == [
        (e.sale.is_to_come(NOW), e.sale.is_over(NOW), e.on_sale(NOW), e.purchasable(NOW))
        for e in entries
    ]


async def test_has_begun(infrastructure: Infrastructure) -> None:
    url = make_url(infrastructure.database_url).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    starts = [None, *(timedelta(minutes=m) for m in (-1, 0, 1))]
    try:
        found = [
            await connection.fetchval(
                f"""WITH event AS (SELECT now() + $1::interval AS starts_at)
                    SELECT {sql_rules.has_begun()} FROM event""",
                start,
            )
            for start in starts
        ]
    finally:
        await connection.close()

    dates = [EventDates(None if start is None else NOW + start) for start in starts]
    assert found == [given.has_begun(NOW) for given in dates]


async def test_seats_left(judge: Judge) -> None:
    assert await judge(sql_rules.seats_left()) == [left for _, _, left in EVENTS]


async def test_contradicts_seats(judge: Judge) -> None:
    assert await judge(sql_rules.contradicts_seats()) == [
        status.following(seats_left=left) is not status for status, _, left in EVENTS
    ]


@pytest.mark.parametrize("status", SeatStatus)
async def test_seat_code(judge: Judge, status: SeatStatus) -> None:
    [code, *_] = await judge(sql_rules.seat_code(f"'{status}'"))

    assert code == status.byte.decode()


async def test_confirmed_at(judge: Judge) -> None:
    rows = "(VALUES ('1', '2'), (null, '3')) AS r(confirmed_at, updated_at)"

    [said, *_] = await judge(f"(SELECT array_agg({sql_rules.confirmed_at('r')}) FROM {rows})")

    assert said == ["1", "3"]


async def test_is_house_seat(judge: Judge) -> None:
    """`Reservation.is_house` of the one that holds it: only a seller's seats have no end."""
    tickets = "(VALUES ('reserved', 7), ('reserved', 8), ('sold', 7), ('available', null))"
    rows = f"{tickets} AS t(status, buyer_id), (VALUES (7)) AS e(seller_id)"

    [said, *_] = await judge(
        f"(SELECT array_agg(coalesce({sql_rules.is_house_seat('t', 'e')}, false)) FROM {rows})"
    )

    assert said == [True, False, False, False]
