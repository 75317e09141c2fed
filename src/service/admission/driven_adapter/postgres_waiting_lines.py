"""Waiting lines in PostgreSQL, by its clock."""

from collections.abc import Collection, Sequence
from operator import itemgetter

from asyncpg import Record

from src.platform.batching import Batcher
from src.platform.database import Database
from src.service.admission.app.interface.waiting_lines import WaitingLines
from src.service.admission.domain.errors import LineOverError
from src.service.admission.domain.line import Advance, Line
from src.service.admission.domain.place import Entry
from src.service.admission.driven_adapter import line_statements as statements
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.ids import EventId, UserId

_LARGEST_BATCH = 256

_Request = tuple[EventId, UserId]


class PostgresWaitingLines(WaitingLines):
    """Those who join or ask for their place while others do share the next statement of their kind."""

    def __init__(self, database: Database, reads: Database) -> None:
        """Places are read by connections of their own, `reads`: anybody may ask as often as they like."""
        self._database = database
        self._reads = reads
        self._joins = Batcher(
            self._join_batch,
            largest=_LARGEST_BATCH,
            timeout=database.timeout,
            on_timeout=database.unanswered,
        )
        self._finds = Batcher(
            self._find_batch,
            largest=_LARGEST_BATCH,
            timeout=reads.timeout,
            on_timeout=lambda _sent: reads.unanswered(sent=False),
        )

    async def join(self, event_id: EventId, buyer_id: UserId) -> Entry:
        found = await self._joins.submit((event_id, buyer_id))
        if found["entry"] is None:
            raise LineOverError if found["is_over"] else NotSignedInError.no_account()
        return _entry_of(found)

    async def find(self, event_id: EventId, buyer_id: UserId) -> Entry | None:
        found = await self._finds.submit((event_id, buyer_id))
        return None if found["entry"] is None else _entry_of(found)

    async def leave(self, event_id: EventId, buyer_id: UserId) -> None:
        await self._database.change(statements.LEAVE, event_id=event_id, buyer_id=buyer_id)

    async def read(self, also: Collection[EventId]) -> Sequence[Line]:
        lines = await self._read(also)
        if missing := set(also).difference(line.event_id for line in lines):
            await self._database.change(statements.MAKE, event_ids=sorted(missing))
            lines = await self._read(also)
        return lines

    async def open(self, event_ids: Collection[EventId]) -> None:
        await self._database.change(statements.OPEN, event_ids=sorted(event_ids))

    async def note_ends(self, event_ids: Collection[EventId]) -> None:
        await self._database.change(statements.NOTE_ENDS, event_ids=sorted(event_ids))

    async def advance(self, advances: Sequence[Advance]) -> Collection[EventId]:
        entries = [(a.event_id, entry) for a in advances for entry in a.entries]
        moved = await self._database.change(
            statements.ADVANCE,
            event_ids=[a.event_id for a in advances],
            serving=[a.serving for a in advances],
            to=[a.to for a in advances],
            credited_from=[a.credited_from for a in advances],
            credited_until=[a.credited_until for a in advances],
            entry_event_ids=[event_id for event_id, _ in entries],
            entries=[entry for _, entry in entries],
        )
        return [EventId(row["event_id"]) for row in moved]

    async def _read(self, also: Collection[EventId]) -> Sequence[Line]:
        return [_line_of(row) for row in await self._database.read(statements.READ, also=also)]

    async def _join_batch(self, batch: Sequence[_Request]) -> Sequence[Record]:
        return _in_order(await self._database.change(statements.JOIN, **_columns(batch)))

    async def _find_batch(self, batch: Sequence[_Request]) -> Sequence[Record]:
        return _in_order(await self._reads.read(statements.FIND, **_columns(batch)))


def _columns(batch: Sequence[_Request]) -> dict[str, list[int]]:
    return {
        "event_ids": [event_id for event_id, _ in batch],
        "buyer_ids": [buyer_id for _, buyer_id in batch],
    }


def _in_order(rows: Sequence[Record]) -> Sequence[Record]:
    return sorted(rows, key=itemgetter("place"))


def _entry_of(row: Record) -> Entry:
    return Entry(
        row["entry"],
        row["served"],
        row["admitted"],
        row["pass_until"],
        row["seed"],
        row["gathered"],
        row["serving"],
        row["is_over"],
    )


def _line_of(row: Record) -> Line:
    return Line(
        EventId(row["event_id"]),
        AdmissionTerms(
            row["admission_per_minute"],
            row["admission_pass_seconds"],
            row["admission_max_active"],
        ),
        row["seed"],
        row["joined"],
        row["gathered"],
        row["serving"],
        row["credited_until"],
        row["ended"],
        row["live_passes"],
        row["sale_opens_at"],
        row["is_active"],
        row["on_sale"],
        row["is_over"],
        row["now"],
    )
