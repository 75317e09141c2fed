"""Reservations in PostgreSQL. Each change is one statement, which is its own transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from asyncpg import IntegrityConstraintViolationError, Record

from src.platform.batching import Batcher
from src.platform.database import Database, Statement
from src.service.reservation.app.interface.reservation_ledger import (
    HoldRefusedError,
    NewReservation,
    Outcome,
    ReservationLedger,
    Standing,
)
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.domain.reservation import (
    Reservation,
    ReservationStatus,
    existing_reservation,
)
from src.service.reservation.driven_adapter import reservation_statements as statements
from src.service.reservation.driven_adapter.reservation_rows import (
    cursor_after,
    parse_cursor,
    reservations_of,
    seat_columns,
    seat_of,
)
from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.seating import SeatStatus

_LARGEST_BATCH = 64


@dataclass(frozen=True, slots=True)
class _Check:
    """One request of a batch to check."""

    buyer_id: UserId
    event_id: EventId
    key: str | None


@dataclass(frozen=True, slots=True)
class _Record:
    """One request of a batch to record."""

    new: NewReservation
    terms: HoldTerms
    key: IdempotencyKey | None


@dataclass(frozen=True, slots=True)
class _Confirm:
    """One request of a batch to confirm."""

    reservation_id: ReservationId
    buyer_id: UserId


class PostgresReservationLedger(ReservationLedger):
    """Checks, reservations and confirmations that arrive while others are under way share the next
    statement of their kind."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._checks = Batcher(
            self._check_batch,
            largest=_LARGEST_BATCH,
            timeout=database.timeout,
            # A check changes nothing, so that its outcome is known even when its answer is not.
            on_timeout=lambda _sent: database.unanswered(sent=False),
        )
        self._records = Batcher(
            self._record_batch,
            largest=_LARGEST_BATCH,
            timeout=database.timeout,
            on_timeout=database.unanswered,
        )
        self._confirms = Batcher(
            self._confirm_batch,
            largest=_LARGEST_BATCH,
            timeout=database.timeout,
            on_timeout=database.unanswered,
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
        reservation = await self._existing(reservation_id, buyer_id)
        reservation.require_confirmed()
        return Outcome(reservation, changed=False)

    async def _check_batch(self, batch: Sequence[_Check]) -> Sequence[Record]:
        rows = await self._database.read(
            statements.CHECK,
            buyer_ids=[c.buyer_id for c in batch],
            event_ids=[c.event_id for c in batch],
            keys=[c.key for c in batch],
        )
        return sorted(rows, key=itemgetter("place"))

    async def _record_batch(
        self, batch: Sequence[_Record]
    ) -> Sequence[Reservation | Exception | None]:
        """One statement for all. What Postgres rejects as a whole is put to it one by one, so that
        each request fails for a reason of its own only, and what has been committed stands."""
        answers: dict[ReservationId, Reservation | Exception | None] = {}
        seats = [(r.new.event_id, seat) for r in batch for seat in r.new.seats]
        together = len(set(seats)) == len(seats)
        while left := [r for r in batch if r.new.id not in answers]:
            asked = left if together else left[:1]
            try:
                answers |= await self._record_together(asked)
            except IntegrityConstraintViolationError as error:
                together = False
                if len(asked) == 1:
                    answers[asked[0].new.id] = _reason(error)
            except Exception as error:  # of these requests only
                answers |= {r.new.id: error for r in asked}
        return [answers[r.new.id] for r in batch]

    async def _record_together(
        self, batch: Sequence[_Record]
    ) -> Mapping[ReservationId, Reservation | Exception | None]:
        """The answers to this batch, but for requests that have to be asked again."""
        wanted = [(r.new.id, *seat) for r in batch for seat in r.new.seats]
        request_ids, sections, subsections, rows, seats = zip(*wanted, strict=True)
        parameters = {
            "ids": [r.new.id for r in batch],
            "event_ids": [r.new.event_id for r in batch],
            "buyer_ids": [r.new.buyer_id for r in batch],
            "counts": [len(r.new.seats) for r in batch],
            "holds": [r.terms.lasts for r in batch],
            "limits": [r.terms.seat_limit for r in batch],
            "keys": [r.key.key if r.key else None for r in batch],
            "digests": [r.key.request_digest if r.key else None for r in batch],
            "request_ids": request_ids,
            "sections": sections,
            "subsections": subsections,
            "rows": rows,
            "seats": seats,
        }
        found = await self._database.change(statements.RECORD, **parameters)
        return _verdicts(batch, found)

    async def _confirm_batch(self, batch: Sequence[_Confirm]) -> Sequence[Reservation | None]:
        confirmed = await self._change(
            statements.CONFIRM,
            ids=[c.reservation_id for c in batch],
            buyer_ids=[c.buyer_id for c in batch],
        )
        by_id = {(reservation.id, reservation.buyer_id): reservation for reservation in confirmed}
        # Of those who ask for the same one, the first changed it.
        return [by_id.pop((c.reservation_id, c.buyer_id), None) for c in batch]

    async def release(self, reservation_id: ReservationId, buyer_id: UserId) -> Outcome:
        changed = await self._change(statements.RELEASE, id=reservation_id, buyer_id=buyer_id)
        if changed:
            await self._reopen(changed)
            return Outcome(changed[0], changed=True)
        reservation = await self._existing(reservation_id, buyer_id)
        reservation.require_not_sold()
        return Outcome(reservation, changed=False)

    async def expire_due(self, limit: int) -> tuple[Reservation, ...]:
        ended = await self._change(statements.EXPIRE, limit=limit)
        await self._reopen(ended)
        return ended

    async def release_event(self, event_id: EventId) -> tuple[Reservation, ...]:
        return await self._change(statements.RELEASE_EVENT, event_id=event_id)

    async def mark_sold_out(self, event_id: EventId) -> bool:
        marked = await self._database.change(statements.MARK_SOLD_OUT, event_id=event_id)
        if marked:
            # A seat that came free meanwhile saw an event that was not sold out yet.
            await self._reopen_events([event_id])
        return bool(marked)

    async def find_by_key(self, buyer_id: UserId, key: IdempotencyKey) -> Reservation | None:
        rows = await self._database.read(statements.FIND_BY_KEY, buyer_id=buyer_id, key=key.key)
        if not rows:
            return None
        key.require_same_request(rows[0]["request_digest"])
        return reservations_of(rows, status=ReservationStatus.RESERVED)[0]

    async def get(self, reservation_id: ReservationId, buyer_id: UserId) -> Reservation | None:
        rows = await self._database.read(statements.GET, id=reservation_id, buyer_id=buyer_id)
        return reservations_of(rows)[0] if rows else None

    async def page(self, buyer_id: UserId, *, limit: int, cursor: str | None) -> Page[Reservation]:
        before, before_id = parse_cursor(cursor)
        rows = await self._database.read(
            statements.LIST, buyer_id=buyer_id, before=before, before_id=before_id, limit=limit + 1
        )
        found = reservations_of(rows)
        page = found[:limit]
        return Page(page, cursor_after(page[-1]) if len(found) > limit else None)

    async def _change(self, statement: Statement, **values: Any) -> tuple[Reservation, ...]:
        return reservations_of(await self._database.change(statement, **values))

    async def _existing(self, reservation_id: ReservationId, buyer_id: UserId) -> Reservation:
        return existing_reservation(await self.get(reservation_id, buyer_id), reservation_id)

    async def _refusal(self, new: NewReservation) -> HoldRefusedError:
        rows = await self._database.read(
            statements.STATUSES, event_id=new.event_id, **seat_columns(new.seats)
        )
        statuses = {seat_of(row): SeatStatus(row["status"]) for row in rows}
        return HoldRefusedError(statuses, on_sale=bool(rows) and rows[0]["on_sale"])

    async def _reopen(self, ended: Iterable[Reservation]) -> None:
        event_ids = sorted({reservation.event_id for reservation in ended})
        if event_ids:
            await self._reopen_events(event_ids)

    async def _reopen_events(self, event_ids: list[EventId]) -> None:
        await self._database.change(statements.REOPEN, event_ids=event_ids)


def _verdicts(
    batch: Sequence[_Record], rows: Sequence[Record]
) -> Mapping[ReservationId, Reservation | Exception | None]:
    """What each request would have been told alone; None when its seats were not to be had.

    Left out are those that were refused for the sake of earlier ones that came to nothing.
    """
    counted = {row["request_id"]: row for row in rows}
    recorded = {r.id: r for r in reservations_of(row for row in rows if row["id"] is not None)}
    taken = Counter[tuple[UserId, EventId]]()
    verdicts: dict[ReservationId, Reservation | Exception | None] = {}
    for record in batch:
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
        if too_many or row["held"] + row["in_batch"] + size <= terms.seat_limit:
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
