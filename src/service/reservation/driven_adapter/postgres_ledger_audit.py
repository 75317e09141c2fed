"""PostgreSQL's tickets and reservations as a whole, for the reconciler and `verify`."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, bindparam, text

from src.platform.advisory_locks import RECONCILE
from src.platform.database import Database
from src.service.reservation.app.interface.ledger_audit import LedgerAudit
from src.service.shared_kernel import sql_rules
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SubsectionKey

_SEATS = text(
    f"""
    SELECT event_id, string_agg({sql_rules.seat_code("status")}, '' ORDER BY id) AS codes
    FROM ticket WHERE event_id = ANY(:event_ids) GROUP BY event_id
    """  # noqa: S608 - made of constants  # nosec
).bindparams(bindparam("event_ids", type_=ARRAY(BigInteger)))
_CHANGED_WITHIN = text(
    """
    SELECT t.section, t.subsection, t."row", t.seat
    FROM reservation r JOIN ticket t ON t.id = ANY(r.ticket_ids)
    WHERE r.event_id = :event_id AND r.updated_at > now() - CAST(:period AS interval)
    """
)
_NEXT_EPOCH = text(
    "UPDATE event SET state_epoch = state_epoch + 1 WHERE id = :event_id RETURNING state_epoch"
)
_FOLLOW_SEATS = text(
    f"""
    UPDATE event SET status = CASE status WHEN 'available' THEN 'sold_out' ELSE 'available' END,
                     updated_at = now()
    WHERE {sql_rules.contradicts_seats()}
    """  # noqa: S608 - made of constants  # nosec
)
_CLOSED_WITH_HOLDS = text(
    f"""
    SELECT DISTINCT r.event_id FROM reservation r JOIN event e ON e.id = r.event_id
    WHERE r.status = 'reserved' AND {sql_rules.is_final("e")}
    """  # noqa: S608 - made of constants  # nosec
)
_OLD_DRAFTS = """
    SELECT id FROM event
    WHERE status = 'draft' AND created_at < now() - CAST(:age AS interval) ORDER BY id
