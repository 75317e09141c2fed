"""The port to the system of record for reservations. Each call is one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from src.service.reservation.domain.errors import Opening
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.domain.reservation import Reservation
from src.service.shared_kernel.idempotency import IdempotencyKey
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.seating import SeatId, SeatStatus


@dataclass(frozen=True, slots=True)
class NewReservation:
    id: ReservationId
    event_id: EventId
    buyer_id: UserId
    seats: tuple[SeatId, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What Postgres says of a request before any seat is touched.

    `made` is the reservation that its idempotency key has made already. `first_ends_in` says when the
    first of the holds ends, None when there is none; `opens` when a sale opens that is yet to come;
    `admitted` whether the event's waiting line, if it has one, has let the buyer in.
    """

    made: Reservation | None
    account_exists: bool
    on_sale: bool
    held: int
    first_ends_in: timedelta | None
    opens: Opening | None = None
    admitted: bool = True


class HoldRefusedError(Exception):
    """The seats are not all available, or the event is not on sale. `statuses` are the seats' own."""

    def __init__(self, statuses: Mapping[SeatId, SeatStatus], *, on_sale: bool) -> None:
        super().__init__("the ledger refused the hold")
        self.statuses = statuses
        self.on_sale = on_sale


@dataclass(frozen=True, slots=True)
class Outcome:
    """A reservation after a request, and whether this request changed it."""

    reservation: Reservation
    changed: bool


class ReservationLedger(Protocol):
    """Raises StoreUnavailableError when nothing was done, OutcomeUnknownError when the answer to
    a commit was lost."""

    async def check(
        self, buyer_id: UserId, event_id: EventId, key: IdempotencyKey | None
    ) -> Standing:
        """Read, without a lock, what could make `record` refuse; changes nothing.

        Raises IdempotencyMismatchError when the key stands for another request.
        """
        ...

    async def record(
        self, new: NewReservation, terms: HoldTerms, key: IdempotencyKey | None
    ) -> Reservation:
        """Insert the reservation and reserve exactly its tickets, or raise HoldRefusedError.

        Raises TooManySeatsHeldError, which is exact whatever else is recorded at the same time,
        and IdempotencyInFlightError when another request has just used the key.
        """
        ...

    async def confirm(self, reservation_id: ReservationId, buyer_id: UserId) -> Outcome:
        """Sell the seats. Raises ReservationNotFoundError, or ReservationNotLiveError."""
        ...

    async def release(self, reservation_id: ReservationId, buyer_id: UserId) -> Outcome:
        """Free the seats. Raises ReservationNotFoundError, or ReservationNotLiveError."""
        ...

    async def release_seat(
        self, reservation_id: ReservationId, buyer_id: UserId, seat: SeatId
    ) -> EventId | None:
        """Free one seat of a hold; the last one ends it. Return the event, None when the seat had been
        given back before.

        Raises ReservationNotFoundError, SeatNotFoundError or ReservationNotLiveError.
        """
        ...

    async def cancel(
        self, reservation_id: ReservationId, seller_id: UserId, reason: str | None
    ) -> Outcome:
        """Free the seats that were sold, at an event of this seller. What is cancelled stays as it is.

        Raises ReservationNotFoundError, NotConfirmedError, EventOverError or TicketUsedError.
        """
        ...

    async def expire_due(self, limit: int) -> tuple[Reservation, ...]:
        """Expire at most `limit` reservations whose time is up; skip those that another instance has
        locked."""
        ...

    async def release_event(self, event_id: EventId) -> tuple[Reservation, ...]:
        """Release live reservations of the event, house seats among them, some thousand seats at a time;
        return them, none when none is left or another instance has just released the same."""
        ...

    async def mark_sold_out(self, event_id: EventId) -> bool:
        """Set the event sold out if no ticket is available; return whether it just became so."""
        ...

    async def find_by_key(self, buyer_id: UserId, key: IdempotencyKey) -> Reservation | None:
        """Return the reservation that this key made, as it was then.

        Raises IdempotencyMismatchError when the key stands for another request.
        """
        ...

    async def get(self, reservation_id: ReservationId, buyer_id: UserId) -> Reservation | None: ...

    async def has_seats(self, buyer_id: UserId, event_id: EventId) -> bool:
        """Whether the buyer has a reservation of the event that is live or confirmed."""
        ...

    async def page(self, buyer_id: UserId, *, limit: int, cursor: str | None) -> Page[Reservation]:
        """The buyer's own, newest first. Raises InvalidInputError for a cursor of another list."""
        ...
