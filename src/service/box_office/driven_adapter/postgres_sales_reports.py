"""Counting seats and money in PostgreSQL."""

from functools import partial

from asyncpg import Record

from src.platform.batching import CoalescedReads
from src.platform.database import Database
from src.service.box_office.app.interface.sales_reports import SalesReports
from src.service.box_office.domain.sales_report import (
    CancelledFigures,
    HourFigures,
    SalesReport,
    SeatFigures,
    SectionFigures,
)
from src.service.box_office.driven_adapter import box_office_statements as statements
from src.service.shared_kernel.event_directory import EventEntry
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.lane import Lane

# A report of 100,000 seats keeps PostgreSQL busy for a quarter of a second: one at a time, so that
# other readers have the other connections.
_AT_ONCE = 1
_WAIT_SECONDS = 5.0


class PostgresSalesReports(SalesReports):
    """Reads one at a time, and each once for all who ask meanwhile."""

    def __init__(self, reads: Database) -> None:
        self._reads = reads
        self._lane = Lane("read this report", at_once=_AT_ONCE, timeout=_WAIT_SECONDS)
        self._coalesced: CoalescedReads[EventId, list[Record]] = CoalescedReads(
            self._wait_and_read,
            timeout=reads.timeout + _WAIT_SECONDS,
            on_timeout=partial(reads.unanswered, sent=False),
        )

    async def read(self, event: EventEntry) -> SalesReport:
        rows = await self._coalesced.get(event.id)
        seats = {row["section"]: _seats(row) for row in rows if row["kind"] == "section"}
        [cancelled] = [row for row in rows if row["kind"] == "cancelled"]
        return SalesReport(
            tuple(
                SectionFigures(section.name, section.price, seats[section.name])
                for section in event.config.sections
            ),
            CancelledFigures(cancelled["orders"], cancelled["seats"], int(cancelled["amount"])),
            tuple(
                HourFigures(row["hour"], row["orders"], row["seats"], int(row["amount"]))
                for row in rows
                if row["kind"] == "hour"
            ),
        )

    async def _wait_and_read(self, event_id: EventId) -> list[Record]:
        return await self._lane.run(partial(self._reads.read, statements.REPORT, event_id=event_id))


def _seats(row: Record) -> SeatFigures:
    return SeatFigures(
        row["available"], row["reserved"], row["house"], row["seats"], int(row["amount"])
    )
