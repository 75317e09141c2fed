"""Events and tickets in PostgreSQL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from src.platform.batching import Batcher
from src.platform.database import Database, violated_constraint
from src.platform.idempotency_model import IdempotencyKeyRow
from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.seating import SeatStatus
from src.service.shared_kernel.seating_config_json import seating_config_to_json
from src.service.ticketing.app.interface.event_list import EventCursor, EventFilter
from src.service.ticketing.app.interface.event_ticketing_repository import (
    EventState,
    EventTicketingRepository,
)
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import (
    Event,
    NewEvent,
    TicketSheet,
)
from src.service.ticketing.domain.errors import CreationOverdueError
from src.service.ticketing.driven_adapter.model.event_model import EventRow
from src.service.ticketing.driven_adapter.model.ticket_model import TicketRow
from src.service.ticketing.driven_adapter.repo import event_statements as statements
from src.service.ticketing.driven_adapter.repo.event_page_cache import EventPageCache
from src.service.ticketing.driven_adapter.repo.event_row import can_be_id, columns_of, event_of
from src.service.ticketing.driven_adapter.repo.ticket_sheets import TicketSheets

_OPERATION = "create_event"
_TICKET_COLUMNS = ("event_id", "section", "subsection", "row", "seat", "price", "status")

# A COPY of 100,000 rows takes about a second on two cores; this is far beyond that. One of few rows has the
# timeout of every statement, for nobody should wait so long for a PostgreSQL that has fallen silent.
_FEW_ROWS = 5_000
_COPY_TIMEOUT_SECONDS = 60.0
_ALLOW_LONG_COPY = text(f"SET LOCAL statement_timeout = {int(_COPY_TIMEOUT_SECONDS * 1000)}")

# Events that many read one by one are read together; this many ids go into one statement.
_EVENTS_AT_ONCE = 1_000

_EVENT = EventRow.__table__


def _is_draft() -> ColumnElement[bool]:
    return EventRow.status == EventStatus.DRAFT.value


class PostgresEventTicketingRepository(EventTicketingRepository):
    """Lists and tickets, which anybody may ask for as often as they like, are read from `reads`: a
    pool of its own, so that no number of readers can keep a buyer from a connection. Single events
    are asked for together, over one connection at a time."""

    def __init__(self, database: Database, reads: Database) -> None:
        self._database = database
        self._gets = Batcher(
            self._get_group,
            largest=_EVENTS_AT_ONCE,
            timeout=database.timeout,
            on_timeout=lambda _sent: database.unanswered(sent=False),
        )
        self._pages = EventPageCache(reads)
        self._sheets = TicketSheets(reads)

    async def create_draft(self, event: NewEvent, key: IdempotencyKey | None) -> Event:
        try:
            async with self._database.transaction("create an event") as connection:
                seconds = self._database.timeout
                if event.config.total_seats > _FEW_ROWS:
                    seconds = _COPY_TIMEOUT_SECONDS
                    await connection.execute(_ALLOW_LONG_COPY)
                draft = await _insert_draft(connection, event)
                if key is not None:
                    await _insert_key(connection, key, draft)
                await _copy_tickets(connection, draft.id, event, seconds)
        except IntegrityError as error:
            match violated_constraint(error):
                case "idempotency_key_pkey":
                    raise IdempotencyInFlightError(
                        "The first request with this Idempotency-Key is under way."
                    ) from error
                case "event_seller_id_fkey":
                    raise NotSignedInError.no_account() from error
            raise
        return draft

    async def mark_available(self, event_id: EventId) -> Event:
        async with self._database.single_statement("make an event available") as connection:
            row = (
                await connection.execute(statements.MARK_AVAILABLE, {"event_id": event_id})
            ).one_or_none()
        if row is None:
            raise CreationOverdueError("Creating the event took too long. Try again.")
        return event_of(row)

    async def delete_draft(self, event_id: EventId) -> None:
        async with self._database.transaction("delete a draft") as connection:
            draft = select(EventRow.id).where(EventRow.id == event_id, _is_draft())
            if await connection.scalar(draft.with_for_update()) is None:
                return
            await connection.execute(delete(TicketRow).where(TicketRow.event_id == event_id))
            await connection.execute(delete(EventRow).where(EventRow.id == event_id))

    async def find_by_key(self, seller_id: UserId, key: IdempotencyKey) -> Event | None:
        async with self._database.reading("find an event by key") as connection:
            row = (
                await connection.execute(
                    select(_EVENT, IdempotencyKeyRow.request_digest)
                    .join(IdempotencyKeyRow, IdempotencyKeyRow.event_id == EventRow.id)
                    .where(
                        IdempotencyKeyRow.user_id == seller_id,
                        IdempotencyKeyRow.operation == _OPERATION,
                        IdempotencyKeyRow.key == key.key,
                    )
                )
            ).one_or_none()
        if row is None:
            return None
        key.require_same_request(row.request_digest)
        return event_of(row)

    async def get(self, event_id: EventId) -> Event | None:
        return await self._gets.submit(event_id) if can_be_id(event_id) else None

    async def _get_group(self, event_ids: Sequence[EventId]) -> Sequence[Event | None]:
        found = {event.id: event for event in await self.get_all(sorted(set(event_ids)))}
        return [found.get(event_id) for event_id in event_ids]

    async def get_all(self, event_ids: Sequence[EventId]) -> Sequence[Event]:
        async with self._database.reading("get events") as connection:
            query = select(_EVENT).where(EventRow.id.in_(event_ids))
            return [event_of(row) for row in await connection.execute(query.order_by(EventRow.id))]

    async def states(self, event_ids: Sequence[EventId]) -> Mapping[EventId, EventState]:
        async with self._database.reading("read event states") as connection:
            query = select(EventRow.id, EventRow.is_active, EventRow.status)
            rows = await connection.execute(query.where(EventRow.id.in_(event_ids)))
            return {row.id: EventState(row.is_active, EventStatus(row.status)) for row in rows}

    async def page(
        self, wanted: EventFilter, *, limit: int, after: EventCursor | None
    ) -> Page[Event]:
        if wanted.seller_id is not None and not can_be_id(wanted.seller_id):
            return Page((), None)
        return await self._pages.get(wanted, limit=limit, after=after)

    async def tickets(self, event_id: EventId) -> TicketSheet:
        return await self._sheets.get(event_id)

    async def update(self, event_id: EventId, change: Callable[[Event], Event]) -> Event | None:
        if not can_be_id(event_id):
            return None
        async with self._database.transaction("update an event") as connection:
            # The row lock keeps out reservations, which share-lock the event that they sell.
            row = (
                await connection.execute(
                    select(_EVENT).where(EventRow.id == event_id).with_for_update(key_share=True)
                )
            ).one_or_none()
            if row is None:
                return None
            before = event_of(row)
            changed = change(before)
            stored = (
                await connection.execute(
                    update(EventRow)
                    .where(EventRow.id == event_id)
                    .values(
                        **columns_of(changed.details, changed.dates, changed.admission),
                        is_active=changed.is_active,
                        status=changed.status.value,
                        updated_at=func.now(),
                    )
                    .returning(_EVENT)
                )
            ).one()
            if replace(changed, status=before.status) != before:
                await connection.execute(statements.TELL_OF_UPDATE, {"event_id": event_id})
            if changed.status is not before.status:
                await connection.execute(statements.TELL_OF_CLOSING, {"event_id": event_id})
        return event_of(stored)

    async def stale_drafts(self, older_than: timedelta) -> tuple[Event, ...]:
        async with self._database.reading("find stale drafts") as connection:
            rows = await connection.execute(
                select(_EVENT).where(
                    _is_draft(),
                    EventRow.created_at < func.now() - older_than,
                )
            )
            return tuple(event_of(row) for row in rows)


async def _insert_draft(connection: AsyncConnection, event: NewEvent) -> Event:
    draft = insert(EventRow).values(
        **columns_of(event.details, event.dates, event.admission),
        seller_id=event.seller_id,
        seating_config=seating_config_to_json(event.config),
        is_active=event.is_active,
        status=EventStatus.DRAFT.value,
    )
    return event_of((await connection.execute(draft.returning(_EVENT))).one())


async def _insert_key(connection: AsyncConnection, key: IdempotencyKey, draft: Event) -> None:
    await connection.execute(
        insert(IdempotencyKeyRow).values(
            user_id=draft.seller_id,
            operation=_OPERATION,
            key=key.key,
            request_digest=key.request_digest,
            event_id=draft.id,
        )
    )


async def _copy_tickets(
    connection: AsyncConnection, event_id: EventId, event: NewEvent, seconds: float
) -> None:
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    available = SeatStatus.AVAILABLE.value
    await driver.copy_records_to_table(
        TicketRow.__tablename__,
        columns=_TICKET_COLUMNS,
        records=((event_id, *seat, price, available) for seat, price in event.tickets()),
        timeout=seconds,
    )
