"""A check-in and a cancellation that meet in PostgreSQL: whoever is second waits, and then sees the first."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from src.platform.database import Statement
from src.service.box_office.domain.door import SoldSeat
from src.service.box_office.driven_adapter.box_office_statements import CHECK_IN
from src.service.reservation.domain.errors import TicketUsedError
from src.service.reservation.domain.reservation import Reservation
from src.service.reservation.driven_adapter.reservation_statements import CANCEL
from test.fake.people import SELLER, seat
from test.support.box_offices import BoxOffice, postgres_box_office
from test.support.ledgers import PostgresRecord, buy
from test.support.waiting import eventually


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[BoxOffice]:
    async with postgres_box_office(database_url) as real:
        yield real


async def sold(office: BoxOffice) -> tuple[Reservation, SoldSeat]:
    event_id = await office.record.add_event()
    await office.purchases.key_of(event_id)
    order = await buy(office.record, event_id, "A-1-1-1")
    found = await office.door.find(event_id, seat("A-1-1-1"))
    assert found is not None
    return order, found


async def behind(
    office: BoxOffice, first: Statement, values: dict[str, Any], second: Coroutine[Any, Any, Any]
) -> Any:
    """What `second` comes to when it has to wait for the end of `first`."""
    assert isinstance(office.record, PostgresRecord)
    connection = office.record._connection

    async def waits() -> bool:
        return bool(
            await connection.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        )

    async with connection.transaction():
        assert await connection.fetch(first.sql, *first.arguments(values))
        waiting = asyncio.ensure_future(second)
        await eventually(waits)
    return (await asyncio.gather(waiting, return_exceptions=True))[0]


async def test_a_door_behind_a_cancellation_stays_shut(office: BoxOffice) -> None:
    order, ticket = await sold(office)
    cancelling = {"id": order.id, "seller_id": SELLER.id, "reason": None}

    assert await behind(office, CANCEL, cancelling, office.door.check_in(ticket)) is None
    assert (await office.door.counts(order.event_id)).checked_in == 0


async def test_a_cancellation_behind_a_door_is_refused(office: BoxOffice) -> None:
    order, ticket = await sold(office)
    entering = {"reservation_id": order.id, "ticket_id": ticket.ticket_id}
    cancelling = office.record.ledger.cancel(order.id, SELLER.id, None)

    assert isinstance(await behind(office, CHECK_IN, entering, cancelling), TicketUsedError)
    assert (await office.door.counts(order.event_id)).checked_in == 1


async def test_a_door_behind_another_is_told_when_the_ticket_was_used(office: BoxOffice) -> None:
    order, ticket = await sold(office)
    entering = {"reservation_id": order.id, "ticket_id": ticket.ticket_id}

    told = await behind(office, CHECK_IN, entering, office.door.check_in(ticket))

    assert told is not None
    assert told[1] is False
    assert (await office.door.counts(order.event_id)).checked_in == 1
