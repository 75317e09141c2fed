"""All tickets of an event, read in one go."""

from array import array
from functools import partial

from sqlalchemy import text

from src.platform.batching import CoalescedReads
from src.platform.database import Database
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.lane import Lane
from src.service.shared_kernel.sql_rules import seat_code
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import TicketSheet

# A sheet of 100,000 tickets keeps PostgreSQL busy for a quarter of a second: some at a time, and
# fewer than the connections for reading, so that lists go on.
_AT_ONCE = 2
_WAIT_SECONDS = 5.0

# One row per event, whatever its size: two columns of all its tickets, in layout order.
_SHEET = text(
    f"""
    SELECT array_agg(id ORDER BY id) AS ids,
           string_agg({seat_code("status")}, '' ORDER BY id) AS statuses
    FROM ticket WHERE event_id = :event_id
    """  # noqa: S608 - made of constants  # nosec
)


class TicketSheets:
    """Reads few sheets at a time, and each once for all callers. Raises OverloadedError."""

    def __init__(self, reads: Database) -> None:
        self._reads = reads
        self._lane = Lane("read tickets", at_once=_AT_ONCE, timeout=_WAIT_SECONDS)
        self._coalesced = CoalescedReads(
            self._wait_and_read,
            timeout=reads.timeout + _WAIT_SECONDS,
            on_timeout=partial(reads.unanswered, sent=False),
        )

    async def get(self, event_id: EventId) -> TicketSheet:
        return await self._coalesced.get(event_id)

    async def _wait_and_read(self, event_id: EventId) -> TicketSheet:
        return await self._lane.run(partial(self._read, event_id))

    async def _read(self, event_id: EventId) -> TicketSheet:
        async with self._reads.reading("read tickets") as connection:
            row = (await connection.execute(_SHEET, {"event_id": event_id})).one()
        return TicketSheet(array("q", row.ids or ()), (row.statuses or "").encode())
