"""Pages of events, cached by the versions of their rows."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import JSONB

from src.platform.batching import CoalescedReads
from src.platform.database import Database, Statement
from src.service.shared_kernel.lane import Lane
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.tasks import Pauses
from src.service.ticketing.app.interface.event_list import EventCursor, EventFilter
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event
from src.service.ticketing.driven_adapter.repo.event_page_query import EventPageQuery
from src.service.ticketing.driven_adapter.repo.event_row import event_of

_MOST_PAGES = 64
# A search may read every event that is on sale: 50,000 of them take PostgreSQL some 50 ms. An index of
# trigrams takes as long, and has nothing for words of two ideographs. Nobody else must wait for it.
_SEARCHES_AT_ONCE = 2
_SEARCH_TIMEOUT_SECONDS = 2.0


class EventPageCache:
    """Asks each time which rows a page has, and in which versions. The rows themselves, whose JSON
    takes long to read, are fetched only when one of them is another than last time. So a page is
    never older than the question, and the same object for as long as nothing in it has changed.

    Searches have a cache of their own, so that no number of them takes the place of the plain list."""

    def __init__(self, reads: Database) -> None:
        self._reads = reads
        self._coalesced = CoalescedReads(
            self._read, timeout=reads.timeout, on_timeout=partial(reads.unanswered, sent=False)
        )
        self._lists: OrderedDict[EventPageQuery, _Known] = OrderedDict()
        self._searches: OrderedDict[EventPageQuery, _Known] = OrderedDict()
        self._search_lane = Lane(
            "search events", at_once=_SEARCHES_AT_ONCE, timeout=_SEARCH_TIMEOUT_SECONDS
        )

    async def get(
        self, wanted: EventFilter, *, limit: int, after: EventCursor | None
    ) -> Page[Event]:
        """Up to `limit` events, those after the cursor."""
        return await self._coalesced.get(EventPageQuery(wanted, limit, after))

    async def _read(self, query: EventPageQuery) -> Page[Event]:
        if not query.is_search:
            return await self._newest(query, self._lists)
        return await self._search_lane.run(partial(self._newest, query, self._searches))

    async def _newest(
        self, query: EventPageQuery, cached: OrderedDict[EventPageQuery, "_Known"]
    ) -> Page[Event]:
        known = cached.pop(query, None)
        if known is None or known.versions != await self._versions(known):
            known = await self._page(query)
        cached[query] = known
        if len(cached) > _MOST_PAGES:
            cached.popitem(last=False)
        return known.page

    async def _versions(self, known: "_Known") -> str:
        # Put to the driver itself: every request asks this, and nearly all learn that nothing is new.
        [found] = await self._reads.read(known.statement, **known.parameters)
        return found["versions"] or ""

    async def _page(self, query: EventPageQuery) -> "_Known":
        async with self._reads.reading("list events") as connection:
            rows = text(query.rows).columns(seating_config=JSONB)
            return await _page_of(await connection.execute(rows, query.parameters), query)


@dataclass(frozen=True, slots=True)
class _Known:
    """A page as it was read, the versions of its rows, and what asks for those they have now."""

    statement: Statement
    parameters: Mapping[str, Any]
    versions: str
    page: Page[Event]


async def _page_of(rows: Iterable[Row[Any]], query: EventPageQuery) -> _Known:
    """The page of these rows, of which one more says that there is a next page.

    An event may have thousands of sections, and a row's JSON is read only when the row is come to.
    """
    versions: list[str] = []
    events: list[Event] = []
    pauses = Pauses()
    for row in rows:
        versions.append(f"{row.id}:{row.row_version}")
        if len(events) < query.limit:
            events.append(event_of(row))
        await pauses.pause_if_due()
    cursor = None
    if len(versions) > query.limit:
        last = events[-1]
        cursor = EventCursor(last.id, last.dates.starts_at).text(by_start=query.filter.by_start)
    return _Known(query.versions, query.parameters, ",".join(versions), Page(tuple(events), cursor))
