"""The system of record for contract tests: the ports' fakes, and their adapters on PostgreSQL."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import asyncpg
from sqlalchemy.engine import make_url

from src.platform.database import Database, make_engine
from src.service.integration.app.interface.outbox import Outbox
from src.service.integration.domain.message import Message
from src.service.integration.driven_adapter.postgres_outbox import PostgresOutbox
from src.service.reservation.app.interface.house_seat_ledger import HouseSeatLedger
from src.service.reservation.app.interface.ledger_audit import LedgerAudit
from src.service.reservation.app.interface.reservation_ledger import (
    NewReservation,
    ReservationLedger,
)
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.domain.reservation import Reservation
from src.service.reservation.driven_adapter.postgres_house_seat_ledger import (
    PostgresHouseSeatLedger,
)
from src.service.reservation.driven_adapter.postgres_ledger_audit import PostgresLedgerAudit
from src.service.reservation.driven_adapter.postgres_reservation_ledger import (
    PostgresReservationLedger,
)
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.idempotency import IdempotencyKey
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.message_type import Listener
from src.service.shared_kernel.outbox_sql import KAFKA_SETTING
from src.service.shared_kernel.seating import SeatId, SeatStatus
from src.service.shared_kernel.seating_config_json import seating_config_to_json
from src.service.ticketing.domain.event_dates import EventDates
from test.fake.messages import FakeOutbox
from test.fake.people import BUYER, HOUSE, OTHER_BUYER, OTHER_SELLER, SELLER, an_event, seats
from test.fake.postgres import (
    FakeHouseSeatLedger,
    FakeLedgerAudit,
    FakePostgres,
    FakeReservationLedger,
)

NOBODY = UserId(999)
NOWHERE = EventId(10**9)
TERMS = HoldTerms(timedelta(minutes=15), seat_limit=20)

# Whoever reads the outbox here is always the same, and so never waits for a turn.
_READER = uuid.UUID(int=1)


class SystemOfRecord(Protocol):
    """Ports on the same tables, and ways around them. Kafka listens. There are the people of `test.fake.people`,
    and not NOBODY; every event has the seats of HOUSE, and there is no event NOWHERE."""

    ledger: ReservationLedger
    house: HouseSeatLedger
    audit: LedgerAudit
    outbox: Outbox

    async def add_event(
        self,
        status: EventStatus = EventStatus.AVAILABLE,
        *,
        is_active: bool = True,
        opens_in: timedelta | None = None,
        closes_in: timedelta | None = None,
    ) -> EventId: ...

    async def add_line(self, event_id: EventId) -> None:
        """Let the event have a waiting line, in which nobody has a pass."""
        ...

    async def give_pass(self, event_id: EventId, buyer_id: UserId, lasts: timedelta) -> None:
        """One that lasts so much longer, or that ended so long ago."""
        ...

    async def change_event(
        self, event_id: EventId, status: EventStatus, *, is_active: bool = True
    ) -> None: ...

    async def status(self, event_id: EventId) -> EventStatus: ...

    async def seats(self, event_id: EventId) -> dict[SeatId, SeatStatus]: ...

    async def lose_a_ticket(self, event_id: EventId) -> None: ...

    async def run_out(self, reservation_id: ReservationId) -> None:
        """Let the reservation's time be up."""
        ...

    async def use_a_ticket(self, reservation_id: ReservationId) -> None:
        """Let somebody in at the door by a ticket of the reservation."""
        ...

    async def pass_time(self, event_id: EventId, period: timedelta) -> None:
        """Let so much time pass since the event was made and its reservations changed."""
        ...


