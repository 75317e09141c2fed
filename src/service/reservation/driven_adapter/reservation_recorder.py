"""Recording reservations: those that arrive while others are being recorded share a statement, and
each has the answer that it would have had alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asyncpg import IntegrityConstraintViolationError, Record

from src.platform.batching import Batcher
from src.platform.database import Database
from src.service.reservation.app.interface.reservation_ledger import NewReservation
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.domain.reservation import Reservation
from src.service.reservation.driven_adapter import reservation_statements as statements
from src.service.reservation.driven_adapter.reservation_rows import reservations_of
from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.ids import EventId, ReservationId, UserId

# None stands for seats that are not to be had.
_Answer = Reservation | Exception | None


@dataclass(frozen=True, slots=True)
class _Request:
    """One request of a batch."""

    new: NewReservation
    terms: HoldTerms
    key: IdempotencyKey | None


class ReservationRecorder:
    def __init__(self, database: Database, *, largest_batch: int) -> None:
        self._database = database
        self._batches = Batcher(
            self._record_batch,
            largest=largest_batch,
            timeout=database.timeout,
            on_timeout=database.unanswered,
        )

    async def record(
        self, new: NewReservation, terms: HoldTerms, key: IdempotencyKey | None
    ) -> Reservation | None:
        """Return the reservation, None when its seats are not to be had. Raises what
        `ReservationLedger.record` does otherwise."""
        return await self._batches.submit(_Request(new, terms, key))

    async def _record_batch(self, batch: Sequence[_Request]) -> Sequence[_Answer]:
        """One statement for all. When Postgres rejects it as a whole the requests are sent one by
        one, so that each fails for a reason of its own only, and what is committed stands."""
        answers: dict[ReservationId, _Answer] = {}
        seats = [(r.new.event_id, seat) for r in batch for seat in r.new.seats]
        together = len(set(seats)) == len(seats)
        while left := [r for r in batch if r.new.id not in answers]:
            sent = left if together else left[:1]
            try:
                answers |= await self._record_together(sent)
            except IntegrityConstraintViolationError as error:
                together = False
                if len(sent) == 1:
                    answers[sent[0].new.id] = _reason(error)
            except Exception as error:  # of these requests only
                answers |= {r.new.id: error for r in sent}
        return [answers[r.new.id] for r in batch]

    async def _record_together(self, batch: Sequence[_Request]) -> Mapping[ReservationId, _Answer]:
        """The answers to this batch, but for requests that have to be sent again."""
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


def _verdicts(batch: Sequence[_Request], rows: Sequence[Record]) -> Mapping[ReservationId, _Answer]:
    """The answer that each request would have had alone.

    Left out are those that were refused for the sake of earlier ones that came to nothing.
    """
    counted = {row["request_id"]: row for row in rows}
    recorded = {r.id: r for r in reservations_of(row for row in rows if row["id"] is not None)}
    taken = Counter[tuple[UserId, EventId]]()
    verdicts: dict[ReservationId, _Answer] = {}
    for request in batch:
        new, row, terms = request.new, counted[request.new.id], request.terms
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
            return NotSignedInError.no_account()
    broken: Exception = error
    return broken
