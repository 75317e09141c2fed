"""Checking lines in PostgreSQL."""

from collections.abc import AsyncIterator

from asyncpg import Record

from src.platform.database import Database, Statement
from src.service.admission.app.interface.line_audit import LineAudit
from src.service.admission.domain.line_record import EntryRecord, LineRecord
from src.service.shared_kernel.ids import EventId

_EVENT_IDS = Statement("list lines", "SELECT event_id FROM waiting_line ORDER BY event_id")

# One statement, so that what it finds was so at one moment.
_RECORD = Statement(
    "read a line's record",
    """
    SELECT l.seed, l.joined, l.gathered, l.serving, e.admission_max_active, e.updated_at,
           x.entry, x.served_at, x.pass_until
    FROM waiting_line l JOIN event e ON e.id = l.event_id
    LEFT JOIN line_entry x ON x.event_id = l.event_id
    WHERE l.event_id = :event_id
    """,
)


class PostgresLineAudit(LineAudit):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def records(self) -> AsyncIterator[LineRecord]:
        for row in await self._database.read(_EVENT_IDS):
            event_id = EventId(row["event_id"])
            # None when the line has gone with its event meanwhile.
            if rows := await self._database.read(_RECORD, event_id=event_id):
                yield _record_of(event_id, rows)


def _record_of(event_id: EventId, rows: list[Record]) -> LineRecord:
    line = rows[0]
    return LineRecord(
        event_id,
        line["seed"],
        line["joined"],
        line["gathered"],
        line["serving"],
        line["admission_max_active"],
        line["updated_at"],
        [
            EntryRecord(row["entry"], row["served_at"], row["pass_until"])
            for row in rows
            if row["entry"] is not None
        ],
    )
