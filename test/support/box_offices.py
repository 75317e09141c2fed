"""The box office for contract tests: the ports' fakes, and their adapters on PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from src.platform.database import Database, make_engine
from src.service.box_office.app.interface.door import Door
from src.service.box_office.app.interface.order_book import OrderBook
from src.service.box_office.app.interface.purchases import Purchases
from src.service.box_office.app.interface.sales_reports import SalesReports
from src.service.box_office.driven_adapter.postgres_door import PostgresDoor
from src.service.box_office.driven_adapter.postgres_order_book import PostgresOrderBook
from src.service.box_office.driven_adapter.postgres_purchases import PostgresPurchases
from src.service.box_office.driven_adapter.postgres_sales_reports import PostgresSalesReports
from src.service.reservation.domain.reservation import Reservation
from src.service.shared_kernel.ids import EventId
from test.fake.box_office import FakeDoor, FakeOrderBook, FakePurchases, FakeSalesReports
from test.fake.people import SELLER
from test.support.ledgers import (
    FakeRecord,
    PostgresRecord,
    SystemOfRecord,
    new,
    postgres_record,
)


@dataclass(frozen=True)
class BoxOffice:
    """Four ports, and the ledger whose tables they read."""

    record: SystemOfRecord
    orders: OrderBook
    reports: SalesReports
    purchases: Purchases
    door: Door

    async def take_for_house(self, event_id: EventId, identifiers: str) -> None:
        """Seats that the seller takes off sale."""
        await self.record.house.hold(new(event_id, identifiers, SELLER.id))

    async def sold_earlier(self, order: Reservation, period: timedelta) -> datetime:
        """Let the order have been confirmed so much earlier; return when that was."""
        record = self.record
        if isinstance(record, FakeRecord):
            record._db.confirmed_at[order.id] -= period
            return record._db.confirmed_at[order.id]
        assert isinstance(record, PostgresRecord)
        moment: datetime = await record._connection.fetchval(
            """UPDATE reservation SET confirmed_at = confirmed_at - $2::interval WHERE id = $1
               RETURNING confirmed_at""",
            order.id,
            period,
        )
        return moment


def fake_box_office() -> BoxOffice:
    record = FakeRecord()
    tables = record._db
    return BoxOffice(
        record,
        FakeOrderBook(tables),
        FakeSalesReports(tables),
        FakePurchases(tables),
        FakeDoor(tables),
    )


@asynccontextmanager
async def postgres_box_office(database_url: str) -> AsyncIterator[BoxOffice]:
    engine = make_engine(database_url, pool_size=20, timeout=30.0)
    database = Database(engine, timeout=30.0)
    try:
        async with postgres_record(database_url) as record:
            yield BoxOffice(
                record,
                PostgresOrderBook(database),
                PostgresSalesReports(database),
                PostgresPurchases(database, database),
                PostgresDoor(database, database),
            )
    finally:
        await engine.dispose()
