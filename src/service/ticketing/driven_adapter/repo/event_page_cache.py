"""Pages of events, cached by the versions of their rows."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import JSONB

from src.platform.batching import CoalescedReads
from src.platform.database import Database, Statement
from src.service.shared_kernel import sql_rules
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.tasks import Pauses
from src.service.ticketing.app.interface.event_ticketing_repository import EventFilter
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event
from src.service.ticketing.driven_adapter.repo.event_row import event_of

_MOST_PAGES = 64

_NOT_A_DRAFT = f"event.status <> '{EventStatus.DRAFT}'"


@dataclass(frozen=True, slots=True)
class _Wanted:
    filter: EventFilter
    limit: int
    before: EventId | None

    @property
    def rows(self) -> str:
        """SQL for the page's rows, and one more if there is one; newest first, each with its version,
        which changes with every change of the row."""
        rule = sql_rules.purchasable() if self.filter.only_purchasable else _NOT_A_DRAFT
        seller = "" if self.filter.seller_id is None else "AND event.seller_id = :seller_id"
        before = "" if self.before is None else "AND event.id < :before"
        return f"""
            SELECT *, xmin::text AS row_version FROM event WHERE {rule} {seller} {before}
            ORDER BY id DESC LIMIT :limit
        """  # noqa: S608 - made of constants  # nosec

    @property
    def parameters(self) -> dict[str, int]:
        given = {"seller_id": self.filter.seller_id, "before": self.before, "limit": self.limit + 1}
        return {name: value for name, value in given.items() if value is not None}


@cache
def _versions_of(rows: str) -> Statement:
    """All ids and versions in one text: nothing is cheaper to read and to compare."""
    return Statement(
        f"""SELECT string_agg(id || ':' || row_version, ',' ORDER BY id DESC) AS versions
            FROM ({rows}) AS page"""  # noqa: S608 - made of constants  # nosec
    )


class EventPageCache:
    """Asks each time which rows a page has, and in which versions. The rows themselves, whose JSON
    takes long to read, are fetched only when one of them is another than last time. So a page is
    never older than the question, and the same object for as long as nothing in it has changed."""

    def __init__(self, reads: Database) -> None:
        self._reads = reads
        self._coalesced = CoalescedReads(
            self._read, timeout=reads.timeout, on_timeout=partial(reads.unanswered, sent=False)
        )
        self._cached: OrderedDict[_Wanted, tuple[str, Page[Event]]] = OrderedDict()

    async def get(self, wanted: EventFilter, *, limit: int, before: EventId | None) -> Page[Event]:
        """Newest first, up to `limit` events with smaller ids than `before`."""
        return await self._coalesced.get(_Wanted(wanted, limit, before))

    async def _read(self, wanted: _Wanted) -> Page[Event]:
        # Put to the driver itself: every request asks this, and nearly all learn that nothing is new.
        [found] = await self._reads.read(_versions_of(wanted.rows), **wanted.parameters)
        versions = found["versions"] or ""
        cached_versions, page = self._cached.pop(wanted, (None, None))
        if page is None or versions != cached_versions:
            async with self._reads.reading() as connection:
                query = text(wanted.rows).columns(seating_config=JSONB)
                rows = await connection.execute(query, wanted.parameters)
                versions, page = await _page_of(rows, wanted.limit)
        self._cached[wanted] = versions, page
        if len(self._cached) > _MOST_PAGES:
            self._cached.popitem(last=False)
        return page


async def _page_of(rows: Iterable[Row[Any]], limit: int) -> tuple[str, Page[Event]]:
    """A page of up to `limit` events, of rows of which one more says that there is a next page.

    An event may have thousands of sections, and a row's JSON is read only when the row is come to.
    """
    versions: list[str] = []
    events: list[Event] = []
    pauses = Pauses()
    for row in rows:
        versions.append(f"{row.id}:{row.row_version}")
        if len(events) < limit:
            events.append(event_of(row))
        await pauses.pause_if_due()
    more = len(versions) > limit
    return ",".join(versions), Page(tuple(events), str(events[-1].id) if more else None)
