"""Pages of events, cached by the versions of their rows."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Label, Row, Select, literal_column, select, text

from src.platform.batching import CoalescedReads
from src.platform.database import Database
from src.service.shared_kernel import sql_rules
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.tasks import Pauses
from src.service.ticketing.app.interface.event_ticketing_repository import EventFilter
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event
from src.service.ticketing.driven_adapter.model.event_model import EventRow
from src.service.ticketing.driven_adapter.repo.event_row import event_of

_MOST_PAGES = 64

# It changes with every change of the row.
_ROW_VERSION: Label[str] = literal_column("xmin::text").label("row_version")

# The rows of a page, by id and version.
_Versions = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class _Wanted:
    filter: EventFilter
    limit: int
    before: EventId | None

    def query(self, *columns: Any) -> Select[Any]:
        """These columns of the page's events, and of one more if there is one."""
        query = select(*columns).order_by(EventRow.id.desc()).limit(self.limit + 1)
        if self.filter.only_purchasable:
            query = query.where(text(sql_rules.purchasable()))
        else:
            query = query.where(EventRow.status != EventStatus.DRAFT.value)
        if self.filter.seller_id is not None:
            query = query.where(EventRow.seller_id == self.filter.seller_id)
        if self.before is not None:
            query = query.where(EventRow.id < self.before)
        return query


class EventPageCache:
    """Asks each time which rows a page has, and in which versions. The rows themselves, whose JSON
    takes long to read, are fetched only when one of them is another than last time. So a page is
    never older than the question, and the same object for as long as nothing in it has changed."""

    def __init__(self, reads: Database) -> None:
        self._reads = reads
        self._coalesced = CoalescedReads(
            self._read, timeout=reads.timeout, on_timeout=partial(reads.unanswered, sent=False)
        )
        self._cached: OrderedDict[_Wanted, tuple[_Versions, Page[Event]]] = OrderedDict()

    async def get(self, wanted: EventFilter, *, limit: int, before: EventId | None) -> Page[Event]:
        """Newest first, up to `limit` events with smaller ids than `before`."""
        return await self._coalesced.get(_Wanted(wanted, limit, before))

    async def _read(self, wanted: _Wanted) -> Page[Event]:
        async with self._reads.reading() as connection:
            found = await connection.execute(wanted.query(EventRow.id, _ROW_VERSION))
            versions = [(row.id, row.row_version) for row in found]
            cached_versions, page = self._cached.pop(wanted, (None, None))
            if page is None or versions != cached_versions:
                rows = await connection.execute(wanted.query(EventRow.__table__, _ROW_VERSION))
                versions, page = await _page_of(rows, wanted.limit)
        self._cached[wanted] = versions, page
        if len(self._cached) > _MOST_PAGES:
            self._cached.popitem(last=False)
        return page


async def _page_of(rows: Iterable[Row[Any]], limit: int) -> tuple[_Versions, Page[Event]]:
    """A page of up to `limit` events, of rows of which one more says that there is a next page.

    An event may have thousands of sections, and a row's JSON is read only when the row is come to.
    """
    versions: _Versions = []
    events: list[Event] = []
    pauses = Pauses()
    for row in rows:
        versions.append((row.id, row.row_version))
        if len(events) < limit:
            events.append(event_of(row))
        await pauses.pause_if_due()
    more = len(versions) > limit
    return versions, Page(tuple(events), str(events[-1].id) if more else None)
