"""Reservations as JSON keep to the schema that the API announces."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from src.service.reservation.domain.reservation import (
    Cancellation,
    Reservation,
    ReservedSeat,
)
from src.service.reservation.driving_adapter.schema.reservation_json import (
    reservation_body,
    reservations_body,
)
from src.service.reservation.driving_adapter.schema.reservation_schema import ReservationResponse
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatId, SeatStatus

CANCELLED_AT = datetime(2026, 1, 2, 9, tzinfo=UTC)


def reservation_in(
    status: ReservationStatus, cancellation: Cancellation | None = None
) -> Reservation:
    return Reservation(
        ReservationId(UUID(int=7)),
        EventId(3),
        UserId(5),
        status,
        (ReservedSeat(SeatId("搖滾區", 1, 2, 3), 800), ReservedSeat(SeatId('"B"', 2, 1, 1), 0)),
        datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        datetime(2026, 1, 2, 3, 19, 5, tzinfo=UTC),
        cancellation,
    )


@pytest.mark.parametrize("status", ReservationStatus)
def test_keeps_to_its_schema(status: ReservationStatus) -> None:
    reservation = reservation_in(status)

    body = reservation_body(reservation)

    answer = ReservationResponse.model_validate_json(body, strict=True)
    assert answer.model_dump_json(exclude_unset=True).encode() == body
    assert answer.id == reservation.id
    assert answer.status is status
    assert answer.total_price == 800
    assert answer.created_at == reservation.created_at
    assert answer.expires_at == reservation.expires_at
    assert [(s.seat_identifier, s.price) for s in answer.seats] == [
        ("搖滾區-1-2-3", 800),
        ('"B"-2-1-1', 0),
    ]


@pytest.mark.parametrize(
    ("status", "seats_are"),
    [
        (ReservationStatus.RESERVED, SeatStatus.RESERVED),
        (ReservationStatus.CONFIRMED, SeatStatus.SOLD),
        (ReservationStatus.RELEASED, SeatStatus.AVAILABLE),
        (ReservationStatus.EXPIRED, SeatStatus.AVAILABLE),
        (ReservationStatus.CANCELLED, SeatStatus.AVAILABLE),
    ],
)
def test_its_seats_are_as_its_status_says(status: ReservationStatus, seats_are: SeatStatus) -> None:
    seats = json.loads(reservation_body(reservation_in(status)))["seats"]

    assert [seat["status"] for seat in seats] == [seats_are.value] * 2


@pytest.mark.parametrize(
    ("reason", "says"), [(None, {}), ("Rained off", {"cancel_reason": "Rained off"})]
)
def test_a_cancelled_one_says_when_and_why(reason: str | None, says: dict[str, str]) -> None:
    kept = json.loads(reservation_body(reservation_in(ReservationStatus.CONFIRMED)))
    cancelled = reservation_in(ReservationStatus.CANCELLED, Cancellation(CANCELLED_AT, reason))

    body = json.loads(reservation_body(cancelled))

    assert {key: body[key] for key in body.keys() - kept.keys()} == {
        "cancelled_at": "2026-01-02T09:00:00Z",
        **says,
    }
    ReservationResponse.model_validate_json(reservation_body(cancelled), strict=True)


def test_many_are_a_list() -> None:
    held = reservation_in(ReservationStatus.RESERVED)

    assert reservations_body([held, held]) == b"[%b,%b]" % ((reservation_body(held),) * 2)
    assert reservations_body([]) == b"[]"
