"""Reservations as PostgreSQL's rows have them, and the cursor of their list."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from uuid import UUID

from asyncpg import Record

from src.service.reservation.domain.reservation import (
    Cancellation,
    Reservation,
    ReservedSeat,
)
from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatId


def seat_columns(seats: Sequence[SeatId]) -> dict[str, list[str] | list[int]]:
    """Seats as the arrays that a statement takes."""
    return {
        "sections": [seat.section for seat in seats],
        "subsections": [seat.subsection for seat in seats],
        "rows": [seat.row for seat in seats],
        "seats": [seat.seat for seat in seats],
    }


def seat_of(row: Record) -> SeatId:
    return SeatId(row["section"], row["subsection"], row["row"], row["seat"])


def reservations_of(
    rows: Iterable[Record], status: ReservationStatus | None = None
) -> tuple[Reservation, ...]:
    """The reservations of these rows, of which there is one for each seat.

    They come in the order of their first rows, their seats in layout order. They have this `status`
    where it is given, whatever the rows say.
    """
    rows_of: dict[UUID, list[Record]] = {}
    for row in rows:
        rows_of.setdefault(row["id"], []).append(row)
    return tuple(_reservation(own, status) for own in rows_of.values())


def _reservation(rows: list[Record], status: ReservationStatus | None) -> Reservation:
    rows.sort(key=itemgetter("ticket_id"))
    first = rows[0]
    return Reservation(
        ReservationId(first["id"]),
        EventId(first["event_id"]),
        UserId(first["buyer_id"]),
        status or ReservationStatus(first["status"]),
        tuple(ReservedSeat(seat_of(row), row["price"]) for row in rows),
        first["created_at"],
        first["expires_at"],
        None if status else _cancellation(first),
    )


def _cancellation(row: Record) -> Cancellation | None:
    # Only statements that may meet a cancelled one read these columns.
    at = row.get("cancelled_at")
    return None if at is None else Cancellation(at, row["cancel_reason"])


def cursor_after(reservation: Reservation) -> str:
    """The cursor of the page that begins after this reservation."""
    return f"{reservation.created_at.isoformat()}_{reservation.id}".replace("+00:00", "Z")


def parse_cursor(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    """What the list's statement takes. Raises InvalidInputError."""
    if cursor is None:
        return None, None
    created_at, _, reservation_id = cursor.partition("_")
    try:
        return datetime.fromisoformat(created_at).astimezone(UTC), UUID(reservation_id)
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(
            FieldError(("query", "cursor"), "is not a cursor of this list")
        ) from error
