"""Reservations as JSON, in the shape of ReservationResponse."""

from collections.abc import Iterable

import orjson

from src.platform.http.seats import seat_json
from src.service.reservation.domain.reservation import Reservation


def reservation_body(reservation: Reservation) -> bytes:
    return orjson.dumps(_reservation(reservation), option=orjson.OPT_UTC_Z)


def reservations_body(reservations: Iterable[Reservation]) -> bytes:
    return orjson.dumps([_reservation(r) for r in reservations], option=orjson.OPT_UTC_Z)


def _reservation(reservation: Reservation) -> dict[str, object]:
    status = reservation.status.seat_status
    body: dict[str, object] = {
        "id": str(reservation.id),
        "event_id": reservation.event_id,
        "buyer_id": reservation.buyer_id,
        "status": reservation.status.value,
        "seats": [
            seat_json(reservation.event_id, held.seat, held.price, status)
            for held in reservation.seats
        ],
        "total_price": reservation.total_price,
        "expires_at": reservation.expires_at,
        "created_at": reservation.created_at,
    }
    if reservation.cancellation is not None:
        body["cancelled_at"] = reservation.cancellation.at
        if reservation.cancellation.reason is not None:
            body["cancel_reason"] = reservation.cancellation.reason
    return body