class FakeRecord(SystemOfRecord):
    def __init__(self) -> None:
        self._db = FakePostgres()
        self._db.removed_accounts.add(NOBODY)
        self._db.kafka_listens = True
        self.ledger = FakeReservationLedger(self._db)
        self.house = FakeHouseSeatLedger(self._db)
        self.audit = FakeLedgerAudit(self._db)
        self.outbox = FakeOutbox(self._db, _READER)

    async def add_event(
        self,
        status: EventStatus = EventStatus.AVAILABLE,
        *,
        is_active: bool = True,
        opens_in: timedelta | None = None,
        closes_in: timedelta | None = None,
    ) -> EventId:
        now, number = self._db.now, self._db.last_event_id + 1
        dates = EventDates(
            sale_opens_at=None if opens_in is None else now + opens_in,
            sale_closes_at=None if closes_in is None else now + closes_in,
        )
        event = an_event(number, status=status, is_active=is_active, dates=dates)
        return self._db.add(event).id

    async def add_line(self, event_id: EventId) -> None:
        event = self._db.events[event_id]
        self._db.events[event_id] = replace(event, admission=AdmissionTerms(60, 60))

    async def give_pass(self, event_id: EventId, buyer_id: UserId, lasts: timedelta) -> None:
        self._db.passes[event_id, buyer_id] = self._db.now + lasts

    async def change_event(
        self, event_id: EventId, status: EventStatus, *, is_active: bool = True
    ) -> None:
        self._db.events[event_id] = an_event(event_id, status=status, is_active=is_active)

    async def status(self, event_id: EventId) -> EventStatus:
        return self._db.events[event_id].status

    async def seats(self, event_id: EventId) -> dict[SeatId, SeatStatus]:
        return {seat: ticket.status for seat, ticket in self._db.tickets[event_id].items()}

    async def lose_a_ticket(self, event_id: EventId) -> None:
        self._db.tickets[event_id].popitem()

    async def run_out(self, reservation_id: ReservationId) -> None:
        live = self._db.reservations[reservation_id]
        self._db.reservations[reservation_id] = replace(live, expires_at=self._db.now)

    async def use_a_ticket(self, reservation_id: ReservationId) -> None:
        [first, *_] = self._db.reservations[reservation_id].seats
        self._db.check_ins[reservation_id, first.seat] = self._db.now

    async def pass_time(self, event_id: EventId, period: timedelta) -> None:
        event = self._db.events[event_id]
        self._db.events[event_id] = replace(event, created_at=event.created_at - period)
        for reservation in self._db.reservations.values():
            if reservation.event_id == event_id:
                self._db.changed_at[reservation.id] -= period


