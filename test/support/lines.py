"""Waiting lines for contract tests: the port's fake, and its adapter on PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson

from src.platform.database import Database, Statement, make_engine
from src.service.admission.app.interface.waiting_lines import WaitingLines
from src.service.admission.domain.line import Line
from src.service.admission.driven_adapter.postgres_waiting_lines import PostgresWaitingLines
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.seating_config_json import seating_config_to_json
from src.service.ticketing.domain.event_dates import EventDates
from test.fake.lines import FakeWaitingLines
from test.fake.people import HOUSE, SELLER, an_event
from test.fake.postgres import FakePostgres

TERMS = AdmissionTerms(per_minute=600, pass_seconds=60)
NOBODY = UserId(9_999)
# Accounts that there are, and NOBODY is not one of them.
PEOPLE = [UserId(number) for number in range(100, 150)]


@dataclass(frozen=True, slots=True)
class Sale:
    """What an event of these tests is like. `terms` is None for one without a line; the times are from
    now."""

    terms: AdmissionTerms | None = TERMS
    opens_in: timedelta | None = None
    closes_in: timedelta | None = None
    is_active: bool = True
    status: EventStatus = EventStatus.AVAILABLE


class Lines(Protocol):
    """The port, and ways around it. There are PEOPLE, and not NOBODY."""

    port: WaitingLines

    async def add_event(self, sale: Sale = Sale()) -> EventId: ...

    async def change_event(self, event_id: EventId, sale: Sale) -> None: ...

    async def pass_time(self, event_id: EventId, period: timedelta) -> None:
        """Let so much time pass for the event, its line and its passes."""
        ...


async def line_of(lines: Lines, event_id: EventId) -> Line:
    """The event's line as it is now."""
    return next(line for line in await lines.port.read([event_id]) if line.event_id == event_id)


class FakeLines(Lines):
    def __init__(self) -> None:
        self._db = FakePostgres()
        self._db.removed_accounts.add(NOBODY)
        self.port = self._lines = FakeWaitingLines(self._db)

    async def add_event(self, sale: Sale = Sale()) -> EventId:
        event = an_event(
            self._db.last_event_id + 1,
            is_active=sale.is_active,
            status=sale.status,
            dates=self._dates(sale),
            admission=sale.terms,
        )
        return self._db.add(event).id

    async def change_event(self, event_id: EventId, sale: Sale) -> None:
        self._lines.change(
            event_id,
            is_active=sale.is_active,
            status=sale.status,
            dates=self._dates(sale),
            admission=sale.terms,
        )

    async def pass_time(self, event_id: EventId, period: timedelta) -> None:
        self._db.now += period

    def _dates(self, sale: Sale) -> EventDates:
        return EventDates(
            sale_opens_at=_after(self._db.now, sale.opens_in),
            sale_closes_at=_after(self._db.now, sale.closes_in),
        )


def _after(now: datetime, period: timedelta | None) -> datetime | None:
    return None if period is None else now + period


_ADD_PEOPLE = Statement(
    "test",
    """INSERT INTO "user" (id, email, name, role, password_hash) OVERRIDING SYSTEM VALUE
       SELECT id, id || '@example.com', 'Somebody', role, 'no password'
       FROM unnest(CAST(:ids AS bigint[]), CAST(:roles AS text[])) AS u(id, role)
       ON CONFLICT DO NOTHING RETURNING id""",
)
_ADD_EVENT = Statement(
    "test",
    """INSERT INTO event (name, description, seller_id, venue_name, seating_config, status,
                          is_active, sale_opens_at, sale_closes_at, admission_per_minute,
                          admission_max_active, admission_pass_seconds)
       VALUES ('Rock', 'Concert', :seller, 'Arena', CAST(CAST(:config AS text) AS jsonb), :status,
               :is_active, now() + CAST(:opens_in AS interval),
               now() + CAST(:closes_in AS interval), :per_minute, :max_active, :pass_seconds)
       RETURNING id""",
)
_CHANGE_EVENT = Statement(
    "test",
    """UPDATE event SET status = :status, is_active = :is_active, sale_opens_at = now() + CAST(:opens_in AS interval),
           sale_closes_at = now() + CAST(:closes_in AS interval),
           admission_per_minute = :per_minute, admission_max_active = :max_active,
           admission_pass_seconds = :pass_seconds
       WHERE id = :event_id RETURNING id""",
)
_PASS_TIME = (
    Statement(
        "test",
        """UPDATE event SET sale_opens_at = sale_opens_at - CAST(:period AS interval),
               sale_closes_at = sale_closes_at - CAST(:period AS interval)
           WHERE id = :event_id RETURNING id""",
    ),
    Statement(
        "test",
        """UPDATE waiting_line SET credited_until = credited_until - CAST(:period AS interval)
           WHERE event_id = :event_id RETURNING event_id""",
    ),
    Statement(
        "test",
        """UPDATE line_entry SET served_at = served_at - CAST(:period AS interval),
               pass_until = pass_until - CAST(:period AS interval)
           WHERE event_id = :event_id RETURNING event_id""",
    ),
)


class PostgresLines(Lines):
    def __init__(self, database: Database) -> None:
        self._database = database
        self.port = PostgresWaitingLines(database, database)

    async def add_people(self) -> None:
        ids = [SELLER.id, *PEOPLE]
        roles = ["seller", *("buyer" for _ in PEOPLE)]
        await self._database.change(_ADD_PEOPLE, ids=ids, roles=roles)

    async def add_event(self, sale: Sale = Sale()) -> EventId:
        [row] = await self._database.change(
            _ADD_EVENT,
            seller=SELLER.id,
            config=orjson.dumps(seating_config_to_json(HOUSE)).decode(),
            **_columns(sale),
        )
        return EventId(row["id"])

    async def change_event(self, event_id: EventId, sale: Sale) -> None:
        await self._database.change(_CHANGE_EVENT, event_id=event_id, **_columns(sale))

    async def pass_time(self, event_id: EventId, period: timedelta) -> None:
        for statement in _PASS_TIME:
            await self._database.change(statement, event_id=event_id, period=period)


def _columns(sale: Sale) -> dict[str, Any]:
    terms = sale.terms
    return {
        "status": sale.status.value,
        "is_active": sale.is_active,
        "opens_in": sale.opens_in,
        "closes_in": sale.closes_in,
        "per_minute": terms.per_minute if terms else None,
        "max_active": terms.max_active if terms else None,
        "pass_seconds": terms.pass_seconds if terms else None,
    }


@asynccontextmanager
async def postgres_lines(database_url: str) -> AsyncIterator[PostgresLines]:
    """The adapter on this database."""
    engine = make_engine(database_url, pool_size=5, timeout=10.0)
    try:
        lines = PostgresLines(Database(engine, timeout=10.0))
        await lines.add_people()
        yield lines
    finally:
        await engine.dispose()