"""
_PURGE_KEYS = text("DELETE FROM idempotency_key WHERE created_at < now() - CAST(:age AS interval)")

# Each query answers with lines that name what is wrong; none of them has any on a sound ledger.
_CONTRADICTIONS = (
    """
    SELECT 'ticket ' || t.id || ' (event ' || t.event_id || ', ' || t.status
           || '): its reservation is ' || coalesce(r.status, 'missing')
    FROM ticket t LEFT JOIN reservation r
      ON r.id = t.reservation_id AND r.buyer_id = t.buyer_id AND t.id = ANY(r.ticket_ids)
    WHERE t.status <> 'available' AND r.status IS DISTINCT FROM
          CASE t.status WHEN 'reserved' THEN 'reserved' ELSE 'confirmed' END
    """,
    """
    SELECT 'ticket ' || held.ticket_id || ': wanted by ' || count(*) || ' reservations, '
           || string_agg(r.id::text, ' and ' ORDER BY r.id)
    FROM reservation r CROSS JOIN LATERAL unnest(r.ticket_ids) AS held(ticket_id)
    WHERE r.status IN ('reserved', 'confirmed')
    GROUP BY held.ticket_id HAVING count(*) > 1
    """,
    f"""
    SELECT 'event ' || e.id || ': ' || e.status || ', but reservation ' || r.id || ' is live'
    FROM event e JOIN reservation r ON r.event_id = e.id
    WHERE {sql_rules.is_final("e")} AND r.status = 'reserved'
    """,  # noqa: S608 - made of constants  # nosec
    """
    SELECT 'ticket ' || t.id || ' (event ' || t.event_id || '): no seat of the event'
    FROM ticket t JOIN event e ON e.id = t.event_id
    WHERE e.status <> 'draft' AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(e.seating_config->'sections') AS part
        WHERE part.value->>'name' = t.section
          AND t.subsection BETWEEN 1 AND (part.value->>'subsections')::int
          AND t."row" BETWEEN 1 AND (e.seating_config->>'rows')::int
          AND t.seat BETWEEN 1 AND (e.seating_config->>'cols')::int
    )
    """,
    """
    SELECT 'reservation ' || r.id || ' (' || r.status || '): ticket ' || held.ticket_id
           || ' belongs to ' || coalesce(t.reservation_id::text, 'nobody')
    FROM reservation r CROSS JOIN LATERAL unnest(r.ticket_ids) AS held(ticket_id)
    LEFT JOIN ticket t ON t.id = held.ticket_id
    WHERE r.status IN ('reserved', 'confirmed') AND t.reservation_id IS DISTINCT FROM r.id
    """,
    f"""
    SELECT 'event ' || id || ': ' || status || ', but '
           || CASE status WHEN 'sold_out' THEN 'a seat is' ELSE 'no seat is' END || ' available'
    FROM event WHERE {sql_rules.contradicts_seats()}
    """,  # noqa: S608 - made of constants  # nosec
    """
    SELECT 'event ' || e.id || ': ' || count(t.id) || ' tickets, '
           || ((e.seating_config->>'rows')::bigint * (e.seating_config->>'cols')::bigint * s.subsections)
           || ' seats'
    FROM event e
    CROSS JOIN LATERAL (
        SELECT sum((section->>'subsections')::bigint) AS subsections
        FROM jsonb_array_elements(e.seating_config->'sections') AS section
    ) s
    LEFT JOIN ticket t ON t.event_id = e.id
    WHERE e.status <> 'draft'
    GROUP BY e.id, s.subsections
    HAVING count(t.id) <>
           (e.seating_config->>'rows')::bigint * (e.seating_config->>'cols')::bigint * s.subsections
    """,
)


class PostgresLedgerAudit(LedgerAudit):
    def __init__(self, database: Database) -> None:
        self._database = database

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
        async with self._database.transaction() as connection:
            yield bool(
                await connection.scalar(
                    text("SELECT pg_try_advisory_xact_lock(:space, :event)"),
                    {"space": RECONCILE, "event": event_id % 2**31},
                )
            )

    async def seats(
        self, configs: Mapping[EventId, SeatingConfig]
    ) -> Mapping[EventId, Mapping[SubsectionKey, bytes]]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(_SEATS, {"event_ids": list(configs)})).all()
        return {
            event_id: _by_subsection(configs[event_id], codes.encode())
            for event_id, codes in rows
            if len(codes) == configs[event_id].total_seats
        }

    async def changed_within(self, event_id: EventId, period: timedelta) -> frozenset[SeatId]:
        async with self._database.reading() as connection:
            rows = await connection.execute(
                _CHANGED_WITHIN, {"event_id": event_id, "period": period}
            )
            return frozenset(SeatId(*row) for row in rows)

    async def next_epoch(self, event_id: EventId) -> int:
        async with self._database.single_statement() as connection:
            return int(await connection.scalar(_NEXT_EPOCH, {"event_id": event_id}) or 1)

    async def correct_statuses(self) -> int:
        async with self._database.single_statement() as connection:
            return (await connection.execute(_FOLLOW_SEATS)).rowcount

    async def closed_events_with_holds(self) -> Sequence[EventId]:
        return await self._column(_CLOSED_WITH_HOLDS.text)

    async def purge_idempotency_keys(self, older_than: timedelta) -> None:
        async with self._database.single_statement() as connection:
            await connection.execute(_PURGE_KEYS, {"age": older_than})

    async def contradictions(self) -> Sequence[str]:
        return [line for query in _CONTRADICTIONS for line in await self._column(query)]

    async def drafts_older_than(self, age: timedelta) -> Sequence[EventId]:
        return await self._column(_OLD_DRAFTS, age=age)

    async def _column(self, query: str, **parameters: Any) -> list[Any]:
        async with self._database.reading() as connection:
            return list(await connection.scalars(text(query), parameters))


def _by_subsection(config: SeatingConfig, codes: bytes) -> Mapping[SubsectionKey, bytes]:
    size = config.seats_per_subsection
    return {
        subsection: codes[number * size : (number + 1) * size]
        for number, subsection in enumerate(config.subsections)
    }
