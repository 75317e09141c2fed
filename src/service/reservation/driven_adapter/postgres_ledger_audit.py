"""PostgreSQL's tickets and reservations as a whole, for the reconciler and `verify`."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from src.platform.advisory_locks import RECONCILE
from src.platform.database import Database
from src.service.reservation.app.interface.ledger_audit import LedgerAudit
from src.service.reservation.driven_adapter import audit_statements as statements
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SubsectionKey

# The lock is held while an event is repaired, and its transaction says nothing meanwhile. An instance that falls
# silent then keeps the others from repairing this event for as long.
_TRY_LOCK = text(
    """
    SELECT pg_try_advisory_xact_lock(:space, :event)
    FROM set_config('idle_in_transaction_session_timeout', '30s', true)
    """
)


class PostgresLedgerAudit(LedgerAudit):
    def __init__(self, database: Database, reads: Database) -> None:
        """What joins whole tables is asked of `reads`, whose connections plan it by the tables' sizes."""
        self._database = database
        self._reads = reads

    async def event_ids(self) -> Sequence[EventId]:
        return await self._column("SELECT id FROM event WHERE status <> 'draft' ORDER BY id")

    async def all_event_ids(self) -> frozenset[EventId]:
        return frozenset(await self._column("SELECT id FROM event"))

    async def last_event_id(self) -> int:
        [last] = await self._column(
            "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('event', 'id')), 0)"
        )
        return int(last)

    @contextlib.asynccontextmanager
    async def reconcile_lock(self, event_id: EventId) -> AsyncIterator[bool]:
        async with self._database.transaction("hold the reconcile lock") as connection:
            yield bool(
                await connection.scalar(_TRY_LOCK, {"space": RECONCILE, "event": event_id % 2**31})
            )

    async def take_turn(self, every: timedelta) -> timedelta:
        [row] = await self._database.change(statements.TAKE_TURN, every=every)
        due_in: timedelta = row["due_in"]
        return due_in

    async def give_turn_back(self) -> None:
        await self._database.change(statements.GIVE_TURN_BACK)

    async def seats(
        self, configs: Mapping[EventId, SeatingConfig]
    ) -> Mapping[EventId, Mapping[SubsectionKey, bytes]]:
        async with self._database.reading("audit: read seats") as connection:
            rows = (await connection.execute(statements.SEATS, {"event_ids": list(configs)})).all()
        return {
            event_id: _by_subsection(configs[event_id], codes.encode())
            for event_id, codes in rows
            if len(codes) == configs[event_id].total_seats
        }

    async def changed_within(self, event_id: EventId, period: timedelta) -> frozenset[SeatId]:
        async with self._database.reading("audit: find recent changes") as connection:
            rows = await connection.execute(
                statements.CHANGED_WITHIN, {"event_id": event_id, "period": period}
            )
            return frozenset(SeatId(*row) for row in rows)

    async def next_epoch(self, event_id: EventId) -> int:
        async with self._database.single_statement("begin an epoch") as connection:
            return int(await connection.scalar(statements.NEXT_EPOCH, {"event_id": event_id}) or 1)

    async def correct_statuses(self) -> int:
        async with self._database.single_statement("correct statuses") as connection:
            return len((await connection.execute(statements.CORRECT_STATUSES)).all())

    async def closed_events_with_holds(self) -> Sequence[EventId]:
        return await self._column(statements.CLOSED_WITH_HOLDS.text)

    async def purge_idempotency_keys(self, older_than: timedelta) -> None:
        async with self._database.single_statement("purge idempotency keys") as connection:
            await connection.execute(statements.PURGE_KEYS, {"age": older_than})

    async def contradictions(self) -> Sequence[str]:
        async with self._reads.reading("audit: find contradictions") as connection:
            return [
                line
                for query in statements.CONTRADICTIONS
                for line in await connection.scalars(text(query))
            ]

    async def drafts_older_than(self, age: timedelta) -> Sequence[EventId]:
        return await self._column(statements.OLD_DRAFTS, age=age)

    async def _column(self, query: str, **parameters: Any) -> list[Any]:
        async with self._database.reading("audit: list") as connection:
            return list(await connection.scalars(text(query), parameters))


def _by_subsection(config: SeatingConfig, codes: bytes) -> Mapping[SubsectionKey, bytes]:
    size = config.seats_per_subsection
    return {
        subsection: codes[number * size : (number + 1) * size]
        for number, subsection in enumerate(config.subsections)
    }