class PostgresRecord(SystemOfRecord):
    """In a database that other tests may have used; each test makes events of its own."""

    def __init__(self, database: Database, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.ledger = PostgresReservationLedger(database)
        self.house = PostgresHouseSeatLedger(database)
        self.audit = PostgresLedgerAudit(database, database)
        self.outbox = PostgresOutbox(database, _READER)

    async def add_people(self) -> None:
        for caller in (SELLER, OTHER_SELLER, BUYER, OTHER_BUYER):
            await self._connection.execute(
                """INSERT INTO "user" (id, email, name, role, password_hash)
                   VALUES ($1, $2, 'A person', $3, '') ON CONFLICT DO NOTHING""",
                caller.id,
                f"person{caller.id}",
                caller.role,
            )

    async def add_event(
        self,
        status: EventStatus = EventStatus.AVAILABLE,
        *,
        is_active: bool = True,
        opens_in: timedelta | None = None,
        closes_in: timedelta | None = None,
    ) -> EventId:
        event_id = await self._connection.fetchval(
            """INSERT INTO event (name, description, seller_id, venue_name, seating_config,
                                  status, is_active, sale_opens_at, sale_closes_at)
               VALUES ('e', 'e', $1, 'v', $2, $3, $4, now() + $5::interval, now() + $6::interval)
               RETURNING id""",
            SELLER.id,
            json.dumps(seating_config_to_json(HOUSE)),
            status,
            is_active,
            opens_in,
            closes_in,
        )
        await self._connection.executemany(
            """INSERT INTO ticket (event_id, section, subsection, "row", seat, price, status)
               VALUES ($1, $2, $3, $4, $5, $6, 'available')""",
            [(event_id, *seat, HOUSE.price_of(seat.section)) for seat in HOUSE.seats()],
        )
        return EventId(event_id)

    async def add_line(self, event_id: EventId) -> None:
        await self._connection.execute(
            """UPDATE event SET admission_per_minute = 60, admission_pass_seconds = 60
               WHERE id = $1""",
            event_id,
        )
        await self._connection.execute(
            "INSERT INTO waiting_line (event_id, joined) VALUES ($1, 10)", event_id
        )

    async def give_pass(self, event_id: EventId, buyer_id: UserId, lasts: timedelta) -> None:
        await self._connection.execute(
            """INSERT INTO line_entry (event_id, buyer_id, entry, served_at, pass_until)
               SELECT $1, $2, count(*) + 1, now(), now() + $3::interval
               FROM line_entry WHERE event_id = $1""",
            event_id,
            buyer_id,
            lasts,
        )

    async def change_event(
        self, event_id: EventId, status: EventStatus, *, is_active: bool = True
    ) -> None:
        await self._connection.execute(
            "UPDATE event SET status = $2, is_active = $3 WHERE id = $1",
            event_id,
            status,
            is_active,
        )

    async def status(self, event_id: EventId) -> EventStatus:
        return EventStatus(
            await self._connection.fetchval("SELECT status FROM event WHERE id = $1", event_id)
        )

    async def seats(self, event_id: EventId) -> dict[SeatId, SeatStatus]:
        rows = await self._connection.fetch(
            """SELECT section, subsection, "row", seat, status FROM ticket
               WHERE event_id = $1 ORDER BY id""",
            event_id,
        )
        return {SeatId(*seat): SeatStatus(status) for *seat, status in rows}

    async def lose_a_ticket(self, event_id: EventId) -> None:
        await self._connection.execute(
            "DELETE FROM ticket WHERE id = (SELECT max(id) FROM ticket WHERE event_id = $1)",
            event_id,
        )

    async def run_out(self, reservation_id: ReservationId) -> None:
        await self._connection.execute(
            "UPDATE reservation SET expires_at = now() WHERE id = $1", reservation_id
        )

    async def use_a_ticket(self, reservation_id: ReservationId) -> None:
        await self._connection.execute(
            "UPDATE reservation SET checked_in = 1 WHERE id = $1", reservation_id
        )

    async def pass_time(self, event_id: EventId, period: timedelta) -> None:
        for statement in (
            "UPDATE event SET created_at = created_at - $2::interval WHERE id = $1",
            "UPDATE reservation SET updated_at = updated_at - $2::interval WHERE event_id = $1",
        ):
            await self._connection.execute(statement, event_id, period)


def new(event_id: EventId, identifiers: str, buyer: UserId = BUYER.id) -> NewReservation:
    return NewReservation(ReservationId(uuid.uuid4()), event_id, buyer, seats(identifiers))


def a_key(name: str = "a key") -> IdempotencyKey:
    return IdempotencyKey(f"{name} {uuid.uuid4()}", b"this request")


async def hold(
    record: SystemOfRecord,
    event_id: EventId,
    identifiers: str,
    buyer: UserId = BUYER.id,
    key: IdempotencyKey | None = None,
) -> Reservation:
    return await record.ledger.record(new(event_id, identifiers, buyer), TERMS, key)


async def buy(record: SystemOfRecord, event_id: EventId, identifiers: str) -> Reservation:
    made = await hold(record, event_id, identifiers)
    return (await record.ledger.confirm(made.id, BUYER.id)).reservation


async def messages_of(record: SystemOfRecord, event_id: EventId) -> list[Message]:
    """What is to be told of the event since this was last asked, of any event."""
    found: list[Message] = []
    while messages := await record.outbox.next(Listener.KAFKA):
        await record.outbox.forget(Listener.KAFKA, messages)
        found += [message for message in messages if message.event_id == event_id]
    return found


async def having(record: SystemOfRecord, event_id: EventId, status: SeatStatus) -> list[SeatId]:
    return [seat for seat, now in (await record.seats(event_id)).items() if now is status]


@asynccontextmanager
async def postgres_record(database_url: str) -> AsyncIterator[PostgresRecord]:
    """The adapters on this database."""
    url = make_url(database_url).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    engine = make_engine(database_url, pool_size=3, timeout=10.0, session={KAFKA_SETTING: "on"})
    try:
        record = PostgresRecord(Database(engine, timeout=10.0), connection)
        await record.add_people()
        yield record
    finally:
        await engine.dispose()
        await connection.close()
