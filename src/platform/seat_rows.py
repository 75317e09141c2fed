"""Seats in PostgreSQL's rows, and the cursor of lists of reservations."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.seating import SeatId


def seat_columns(seats: Sequence[SeatId]) -> dict[str, list[str] | list[int]]:
    """Seats as the arrays that a statement takes."""
    return {
        "sections": [seat.section for seat in seats],
        "subsections": [seat.subsection for seat in seats],
        "rows": [seat.row for seat in seats],
        "seats": [seat.seat for seat in seats],
    }


def seat_of(row: Mapping[str, Any]) -> SeatId:
    return SeatId(row["section"], row["subsection"], row["row"], row["seat"])


def cursor_of(created_at: datetime, reservation_id: UUID) -> str:
    """The cursor of the page that begins after this reservation, newest first."""
    return f"{created_at.isoformat()}_{reservation_id}".replace("+00:00", "Z")


def parse_cursor(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    """What a list's statement takes. Raises InvalidInputError."""
    if cursor is None:
        return None, None
    created_at, _, reservation_id = cursor.partition("_")
    try:
        return datetime.fromisoformat(created_at).astimezone(UTC), UUID(reservation_id)
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(
            FieldError(("query", "cursor"), "is not a cursor of this list")
        ) from error
