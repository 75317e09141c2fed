"""Events and tickets in PostgreSQL."""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    Label,
    Row,
    Select,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from src.platform.batching import Batcher, CoalescedReads
from src.platform.database import Database, violated_constraint
from src.platform.idempotency_model import IdempotencyKeyRow
from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.lane import Lane
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.seating import SeatStatus
from src.service.shared_kernel.seating_config_json import (
    seating_config_from_json,
    seating_config_to_json,
)
from src.service.shared_kernel.sql_rules import seat_code
from src.service.shared_kernel.tasks import Pauses
from src.service.ticketing.app.interface.event_ticketing_repository import (
    EventFilter,
    EventState,
    EventTicketingRepository,
)
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import (
    Event,
    EventDetails,
    NewEvent,
    TicketSheet,
)
from src.service.ticketing.domain.errors import CreationOverdueError
from src.service.ticketing.driven_adapter.model.event_model import EventRow
from src.service.ticketing.driven_adapter.model.ticket_model import TicketRow

_OPERATION = "create_event"
_TICKET_COLUMNS = ("event_id", "section", "subsection", "row", "seat", "price", "status")

# A COPY of 100,000 rows takes about a second on two cores; this is far beyond that.
_COPY_TIMEOUT_SECONDS = 60.0

# A sheet of 100,000 tickets keeps PostgreSQL busy for a quarter of a second: some at a time, and
# fewer than the connections for reading, so that lists go on.
_SHEETS_AT_ONCE = 2
_SHEET_WAIT_SECONDS = 5.0

# Who asks for one event gets it with others who do; this many ids go into one statement.
_EVENTS_AT_ONCE = 1_000

# A row's version: another one with every change.
_ROW_VERSION: Label[str] = literal_column("xmin::text").label("row_version")
_PAGES_REMEMBERED = 64

# One row per event, whatever its size: two columns of all its tickets, in layout order.
_TICKET_SHEET = text(
    f"""
    SELECT array_agg(id ORDER BY id) AS ids,
           string_agg({seat_code("status")}, '' ORDER BY id) AS statuses
    FROM ticket WHERE event_id = :event_id
    """  # noqa: S608 - made of constants  # nosec
)


# The rows of a page, by id and version.
_Versions = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class _PageWanted:
    filter: EventFilter
    limit: int
    before: EventId | None

    def query(self, *columns: Any) -> Select[Any]:
        """These columns of the page's events, and of one more if there is one."""
        query = select(*columns).order_by(EventRow.id.desc()).limit(self.limit + 1)
        if self.filter.only_purchasable:
            query = query.where(text("is_active AND status = 'available'"))
        else:
            query = query.where(EventRow.status != EventStatus.DRAFT.value)
        if self.filter.seller_id is not None:
            query = query.where(EventRow.seller_id == self.filter.seller_id)
        if self.before is not None:
            query = query.where(EventRow.id < self.before)
        return query


