"""Reservations in PostgreSQL. Each change is one statement, which is its own transaction."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.exc import IntegrityError

from src.platform.database import Database, violated_constraint
from src.service.reservation.app.interface.reservation_ledger import (
    HoldRefusedError,
    NewReservation,
    Outcome,
    ReservationLedger,
)
from src.service.reservation.domain.errors import (
    ReservationNotFoundError,
    ReservationNotLiveError,
)
from src.service.reservation.domain.reservation import (
    Reservation,
    ReservationStatus,
    ReservedSeat,
)
from src.service.shared_kernel.errors import FieldError, InvalidInputError, NotSignedInError
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.seating import SeatId, SeatStatus

# Takes all the seats or none: the row locks make the count true until the update. The share lock
# on the event waits for a seller who is closing it, and sees the outcome. Whether seats are left
# is not asked of the event's status, which follows the seats a moment later.
_RECORD = text(
    """
    WITH wanted AS (
        SELECT * FROM unnest(
            CAST(:sections AS text[]), CAST(:subsections AS int[]),
            CAST(:rows AS int[]), CAST(:seats AS int[])
        ) AS w(section, subsection, "row", seat)
    ), sale AS (
        SELECT id FROM event
        WHERE id = :event_id AND is_active AND status IN ('available', 'sold_out')
        FOR SHARE
    ), free AS (
        SELECT t.id, t.section, t.subsection, t."row", t.seat, t.price
        FROM sale, ticket t JOIN wanted w
            ON (t.section, t.subsection, t."row", t.seat)
             = (w.section, w.subsection, w."row", w.seat)
        WHERE t.event_id = :event_id AND t.status = 'available'
        FOR UPDATE OF t
    ), made AS (
        INSERT INTO reservation (id, event_id, buyer_id, status, ticket_ids, expires_at)
        SELECT :id, :event_id, :buyer_id, 'reserved', array_agg(id ORDER BY id),
               now() + :hold_for
        FROM free HAVING count(*) = :wanted_count
        RETURNING id, event_id, buyer_id, status, ticket_ids, created_at, expires_at
    ), taken AS (
        UPDATE ticket SET status = 'reserved', buyer_id = :buyer_id, reservation_id = made.id
        FROM made WHERE ticket.id = ANY(made.ticket_ids)
    ), keyed AS (
        INSERT INTO idempotency_key (user_id, operation, key, request_digest, reservation_id)
        SELECT :buyer_id, 'reserve', CAST(:key AS text), CAST(:digest AS bytea), made.id
        FROM made WHERE CAST(:key AS text) IS NOT NULL
    )
    SELECT made.*, free.id AS ticket_id, free.section, free.subsection, free."row", free.seat, free.price
    FROM made, free ORDER BY free.id
    """
)

_STATUSES = text(
    """
    SELECT w.section, w.subsection, w."row", w.seat, t.status,
           EXISTS (
               SELECT FROM event
               WHERE id = :event_id AND is_active AND status IN ('available', 'sold_out')
           ) AS on_sale
    FROM unnest(
        CAST(:sections AS text[]), CAST(:subsections AS int[]),
        CAST(:rows AS int[]), CAST(:seats AS int[])
    ) AS w(section, subsection, "row", seat)
    JOIN ticket t ON t.event_id = :event_id AND
        (t.section, t.subsection, t."row", t.seat) = (w.section, w.subsection, w."row", w.seat)
    """
)

_CONFIRM = text(
    """
    WITH ended AS (
        UPDATE reservation r SET status = 'confirmed', updated_at = now()
        WHERE r.id = :id AND r.buyer_id = :buyer_id
          AND r.status = 'reserved' AND r.expires_at > now()
          AND EXISTS (
              SELECT FROM event e
              WHERE e.id = r.event_id AND e.status IN ('available', 'sold_out')
          )
        RETURNING id, event_id, buyer_id, status, ticket_ids, created_at, expires_at
    )
    UPDATE ticket SET status = 'sold'
    FROM ended WHERE ticket.id = ANY(ended.ticket_ids) AND ticket.reservation_id = ended.id
    RETURNING ended.*, ticket.id AS ticket_id,
              ticket.section, ticket.subsection, ticket."row", ticket.seat, ticket.price
    """
)


def _freeing(status: ReservationStatus, which: str) -> TextClause:
    """A statement that ends the live reservations that `which` selects and frees their seats."""
    return text(
        f"""
        WITH chosen AS (
            {which}
        ), ended AS (
            UPDATE reservation r SET status = '{status.value}', updated_at = now()
            FROM chosen WHERE r.id = chosen.id AND r.status = 'reserved'
            RETURNING r.id, r.event_id, r.buyer_id, r.status, r.ticket_ids,
                      r.created_at, r.expires_at
        )
        UPDATE ticket SET status = 'available', buyer_id = NULL, reservation_id = NULL
        FROM ended WHERE ticket.id = ANY(ended.ticket_ids) AND ticket.reservation_id = ended.id
        RETURNING ended.*, ticket.id AS ticket_id,
                  ticket.section, ticket.subsection, ticket."row", ticket.seat, ticket.price
        """  # noqa: S608 - made of constants
    )


_RELEASE = _freeing(
    ReservationStatus.RELEASED,
    "SELECT id FROM reservation WHERE id = :id AND buyer_id = :buyer_id FOR UPDATE",
)
_RELEASE_EVENT = _freeing(
    ReservationStatus.RELEASED,
    "SELECT id FROM reservation WHERE event_id = :event_id AND status = 'reserved' FOR UPDATE",
)
_EXPIRE = _freeing(
    ReservationStatus.EXPIRED,
    """
    SELECT id FROM reservation WHERE status = 'reserved' AND expires_at <= now()
    ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED
    """,
)

_MARK_SOLD_OUT = text(
    """
    UPDATE event SET status = 'sold_out', updated_at = now()
    WHERE id = :event_id AND status = 'available' AND NOT EXISTS (
        SELECT FROM ticket t WHERE t.event_id = event.id AND t.status = 'available'
    )
    """
)
_REOPEN = text(
    """
    UPDATE event SET status = 'available', updated_at = now()
    WHERE id = ANY(:event_ids) AND status = 'sold_out' AND EXISTS (
        SELECT FROM ticket t WHERE t.event_id = event.id AND t.status = 'available'
    )
    """
)

_SEATS_OF = """
    SELECT r.id, r.event_id, r.buyer_id, r.status, r.created_at, r.expires_at,
           t.id AS ticket_id, t.section, t.subsection, t."row", t.seat, t.price {more}
    FROM {source} CROSS JOIN LATERAL unnest(r.ticket_ids) AS held(ticket_id)
    JOIN ticket t ON t.id = held.ticket_id
    ORDER BY r.created_at DESC, r.id DESC, t.id
