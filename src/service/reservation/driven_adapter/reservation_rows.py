"""Reservations as PostgreSQL's rows have them."""

from collections.abc import Iterable
from operator import itemgetter
from uuid import UUID

from asyncpg import Record

from src.platform.seat_rows import seat_of
from src.service.reservation.domain.reservation import (
    Cancellation,
    Reservation,
    ReservedSeat,
)
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus


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
