"""Reservations in PostgreSQL. Each change is one statement, which is its own transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

from asyncpg import Record

from src.platform.batching import Batcher, CoalescedReads
from src.platform.database import Database, Statement
from src.platform.seat_rows import cursor_of, parse_cursor, seat_of
from src.service.reservation.app.interface.reservation_ledger import (
    NewReservation,
    Outcome,
    ReservationLedger,
    Standing,
)
from src.service.reservation.domain.errors import Opening
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.domain.reservation import (
    Reservation,
    existing_reservation,
)
from src.service.reservation.driven_adapter import reservation_statements as statements
from src.service.reservation.driven_adapter.hold_refusal import refusal
from src.service.reservation.driven_adapter.reservation_recorder import ReservationRecorder
from src.service.reservation.driven_adapter.reservation_rows import (
    reservations_of,
)
from src.service.shared_kernel.idempotency import IdempotencyKey
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatId

_LARGEST_BATCH = 64
# Seats. More would keep other requests waiting for the process.
_RELEASED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class _Check:
    """One request of a batch to check."""

    buyer_id: UserId
    event_id: EventId
    key: str | None


@dataclass(frozen=True, slots=True)
class _Confirm:
    """One request of a batch to confirm."""

    reservation_id: ReservationId
    buyer_id: UserId


class PostgresReservationLedger(ReservationLedger):
    """Checks, reservations and confirmations that arrive while others are under way share the next
    statement of their kind. So do those who find an event full: each hold that was under way in an area
    when its last seat went does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recorder = ReservationRecorder(database, largest_batch=_LARGEST_BATCH)
        self._checks = Batcher(
            self._check_batch,
            largest=_LARGEST_BATCH,
            timeout=database.timeout,
            # A check changes nothing, so that its outcome is known even when its answer is not.
            on_timeout=lambda _sent: database.unanswered(sent=False),
        )
        self._confirms = Batcher(
            self._confirm_batch,
            largest=_LARGEST_BATCH,
            timeout=database.timeout,
            on_timeout=database.unanswered,
        )
        # One who comes later may have taken the last seat since, and goes by the next statement.
        self._full = CoalescedReads(
            self._mark_sold_out,
            timeout=database.timeout,
            on_timeout=partial(database.unanswered, sent=True),
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
            None if found["opens_at"] is None else Opening(found["opens_at"], found["opens_in"]),
            bool(found["admitted"]),
        )

    async def record(
        self, new: NewReservation, terms: HoldTerms, key: IdempotencyKey | None
    ) -> Reservation:
        recorded = await self._recorder.record(new, terms, key)
        if recorded is None:
            raise await refusal(self._database, statements.STATUSES, new)
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

    async def _confirm_batch(self, batch: Sequence[_Confirm]) -> Sequence[Reservation | None]:
        confirmed = await self._change(
            statements.CONFIRM,
            ids=[c.reservation_id for c in batch],
            buyer_ids=[c.buyer_id for c in batch],
        )
        by_id = {(reservation.id, reservation.buyer_id): reservation for reservation in confirmed}
        # Of several requests for the same reservation the first has changed it.
        return [by_id.pop((c.reservation_id, c.buyer_id), None) for c in batch]

    async def release(self, reservation_id: ReservationId, buyer_id: UserId) -> Outcome:
        changed = await self._change(statements.RELEASE, id=reservation_id, buyer_id=buyer_id)
        if changed:
            await self._reopen(changed)
            return Outcome(changed[0], changed=True)
        reservation = await self._existing(reservation_id, buyer_id)
        reservation.require_not_sold()
        return Outcome(reservation, changed=False)

    async def release_seat(
        self, reservation_id: ReservationId, buyer_id: UserId, seat: SeatId
    ) -> EventId | None:
        freed = await self._database.change(
            statements.RELEASE_SEAT, id=reservation_id, buyer_id=buyer_id, **seat._asdict()
        )
        if freed:
            event_id = EventId(freed[0]["event_id"])
            await self._reopen_events([event_id])
            return event_id
        rows = await self._database.read(
            statements.GET_WITH_GIVEN_BACK, id=reservation_id, buyer_id=buyer_id
        )
        earlier = [seat_of(row) for row in rows if row["given_back"]]
        found = reservations_of(row for row in rows if not row["given_back"])
        existing_reservation(found[0] if found else None, reservation_id).require_given_back(
            seat, earlier
        )
        return None

    async def cancel(
        self, reservation_id: ReservationId, seller_id: UserId, reason: str | None
    ) -> Outcome:
        changed = await self._change(
            statements.CANCEL, id=reservation_id, seller_id=seller_id, reason=reason
        )
        if changed:
            await self._reopen(changed)
            return Outcome(changed[0], changed=True)
        rows = await self._database.read(
            statements.GET_FOR_SELLER, id=reservation_id, seller_id=seller_id
        )
        found = existing_reservation(reservations_of(rows)[0] if rows else None, reservation_id)
        found.require_cancelled(event_is_open=rows[0]["event_is_open"], used=rows[0]["used"])
        return Outcome(found, changed=False)

    async def expire_due(self, limit: int) -> tuple[Reservation, ...]:
        ended = await self._change(statements.EXPIRE, limit=limit)
        await self._reopen(ended)
        return ended

    async def release_event(self, event_id: EventId) -> tuple[Reservation, ...]:
        return await self._change(
            statements.RELEASE_EVENT, event_id=event_id, seats=_RELEASED_AT_ONCE
        )

    async def mark_sold_out(self, event_id: EventId) -> bool:
        return await self._full.get(event_id)

    async def _mark_sold_out(self, event_id: EventId) -> bool:
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

    async def has_seats(self, buyer_id: UserId, event_id: EventId) -> bool:
        return bool(
            await self._database.read(statements.HAS_SEATS, buyer_id=buyer_id, event_id=event_id)
        )

    async def page(self, buyer_id: UserId, *, limit: int, cursor: str | None) -> Page[Reservation]:
        before, before_id = parse_cursor(cursor)
        rows = await self._database.read(
            statements.LIST, buyer_id=buyer_id, before=before, before_id=before_id, limit=limit + 1
        )
        found = reservations_of(rows)
        page = found[:limit]
        return Page(
            page, cursor_of(page[-1].created_at, page[-1].id) if len(found) > limit else None
        )

    async def _change(self, statement: Statement, **values: Any) -> tuple[Reservation, ...]:
        return reservations_of(await self._database.change(statement, **values))

    async def _existing(self, reservation_id: ReservationId, buyer_id: UserId) -> Reservation:
        return existing_reservation(await self.get(reservation_id, buyer_id), reservation_id)

    async def _reopen(self, ended: Iterable[Reservation]) -> None:
        event_ids = sorted({reservation.event_id for reservation in ended})
        if event_ids:
            await self._reopen_events(event_ids)

    async def _reopen_events(self, event_ids: list[EventId]) -> None:
        await self._database.change(statements.REOPEN, event_ids=event_ids)