"""
_GET = text(
    _SEATS_OF.format(
        more="",
        source="(SELECT * FROM reservation WHERE id = :id AND buyer_id = :buyer_id) r",
    )
)
_FIND_BY_KEY = text(
    _SEATS_OF.format(
        more=", r.request_digest",
        source="""(
            SELECT reservation.*, request_digest
            FROM idempotency_key k JOIN reservation ON reservation.id = k.reservation_id
            WHERE k.user_id = :buyer_id AND k.operation = 'reserve' AND k.key = :key
        ) r""",
    )
)
_LIST = text(
    _SEATS_OF.format(
        more="",
        source="""(
            SELECT * FROM reservation
            WHERE buyer_id = :buyer_id AND (
                CAST(:before AS timestamptz) IS NULL
                OR (created_at, id) < (CAST(:before AS timestamptz), CAST(:before_id AS uuid))
            )
            ORDER BY created_at DESC, id DESC LIMIT :limit
        ) r""",
    )
)


class PostgresReservationLedger(ReservationLedger):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(
        self, new: NewReservation, hold_for: timedelta, key: IdempotencyKey | None
    ) -> Reservation:
        parameters = {
            "id": new.id,
            "event_id": new.event_id,
            "buyer_id": new.buyer_id,
            "hold_for": hold_for,
            "wanted_count": len(new.seats),
            "key": key.key if key else None,
            "digest": key.request_digest if key else None,
            **_columns(new.seats),
        }
        try:
            async with self._database.single_statement() as connection:
                rows = (await connection.execute(_RECORD, parameters)).all()
        except IntegrityError as error:
            match violated_constraint(error):
                case "idempotency_key_pkey":
                    raise IdempotencyInFlightError(
                        "Another request has just used this Idempotency-Key."
                    ) from error
                case "reservation_buyer_id_fkey":
                    raise NotSignedInError("This account no longer exists.") from error
            raise
        if not rows:
            raise await self._refusal(new)
        return _reservations(rows)[0]

    async def confirm(self, reservation_id: ReservationId, buyer_id: UserId) -> Outcome:
        changed = await self._change(_CONFIRM, id=reservation_id, buyer_id=buyer_id)
        if changed:
            return Outcome(changed[0], changed=True)
        reservation = await self._known(reservation_id, buyer_id)
        if reservation.status is not ReservationStatus.CONFIRMED:
            raise ReservationNotLiveError(
                f"The reservation can no longer be confirmed: {_why_over(reservation.status)}."
            )
        return Outcome(reservation, changed=False)

    async def release(self, reservation_id: ReservationId, buyer_id: UserId) -> Outcome:
        changed = await self._change(_RELEASE, id=reservation_id, buyer_id=buyer_id)
        if changed:
            await self._reopen(changed)
            return Outcome(changed[0], changed=True)
        reservation = await self._known(reservation_id, buyer_id)
        if reservation.status is ReservationStatus.CONFIRMED:
            raise ReservationNotLiveError("The reservation is confirmed: its seats are sold.")
        return Outcome(reservation, changed=False)

    async def expire_due(self, limit: int) -> tuple[Reservation, ...]:
        ended = await self._change(_EXPIRE, limit=limit)
        await self._reopen(ended)
        return ended

    async def release_event(self, event_id: EventId) -> tuple[Reservation, ...]:
        return await self._change(_RELEASE_EVENT, event_id=event_id)

    async def mark_sold_out(self, event_id: EventId) -> bool:
        async with self._database.single_statement() as connection:
            marked = await connection.execute(_MARK_SOLD_OUT, {"event_id": event_id})
        if marked.rowcount:
            # A seat that came free meanwhile saw an event that was not sold out yet.
            await self._reopen_events([event_id])
        return bool(marked.rowcount)

    async def find_by_key(self, buyer_id: UserId, key: IdempotencyKey) -> Reservation | None:
        rows = await self._read(_FIND_BY_KEY, buyer_id=buyer_id, key=key.key)
        if not rows:
            return None
        key.require_same_request(rows[0].request_digest)
        return _reservations(rows, status=ReservationStatus.RESERVED)[0]

    async def get(self, reservation_id: ReservationId, buyer_id: UserId) -> Reservation | None:
        rows = await self._read(_GET, id=reservation_id, buyer_id=buyer_id)
        return _reservations(rows)[0] if rows else None

    async def page(self, buyer_id: UserId, *, limit: int, cursor: str | None) -> Page[Reservation]:
        before, before_id = _parse_cursor(cursor)
        rows = await self._read(
            _LIST, buyer_id=buyer_id, before=before, before_id=before_id, limit=limit + 1
        )
        found = _reservations(rows)
        page = found[:limit]
        return Page(page, _cursor(page[-1]) if len(found) > limit else None)

    async def _change(self, statement: TextClause, **parameters: Any) -> tuple[Reservation, ...]:
        async with self._database.single_statement() as connection:
            return _reservations((await connection.execute(statement, parameters)).all())

    async def _read(self, statement: TextClause, **parameters: Any) -> list[Row[Any]]:
        async with self._database.reading() as connection:
            return list((await connection.execute(statement, parameters)).all())

    async def _known(self, reservation_id: ReservationId, buyer_id: UserId) -> Reservation:
        reservation = await self.get(reservation_id, buyer_id)
        if reservation is None:
            raise ReservationNotFoundError(f"You have no reservation {reservation_id}.")
        return reservation

    async def _refusal(self, new: NewReservation) -> HoldRefusedError:
        rows = await self._read(_STATUSES, event_id=new.event_id, **_columns(new.seats))
        statuses = {_seat(row): SeatStatus(row.status) for row in rows}
        return HoldRefusedError(statuses, on_sale=bool(rows) and rows[0].on_sale)

    async def _reopen(self, ended: Iterable[Reservation]) -> None:
        event_ids = sorted({reservation.event_id for reservation in ended})
        if event_ids:
            await self._reopen_events(event_ids)

    async def _reopen_events(self, event_ids: list[EventId]) -> None:
        async with self._database.single_statement() as connection:
            await connection.execute(_REOPEN, {"event_ids": event_ids})


def _columns(seats: tuple[SeatId, ...]) -> dict[str, list[str] | list[int]]:
    return {
        "sections": [seat.section for seat in seats],
        "subsections": [seat.subsection for seat in seats],
        "rows": [seat.row for seat in seats],
        "seats": [seat.seat for seat in seats],
    }


def _seat(row: Row[Any]) -> SeatId:
    return SeatId(row.section, row.subsection, row.row, row.seat)


def _reservations(
    rows: Iterable[Row[Any]], status: ReservationStatus | None = None
) -> tuple[Reservation, ...]:
    """One row per seat; reservations come in the order of their first row, seats in layout order."""
    rows_of: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        rows_of.setdefault(row.id, []).append(row)
    found = []
    for held in rows_of.values():
        held.sort(key=attrgetter("ticket_id"))
        first = held[0]
        found.append(
            Reservation(
                ReservationId(first.id),
                EventId(first.event_id),
                UserId(first.buyer_id),
                status or ReservationStatus(first.status),
                tuple(ReservedSeat(_seat(row), row.price) for row in held),
                first.created_at,
                first.expires_at,
            )
        )
    return tuple(found)


def _why_over(status: ReservationStatus) -> str:
    if status is ReservationStatus.RESERVED:
        return "its time is up or the event is over"
    return f"it is {status.value}"


def _cursor(reservation: Reservation) -> str:
    return f"{reservation.created_at.isoformat()}_{reservation.id}".replace("+00:00", "Z")


def _parse_cursor(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    if cursor is None:
        return None, None
    created_at, _, reservation_id = cursor.partition("_")
    try:
        return datetime.fromisoformat(created_at).astimezone(UTC), UUID(reservation_id)
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(
            FieldError(("query", "cursor"), "is not a cursor of this list")
        ) from error
