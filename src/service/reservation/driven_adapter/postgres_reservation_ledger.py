"""Reservations in PostgreSQL. Each change is one statement, which is its own transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from asyncpg import IntegrityConstraintViolationError, Record

from src.platform.batching import Batcher
from src.platform.database import Database, Statement
from src.service.reservation.app.interface.reservation_ledger import (
    HoldRefusedError,
    HoldTerms,
    NewReservation,
    Outcome,
    ReservationLedger,
    Standing,
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
from src.service.shared_kernel.errors import (
    FieldError,
    InvalidInputError,
    NotSignedInError,
)
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.seating import SeatId, SeatStatus

_LARGEST_GROUP = 64

_CHECK = Statement("SELECT * FROM before_reserving(:buyer_ids, :event_ids, :keys)")

# Takes all the seats of a request or none of them, for each request of a group on its own: the row
# locks make the count true until the update. The share lock on the event waits for a seller who is
# closing it, and sees the outcome. Whether seats are left is not asked of the event's status, which
# follows the seats a moment later.
#
# `held_seats` locks the buyers before anything else is locked, since all the rest reads `allowed`.
# Of one buyer's requests for an event in a group the earlier ones count as if they succeed.
_RECORD = Statement(
    """
    WITH request AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:event_ids AS bigint[]), CAST(:buyer_ids AS bigint[]),
            CAST(:counts AS int[]), CAST(:holds AS interval[]), CAST(:limits AS int[]),
            CAST(:keys AS text[]), CAST(:digests AS bytea[])
        ) WITH ORDINALITY
          AS q(id, event_id, buyer_id, seat_count, hold_for, seat_limit, key, digest, place)
    ), wanted AS (
        SELECT * FROM unnest(
            CAST(:request_ids AS uuid[]), CAST(:sections AS text[]), CAST(:subsections AS int[]),
            CAST(:rows AS int[]), CAST(:seats AS int[])
        ) AS w(request_id, section, subsection, "row", seat)
    ), counted AS MATERIALIZED (
        SELECT q.*, h.seats AS held, h.first_ends - now() AS first_ends_in,
               sum(q.seat_count) OVER (PARTITION BY q.buyer_id, q.event_id ORDER BY q.place)
               - q.seat_count AS in_group
        FROM request q JOIN held_seats(:buyer_ids, :event_ids) h USING (buyer_id, event_id)
    ), allowed AS MATERIALIZED (
        SELECT * FROM counted WHERE held + in_group + seat_count <= seat_limit
    ), sale AS (
        SELECT id FROM event
        WHERE id IN (SELECT event_id FROM allowed)
          AND is_active AND status IN ('available', 'sold_out')
        ORDER BY id FOR SHARE
    ), free AS (
        SELECT q.id AS request_id, t.id, t.section, t.subsection, t."row", t.seat, t.price
        FROM wanted w JOIN allowed q ON q.id = w.request_id JOIN sale ON sale.id = q.event_id
        JOIN ticket t ON t.event_id = q.event_id
         AND (t.section, t.subsection, t."row", t.seat)
           = (w.section, w.subsection, w."row", w.seat)
        WHERE t.status = 'available'
        FOR UPDATE OF t
    ), made AS (
        INSERT INTO reservation (id, event_id, buyer_id, status, ticket_ids, expires_at)
        SELECT q.id, q.event_id, q.buyer_id, 'reserved', array_agg(free.id ORDER BY free.id),
               now() + q.hold_for
        FROM allowed q JOIN free ON free.request_id = q.id
        GROUP BY q.id, q.event_id, q.buyer_id, q.seat_count, q.hold_for
        HAVING count(*) = q.seat_count
        RETURNING id, event_id, buyer_id, status, ticket_ids, created_at, expires_at
    ), taken AS (
        UPDATE ticket
        SET status = 'reserved', buyer_id = made.buyer_id, reservation_id = made.id
        FROM made WHERE ticket.id = ANY(made.ticket_ids)
    ), keyed AS (
        INSERT INTO idempotency_key (user_id, operation, key, request_digest, reservation_id)
        SELECT q.buyer_id, 'reserve', q.key, q.digest, made.id
        FROM made JOIN request q ON q.id = made.id WHERE q.key IS NOT NULL
    )
    SELECT q.id AS request_id, q.held, q.in_group, q.first_ends_in,
           made.*, free.id AS ticket_id,
           free.section, free.subsection, free."row", free.seat, free.price
    FROM counted q LEFT JOIN made ON made.id = q.id LEFT JOIN free ON free.request_id = made.id
    """
)

_STATUSES = Statement(
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

_CONFIRM = Statement(
    """
    WITH asked AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:buyer_ids AS bigint[]))
            AS a(id, buyer_id)
    ), ended AS (
        UPDATE reservation r SET status = 'confirmed', updated_at = now()
        FROM asked a JOIN event e ON e.status IN ('available', 'sold_out')
        WHERE r.id = a.id AND r.buyer_id = a.buyer_id AND e.id = r.event_id
          AND r.status = 'reserved' AND r.expires_at > now()
        RETURNING r.id, r.event_id, r.buyer_id, r.status, r.ticket_ids,
                  r.created_at, r.expires_at
    )
    UPDATE ticket SET status = 'sold'
    FROM ended WHERE ticket.id = ANY(ended.ticket_ids) AND ticket.reservation_id = ended.id
    RETURNING ended.*, ticket.id AS ticket_id,
              ticket.section, ticket.subsection, ticket."row", ticket.seat, ticket.price
    """
)


def _freeing(status: ReservationStatus, which: str) -> Statement:
    """A statement that ends the live reservations that `which` selects and frees their seats."""
    return Statement(
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
        """  # noqa: S608 - made of constants  # nosec
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

