"""The box office for contract tests: the ports' fakes, and their adapters on PostgreSQL."""

import uuid
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
from src.service.reservation.domain.reservation import Reservation, ReservedSeat
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.reservation_status import ReservationStatus
from test.fake.box_office import FakeDoor, FakeOrderBook, FakePurchases, FakeSalesReports
from test.fake.people import HOUSE, NOW, SELLER, seats
from test.support.ledgers import FakeRecord, PostgresRecord, SystemOfRecord, postgres_record


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
        record, ids = self.record, seats(identifiers)
        if isinstance(record, FakeRecord):
            held = tuple(ReservedSeat(seat, HOUSE.price_of(seat.section)) for seat in ids)
            reservation = Reservation(
                ReservationId(uuid.uuid4()),
                event_id,
                SELLER.id,
                ReservationStatus.RESERVED,
                held,
                NOW,
                None,
            )
            record._db.reservations[reservation.id] = reservation
            record._db.put_seats(reservation)
            return
        assert isinstance(record, PostgresRecord)
        await record._connection.execute(
            """WITH taken AS (
                   SELECT array_agg(id ORDER BY id) AS ids FROM ticket
                   WHERE event_id = $1
                     AND section || '-' || subsection || '-' || "row" || '-' || seat = ANY($3)
               ), made AS (
                   INSERT INTO reservation (id, event_id, buyer_id, status, ticket_ids, house)
                   SELECT gen_random_uuid(), $1, $2, 'reserved', ids, true FROM taken
                   RETURNING id, ticket_ids
               )
               UPDATE ticket SET status = 'reserved', buyer_id = $2, reservation_id = made.id
               FROM made WHERE ticket.id = ANY(made.ticket_ids)""",
            event_id,
            SELLER.id,
            list(map(str, ids)),
        )

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