class PostgresEventTicketingRepository(EventTicketingRepository):
    """Lists and tickets, which anybody may ask for as often as they like, are read from `reads`: a
    pool of its own, so that no number of readers can keep a buyer from a connection. Single events
    are asked for together, over one connection at a time."""

    def __init__(self, database: Database, reads: Database) -> None:
        self._database = database
        self._reads = reads
        self._gets = Batcher(
            self._get_group,
            largest=_EVENTS_AT_ONCE,
            timeout=database.timeout,
            too_late=lambda _asked: database.unanswered(asked=False),
        )
        self._pages = CoalescedReads(
            self._read_page, timeout=reads.timeout, too_late=partial(reads.unanswered, asked=False)
        )
        self._sheets = CoalescedReads(
            self._read_sheet,
            timeout=reads.timeout + _SHEET_WAIT_SECONDS,
            too_late=partial(reads.unanswered, asked=False),
        )
        self._sheet_lane = Lane("read tickets", at_once=_SHEETS_AT_ONCE, wait=_SHEET_WAIT_SECONDS)
        self._last_pages: OrderedDict[_PageWanted, tuple[_Versions, Page[Event]]] = OrderedDict()

    async def create_draft(self, event: NewEvent, key: IdempotencyKey | None) -> Event:
        try:
            async with self._database.transaction() as connection:
                await connection.execute(
                    text(f"SET LOCAL statement_timeout = {int(_COPY_TIMEOUT_SECONDS * 1000)}")
                )
                draft = _event(
                    (
                        await connection.execute(
                            insert(EventRow)
                            .values(
                                **_details(event.details),
                                seller_id=event.seller_id,
                                seating_config=seating_config_to_json(event.config),
                                is_active=event.is_active,
                                status=EventStatus.DRAFT.value,
                            )
                            .returning(EventRow.__table__)
                        )
                    ).one()
                )
                if key is not None:
                    await connection.execute(
                        insert(IdempotencyKeyRow).values(
                            user_id=event.seller_id,
                            operation=_OPERATION,
                            key=key.key,
                            request_digest=key.request_digest,
                            event_id=draft.id,
                        )
                    )
                await _copy_tickets(connection, draft.id, event)
        except IntegrityError as error:
            match violated_constraint(error):
                case "idempotency_key_pkey":
                    raise IdempotencyInFlightError(
                        "The first request with this Idempotency-Key is under way."
                    ) from error
                case "event_seller_id_fkey":
                    raise NotSignedInError("This account no longer exists.") from error
            raise
        return draft

    async def mark_available(self, event_id: EventId) -> Event:
        async with self._database.single_statement() as connection:
            row = (
                await connection.execute(
                    update(EventRow)
                    .where(EventRow.id == event_id, EventRow.status == EventStatus.DRAFT.value)
                    .values(status=EventStatus.AVAILABLE.value, updated_at=func.now())
                    .returning(EventRow.__table__)
                )
            ).one_or_none()
        if row is None:
            raise CreationOverdueError("Creating the event took too long. Try again.")
        return _event(row)

    async def delete_draft(self, event_id: EventId) -> None:
        async with self._database.transaction() as connection:
            draft = select(EventRow.id).where(
                EventRow.id == event_id, EventRow.status == EventStatus.DRAFT.value
            )
            if await connection.scalar(draft.with_for_update()) is None:
                return
            await connection.execute(delete(TicketRow).where(TicketRow.event_id == event_id))
            await connection.execute(delete(EventRow).where(EventRow.id == event_id))

    async def find_by_key(self, seller_id: UserId, key: IdempotencyKey) -> Event | None:
        async with self._database.reading() as connection:
            row = (
                await connection.execute(
                    select(EventRow.__table__, IdempotencyKeyRow.request_digest)
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
        return _event(row)

    async def get(self, event_id: EventId) -> Event | None:
        return await self._gets.submit(event_id) if _is_id(event_id) else None

    async def _get_group(self, event_ids: Sequence[EventId]) -> Sequence[Event | None]:
        found = {event.id: event for event in await self.get_all(sorted(set(event_ids)))}
        return [found.get(event_id) for event_id in event_ids]

    async def get_all(self, event_ids: Sequence[EventId]) -> Sequence[Event]:
        async with self._database.reading() as connection:
            query = select(EventRow.__table__).where(EventRow.id.in_(event_ids))
            return [_event(row) for row in await connection.execute(query.order_by(EventRow.id))]

    async def states(self, event_ids: Sequence[EventId]) -> Mapping[EventId, EventState]:
        async with self._database.reading() as connection:
            query = select(EventRow.id, EventRow.is_active, EventRow.status)
            rows = await connection.execute(query.where(EventRow.id.in_(event_ids)))
            return {row.id: EventState(row.is_active, EventStatus(row.status)) for row in rows}

    async def page(self, wanted: EventFilter, *, limit: int, before: EventId | None) -> Page[Event]:
        if wanted.seller_id is not None and not _is_id(wanted.seller_id):
            return Page((), None)
        return await self._pages.get(_PageWanted(wanted, limit, before))

    async def _read_page(self, wanted: _PageWanted) -> Page[Event]:
        """Ask which rows, in which versions; most often they are those of the last time."""
        async with self._reads.reading() as connection:
            found = await connection.execute(wanted.query(EventRow.id, _ROW_VERSION))
            versions = [(row.id, row.row_version) for row in found]
            last_versions, page = self._last_pages.pop(wanted, (None, None))
            if page is None or versions != last_versions:
                rows = await connection.execute(wanted.query(EventRow.__table__, _ROW_VERSION))
                versions, page = await _page(rows, wanted.limit)
        self._last_pages[wanted] = versions, page
        if len(self._last_pages) > _PAGES_REMEMBERED:
            self._last_pages.popitem(last=False)
        return page

    async def tickets(self, event_id: EventId) -> TicketSheet:
        return await self._sheets.get(event_id)

    async def _read_sheet(self, event_id: EventId) -> TicketSheet:
        return await self._sheet_lane.run(partial(self._read_sheet_now, event_id))

    async def _read_sheet_now(self, event_id: EventId) -> TicketSheet:
        async with self._reads.reading() as connection:
            row = (await connection.execute(_TICKET_SHEET, {"event_id": event_id})).one()
        return TicketSheet(array("q", row.ids or ()), (row.statuses or "").encode())

    async def update(self, event_id: EventId, change: Callable[[Event], Event]) -> Event | None:
        if not _is_id(event_id):
            return None
        async with self._database.transaction() as connection:
            # The row lock keeps out reservations, which share-lock the event that they sell.
            row = (
                await connection.execute(
                    select(EventRow.__table__)
                    .where(EventRow.id == event_id)
                    .with_for_update(key_share=True)
                )
            ).one_or_none()
            if row is None:
                return None
            changed = change(_event(row))
            stored = (
                await connection.execute(
                    update(EventRow)
                    .where(EventRow.id == event_id)
                    .values(
                        **_details(changed.details),
                        is_active=changed.is_active,
                        status=changed.status.value,
                        updated_at=func.now(),
                    )
                    .returning(EventRow.__table__)
                )
            ).one()
        return _event(stored)

    async def stale_drafts(self, older_than: timedelta) -> tuple[Event, ...]:
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(EventRow.__table__).where(
                    EventRow.status == EventStatus.DRAFT.value,
                    EventRow.created_at < func.now() - older_than,
                )
            )
            return tuple(_event(row) for row in rows)


async def _copy_tickets(connection: AsyncConnection, event_id: EventId, event: NewEvent) -> None:
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    available = SeatStatus.AVAILABLE.value
    await driver.copy_records_to_table(
        TicketRow.__tablename__,
        columns=_TICKET_COLUMNS,
        records=((event_id, *seat, price, available) for seat, price in event.tickets()),
        timeout=_COPY_TIMEOUT_SECONDS,
    )


async def _page(rows: Iterable[Row[Any]], limit: int) -> tuple[_Versions, Page[Event]]:
    """A page of up to `limit` events, of rows of which one more says that there is a next page.

    An event may have thousands of sections, and each row is read from its JSON only when it is come
    to.
    """
    versions: _Versions = []
    events: list[Event] = []
    pauses = Pauses()
    for row in rows:
        versions.append((row.id, row.row_version))
        if len(events) < limit:
            events.append(_event(row))
        await pauses.pause_if_due()
    more = len(versions) > limit
    return versions, Page(tuple(events), str(events[-1].id) if more else None)


def _is_id(number: int) -> bool:
    """Whether a client's number can be an id at all; PostgreSQL refuses larger ones."""
    return 0 < number < 2**63


def _details(details: EventDetails) -> dict[str, str]:
    return {
        "name": details.name,
        "description": details.description,
        "venue_name": details.venue_name,
    }


def _event(row: Row[Any]) -> Event:
    return Event(
        EventId(row.id),
        UserId(row.seller_id),
        EventDetails(row.name, row.description, row.venue_name),
        seating_config_from_json(row.seating_config),
        row.is_active,
        EventStatus(row.status),
        row.created_at,
        row.updated_at,
    )