_MARK_SOLD_OUT = Statement(
    """
    UPDATE event SET status = 'sold_out', updated_at = now()
    WHERE id = :event_id AND status = 'available' AND NOT EXISTS (
        SELECT FROM ticket t WHERE t.event_id = event.id AND t.status = 'available'
    )
    RETURNING id
    """
)
_REOPEN = Statement(
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
_GET = Statement(
    _SEATS_OF.format(
        more="",
        source="(SELECT * FROM reservation WHERE id = :id AND buyer_id = :buyer_id) r",
    )
)
_FIND_BY_KEY = Statement(
    _SEATS_OF.format(
        more=", r.request_digest",
        source="""(
            SELECT reservation.*, request_digest
            FROM idempotency_key k JOIN reservation ON reservation.id = k.reservation_id
            WHERE k.user_id = :buyer_id AND k.operation = 'reserve' AND k.key = :key
        ) r""",
    )
)
_LIST = Statement(
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


@dataclass(frozen=True, slots=True)
class _Check:
    """One request of a group to check."""

    buyer_id: UserId
    event_id: EventId
    key: str | None


@dataclass(frozen=True, slots=True)
class _Record:
    """One request of a group to record."""

    new: NewReservation
    terms: HoldTerms
    key: IdempotencyKey | None


@dataclass(frozen=True, slots=True)
class _Confirm:
    """One request of a group to confirm."""

    reservation_id: ReservationId
    buyer_id: UserId


class PostgresReservationLedger(ReservationLedger):
    """Checks, reservations and confirmations that arrive while others are under way share the next
    statement of their kind."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._checks = Batcher(
            self._check_group,
            largest=_LARGEST_GROUP,
            timeout=database.timeout,
            too_late=lambda _asked: database.unanswered(asked=False),
        )
        self._records = Batcher(
            self._record_group,
            largest=_LARGEST_GROUP,
            timeout=database.timeout,
            too_late=database.unanswered,
        )
        self._confirms = Batcher(
            self._confirm_group,
            largest=_LARGEST_GROUP,
            timeout=database.timeout,
            too_late=database.unanswered,
        )

    async def check(
        self, buyer_id: UserId, event_id: EventId, key: IdempotencyKey | None
    ) -> Standing:
        found = await self._checks.submit(_Check(buyer_id, event_id, key.key if key else None))
        made = await self.find_by_key(buyer_id, key) if key and found["key_used"] else None
        return Standing(
            made,
            bool(found["account_exists"]),
            bool(found["on_sale"]),
            found["held"],
            found["first_ends_in"],
        )

    async def record(
        self, new: NewReservation, terms: HoldTerms, key: IdempotencyKey | None
    ) -> Reservation:
        recorded = await self._records.submit(_Record(new, terms, key))
        if recorded is None:
            raise await self._refusal(new)
        return recorded

    async def confirm(self, reservation_id: ReservationId, buyer_id: UserId) -> Outcome:
        confirmed = await self._confirms.submit(_Confirm(reservation_id, buyer_id))
        if confirmed is not None:
            return Outcome(confirmed, changed=True)
        reservation = await self._known(reservation_id, buyer_id)
        if reservation.status is not ReservationStatus.CONFIRMED:
            raise ReservationNotLiveError(
                f"The reservation can no longer be confirmed: {_why_over(reservation.status)}."
            )
        return Outcome(reservation, changed=False)

    async def _check_group(self, group: Sequence[_Check]) -> Sequence[Record]:
        rows = await self._database.read(
            _CHECK,
            buyer_ids=[c.buyer_id for c in group],
            event_ids=[c.event_id for c in group],
            keys=[c.key for c in group],
        )
        return sorted(rows, key=itemgetter("place"))

    async def _record_group(
        self, group: Sequence[_Record]
    ) -> Sequence[Reservation | Exception | None]:
        """One statement for all. What Postgres rejects as a whole is put to it one by one, so that
        each request fails for a reason of its own only, and what has been committed stands."""
        answers: dict[ReservationId, Reservation | Exception | None] = {}
        seats = [(r.new.event_id, seat) for r in group for seat in r.new.seats]
        together = len(set(seats)) == len(seats)
        while left := [r for r in group if r.new.id not in answers]:
            asked = left if together else left[:1]
            try:
                answers |= await self._record_together(asked)
            except IntegrityConstraintViolationError as error:
                together = False
                if len(asked) == 1:
                    answers[asked[0].new.id] = _reason(error)
            except Exception as error:  # of these requests only
                answers |= {r.new.id: error for r in asked}
        return [answers[r.new.id] for r in group]

    async def _record_together(
        self, group: Sequence[_Record]
    ) -> Mapping[ReservationId, Reservation | Exception | None]:
        """The answers to this group, but for requests that have to be asked again."""
        wanted = [(r.new.id, *seat) for r in group for seat in r.new.seats]
        request_ids, sections, subsections, rows, seats = zip(*wanted, strict=True)
        parameters = {
            "ids": [r.new.id for r in group],
            "event_ids": [r.new.event_id for r in group],
            "buyer_ids": [r.new.buyer_id for r in group],
            "counts": [len(r.new.seats) for r in group],
            "holds": [r.terms.lasts for r in group],
            "limits": [r.terms.seat_limit for r in group],
            "keys": [r.key.key if r.key else None for r in group],
            "digests": [r.key.request_digest if r.key else None for r in group],
            "request_ids": request_ids,
            "sections": sections,
            "subsections": subsections,
            "rows": rows,
            "seats": seats,
        }
        found = await self._database.change(_RECORD, **parameters)
        return _verdicts(group, found)

    async def _confirm_group(self, group: Sequence[_Confirm]) -> Sequence[Reservation | None]:
        confirmed = await self._change(
            _CONFIRM,
            ids=[c.reservation_id for c in group],
            buyer_ids=[c.buyer_id for c in group],
        )
        by_id = {(reservation.id, reservation.buyer_id): reservation for reservation in confirmed}
        # Of those who ask for the same one, the first changed it.
        return [by_id.pop((c.reservation_id, c.buyer_id), None) for c in group]

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
        marked = await self._database.change(_MARK_SOLD_OUT, event_id=event_id)
        if marked:
            # A seat that came free meanwhile saw an event that was not sold out yet.
            await self._reopen_events([event_id])
        return bool(marked)

    async def find_by_key(self, buyer_id: UserId, key: IdempotencyKey) -> Reservation | None:
        rows = await self._database.read(_FIND_BY_KEY, buyer_id=buyer_id, key=key.key)
        if not rows:
            return None
        key.require_same_request(rows[0]["request_digest"])
        return _reservations(rows, status=ReservationStatus.RESERVED)[0]

    async def get(self, reservation_id: ReservationId, buyer_id: UserId) -> Reservation | None:
        rows = await self._database.read(_GET, id=reservation_id, buyer_id=buyer_id)
        return _reservations(rows)[0] if rows else None

    async def page(self, buyer_id: UserId, *, limit: int, cursor: str | None) -> Page[Reservation]:
        before, before_id = _parse_cursor(cursor)
        rows = await self._database.read(
            _LIST, buyer_id=buyer_id, before=before, before_id=before_id, limit=limit + 1
        )
        found = _reservations(rows)
        page = found[:limit]
        return Page(page, _cursor(page[-1]) if len(found) > limit else None)

    async def _change(self, statement: Statement, **values: Any) -> tuple[Reservation, ...]:
        return _reservations(await self._database.change(statement, **values))

    async def _known(self, reservation_id: ReservationId, buyer_id: UserId) -> Reservation:
        reservation = await self.get(reservation_id, buyer_id)
        if reservation is None:
            raise ReservationNotFoundError(f"You have no reservation {reservation_id}.")
        return reservation

    async def _refusal(self, new: NewReservation) -> HoldRefusedError:
        rows = await self._database.read(_STATUSES, event_id=new.event_id, **_columns(new.seats))
        statuses = {_seat(row): SeatStatus(row["status"]) for row in rows}
        return HoldRefusedError(statuses, on_sale=bool(rows) and rows[0]["on_sale"])

    async def _reopen(self, ended: Iterable[Reservation]) -> None:
        event_ids = sorted({reservation.event_id for reservation in ended})
        if event_ids:
            await self._reopen_events(event_ids)

    async def _reopen_events(self, event_ids: list[EventId]) -> None:
        await self._database.change(_REOPEN, event_ids=event_ids)


def _verdicts(
    group: Sequence[_Record], rows: Sequence[Record]
) -> Mapping[ReservationId, Reservation | Exception | None]:
    """What each request would have been told alone; None when its seats were not to be had.

    Left out are those that were refused for the sake of earlier ones that came to nothing.
    """
    counted = {row["request_id"]: row for row in rows}
    recorded = {r.id: r for r in _reservations(row for row in rows if row["id"] is not None)}
    taken = Counter[tuple[UserId, EventId]]()
    verdicts: dict[ReservationId, Reservation | Exception | None] = {}
    for record in group:
        new, row, terms = record.new, counted[record.new.id], record.terms
        size = len(new.seats)
        held = row["held"] + taken[new.buyer_id, new.event_id]
        if new.id in recorded:
            taken[new.buyer_id, new.event_id] += size
            verdicts[new.id] = recorded[new.id]
            continue
        too_many = terms.too_many(
            size, held=held, first_ends_in=row["first_ends_in"] or terms.lasts
        )
        if too_many or row["held"] + row["in_group"] + size <= terms.seat_limit:
            verdicts[new.id] = too_many
    return verdicts


def _reason(error: IntegrityConstraintViolationError) -> Exception:
    """What a broken constraint says to the one request that broke it."""
    match error.constraint_name:
        case "idempotency_key_pkey":
            return IdempotencyInFlightError("Another request has just used this Idempotency-Key.")
        case "reservation_buyer_id_fkey":
            return NotSignedInError("This account no longer exists.")
    broken: Exception = error
    return broken


def _columns(seats: tuple[SeatId, ...]) -> dict[str, list[str] | list[int]]:
    return {
        "sections": [seat.section for seat in seats],
        "subsections": [seat.subsection for seat in seats],
        "rows": [seat.row for seat in seats],
        "seats": [seat.seat for seat in seats],
    }


def _seat(row: Record) -> SeatId:
    return SeatId(row["section"], row["subsection"], row["row"], row["seat"])


def _reservations(
    rows: Iterable[Record], status: ReservationStatus | None = None
) -> tuple[Reservation, ...]:
    """One row per seat; reservations come in the order of their first row, seats in layout order."""
    rows_of: dict[UUID, list[Record]] = {}
    for row in rows:
        rows_of.setdefault(row["id"], []).append(row)
    found = []
    for held in rows_of.values():
        held.sort(key=itemgetter("ticket_id"))
        first = held[0]
        found.append(
            Reservation(
                ReservationId(first["id"]),
                EventId(first["event_id"]),
                UserId(first["buyer_id"]),
                status or ReservationStatus(first["status"]),
                tuple(ReservedSeat(_seat(row), row["price"]) for row in held),
                first["created_at"],
                first["expires_at"],
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
