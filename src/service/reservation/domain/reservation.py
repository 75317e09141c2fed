"""A buyer's claim on seats: held for a while, then confirmed, released or expired."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from src.service.reservation.domain.errors import (
    EventOverError,
    ReservationNotLiveError,
    SeatNotFoundError,
    TicketUsedError,
)
from src.service.shared_kernel.errors import (
    FieldError,
    InvalidInputError,
    NotConfirmedError,
    ReservationNotFoundError,
)
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SubsectionKey
from src.service.shared_kernel.text import clean_description, nfc

MAX_SEATS_PER_RESERVATION = 10
MAX_CANCEL_REASON = 500


@dataclass(frozen=True, slots=True)
class ReservedSeat:
    """A seat and the price it has in this reservation."""

    seat: SeatId
    price: int


@dataclass(frozen=True, slots=True)
class Cancellation:
    """When a seller cancelled a sale, and why if they said so."""

    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Reservation:
    """`expires_at` is None for house seats, which have no end."""

    id: ReservationId
    event_id: EventId
    buyer_id: UserId
    status: ReservationStatus
    seats: tuple[ReservedSeat, ...]
    created_at: datetime
    expires_at: datetime | None
    cancellation: Cancellation | None = None

    @property
    def total_price(self) -> int:
        return sum(held.price for held in self.seats)

    @property
    def seat_ids(self) -> tuple[SeatId, ...]:
        return tuple(held.seat for held in self.seats)

    @property
    def is_house(self) -> bool:
        """Whether it is a seller's own, off sale until it is freed."""
        return self.expires_at is None

    def is_live(self, now: datetime) -> bool:
        """Whether its seats are held, and its time is not up."""
        ended = self.expires_at is not None and self.expires_at <= now
        return self.status is ReservationStatus.RESERVED and not ended

    def require_confirmed(self) -> None:
        """Raise ReservationNotLiveError unless it is confirmed: then it can be no more."""
        if self.status is ReservationStatus.CONFIRMED:
            return
        why = (
            "its time is up or the event is over"
            if self.status is ReservationStatus.RESERVED
            else f"it is {self.status}"
        )
        raise ReservationNotLiveError(f"The reservation can no longer be confirmed: {why}.")

    def require_not_sold(self) -> None:
        """Raise ReservationNotLiveError when it is confirmed, or was: then it cannot be released."""
        if self.status is ReservationStatus.CONFIRMED:
            raise ReservationNotLiveError("The reservation is confirmed: its seats are sold.")
        if self.status is ReservationStatus.CANCELLED:
            raise ReservationNotLiveError("The reservation was confirmed, and then cancelled.")

    def require_given_back(self, seat: SeatId, earlier: Collection[SeatId]) -> None:
        """Raise SeatNotFoundError unless it had this seat, ReservationNotLiveError unless the seat was
        given back, with the others or as one of those that were `earlier`."""
        if seat in earlier:
            return
        if seat not in self.seat_ids:
            raise SeatNotFoundError(f"The reservation has no seat {seat}.")
        self.require_not_sold()
        if self.status is ReservationStatus.EXPIRED:
            raise ReservationNotLiveError("The reservation's time is up.")

    def require_cancelled(self, *, event_is_open: bool, used: bool) -> None:
        """Raise the reason why it could not be cancelled unless it is so already. `used` says that a
        ticket of it was used at the door."""
        if self.status is ReservationStatus.CANCELLED:
            return
        if self.status is not ReservationStatus.CONFIRMED:
            raise NotConfirmedError(f"The reservation is {self.status}, not confirmed.")
        if not event_is_open:
            raise EventOverError
        if used:
            raise TicketUsedError
        raise NotConfirmedError("The reservation was not confirmed yet.")


def cancel_reason(reason: str | None) -> str | None:
    """Return the reason as it is kept, or raise InvalidInputError."""
    if reason is None:
        return None
    return clean_description("reason", reason, limit=MAX_CANCEL_REASON)


def existing_reservation(found: Reservation | None, reservation_id: ReservationId) -> Reservation:
    """Return what was found of this buyer's, or raise ReservationNotFoundError."""
    if found is None:
        raise ReservationNotFoundError(f"You have no reservation {reservation_id}.")
    return found


@dataclass(frozen=True, slots=True)
class NamedSeats:
    """A request for exactly these seats."""

    seats: tuple[SeatId, ...]

    @classmethod
    def checked(
        cls, identifiers: Sequence[str], *, most: int = MAX_SEATS_PER_RESERVATION
    ) -> "NamedSeats":
        """Return the request, or raise InvalidInputError naming each bad identifier."""
        if not identifiers:
            raise InvalidInputError(FieldError(("seats",), "must have at least 1 item"))
        if len(identifiers) > most:
            raise InvalidInputError(FieldError(("seats",), f"must have at most {most:,} items"))
        seats: dict[SeatId, None] = {}
        errors: list[FieldError] = []
        for index, identifier in enumerate(identifiers):
            seat = SeatId.parse(identifier)
            if seat is None:
                errors.append(FieldError(("seats", index), "must look like A-1-2-3"))
            elif seat in seats:
                errors.append(FieldError(("seats", index), "is named twice"))
            else:
                seats[seat] = None
        if errors:
            raise InvalidInputError(*errors)
        return cls(tuple(seats))

    @property
    def quantity(self) -> int:
        return len(self.seats)

    def require_in(self, config: SeatingConfig) -> None:
        """Raise InvalidInputError when the event has no such seat."""
        unknown = [
            FieldError(("seats", index), f"the event has no seat {seat}")
            for index, seat in enumerate(self.seats)
            if not config.has_seat(seat)
        ]
        if unknown:
            raise InvalidInputError(*unknown)


@dataclass(frozen=True, slots=True)
class BestAvailable:
    """A request for this many seats, as good as can be had, in a part of the house or all of it."""

    quantity: int
    section: str | None = None
    subsection: int | None = None

    @classmethod
    def checked(cls, quantity: int, section: str | None, subsection: int | None) -> "BestAvailable":
        if not 1 <= quantity <= MAX_SEATS_PER_RESERVATION:
            raise InvalidInputError(
                FieldError(("quantity",), f"must be from 1 to {MAX_SEATS_PER_RESERVATION}")
            )
        if subsection is not None and section is None:
            raise InvalidInputError(FieldError(("section",), "is needed with a subsection"))
        return cls(quantity, None if section is None else nfc(section), subsection)

    def require_in(self, config: SeatingConfig) -> None:
        """Raise InvalidInputError when the event has no such part."""
        self.subsections_of(config)

    def subsections_of(self, config: SeatingConfig) -> tuple[SubsectionKey, ...]:
        """The subsections to pick from, in layout order. Raise InvalidInputError when there is none."""
        if self.section is None:
            return config.subsections
        subsections = tuple(
            subsection
            for subsection in config.subsections
            if subsection.section == self.section and self.subsection in (None, subsection.number)
        )
        if not subsections:
            field = "section" if self.subsection is None else "subsection"
            raise InvalidInputError(FieldError((field,), "the event has no such part"))
        return subsections
