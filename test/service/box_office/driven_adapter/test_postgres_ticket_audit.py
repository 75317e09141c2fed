"""What `verify` says of check-ins."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from src.platform.database import Database, Statement, make_engine
from src.service.box_office.driven_adapter.postgres_ticket_audit import PostgresTicketAudit
from src.service.shared_kernel.ids import EventId
from test.fake.people import SELLER, seat
from test.support.box_offices import BoxOffice, postgres_box_office
from test.support.ledgers import buy


@pytest.fixture
async def database(settings: Any) -> AsyncIterator[Database]:
    """A database of its own: the audit reads all that there is."""
    engine = make_engine(settings.database_url, pool_size=2, timeout=30.0)
    yield Database(engine, timeout=30.0)
    await engine.dispose()


@pytest.fixture
async def office(settings: Any) -> AsyncIterator[BoxOffice]:
    async with postgres_box_office(settings.database_url) as real:
        yield real


async def checked_in(office: BoxOffice, event_id: EventId, identifier: str) -> str:
    """The id of an order whose ticket was used."""
    await office.purchases.key_of(event_id)
    order = await buy(office.record, event_id, identifier)
    sold = await office.door.find(event_id, seat(identifier))
    assert sold is not None
    assert await office.door.check_in(sold) is not None
    return str(order.id)


async def test_names_every_kind_of_contradiction(office: BoxOffice, database: Database) -> None:
    audit = PostgresTicketAudit(database)
    event_id = await office.record.add_event()
    fine, void, moved, counted = [
        await checked_in(office, event_id, f"A-1-1-{n}" if n < 4 else "B-1-1-1")
        for n in (1, 2, 3, 4)
    ]
    cancelled = await buy(office.record, event_id, "A-2-1-1")
    await office.record.ledger.cancel(cancelled.id, SELLER.id, None)
    assert await audit.contradictions() == []

    for sql, order in (
        ("UPDATE reservation SET status = 'released' WHERE id = CAST(:id AS uuid)", void),
        ("UPDATE check_in SET ticket_id = 1000000 WHERE reservation_id = CAST(:id AS uuid)", moved),
        ("UPDATE reservation SET checked_in = 0 WHERE id = CAST(:id AS uuid)", counted),
    ):
        await database.change(Statement("test", sql), id=order)
    found = await audit.contradictions()

    assert sorted(line.split()[1] for line in found) == sorted([void, moved, counted])
    assert fine not in str(found)
    said = {line.split()[1]: line for line in found}
    assert f"reservation {void} is released, but a ticket of it was used at " in said[void]
    assert "has not the ticket 1000000, which was used with it" in said[moved]
    assert said[counted].endswith("counts 0 used tickets, but 1 were")
