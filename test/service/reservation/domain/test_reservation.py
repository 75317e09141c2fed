"""What a buyer may ask for."""

from uuid import UUID

import pytest

from src.service.reservation.domain.reservation import (
    BestAvailable,
    NamedSeats,
    Reservation,
    ReservedSeat,
)
from src.service.shared_kernel.errors import InvalidInputError
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatStatus, SubsectionKey
from test.fake.people import HOUSE, NOW, seat, seats


def broken(refused: pytest.ExceptionInfo[InvalidInputError]) -> list[tuple[str | int, ...]]:
    return [error.loc for error in refused.value.errors]


class TestNamedSeats:
    def test_are_kept_in_the_order_asked_for(self) -> None:
        assert NamedSeats.checked(["B-1-2-3", "A-1-1-1"]).seats == seats("B-1-2-3 A-1-1-1")

    def test_may_be_ten(self) -> None:
        assert len(NamedSeats.checked([f"A-1-1-{n}" for n in range(1, 11)]).seats) == 10

    @pytest.mark.parametrize("number", [0, 11])
    def test_are_from_one_to_ten(self, number: int) -> None:
        with pytest.raises(InvalidInputError) as refused:
            NamedSeats.checked([f"A-1-1-{n}" for n in range(1, number + 1)])

        assert broken(refused) == [("seats",)]

    def test_each_bad_name_is_named(self) -> None:
        with pytest.raises(InvalidInputError) as refused:
            NamedSeats.checked(["A-1-1-1", "nonsense", "A-1-1-1", "A-0-1-1"])

        assert broken(refused) == [("seats", 1), ("seats", 2), ("seats", 3)]

    def test_that_the_house_has_not_are_named(self) -> None:
        wanted = NamedSeats(seats("A-1-1-1 A-3-1-1 A-1-1-4 Z-1-1-1"))

        with pytest.raises(InvalidInputError) as refused:
            wanted.require_in(HOUSE)

        assert broken(refused) == [("seats", 1), ("seats", 2), ("seats", 3)]


class TestBestAvailable:
    @pytest.mark.parametrize("quantity", [-1, 0, 11])
    def test_is_from_one_to_ten_seats(self, quantity: int) -> None:
        with pytest.raises(InvalidInputError) as refused:
            BestAvailable.checked(quantity, None, None)

        assert broken(refused) == [("quantity",)]

    def test_a_subsection_needs_its_section(self) -> None:
        with pytest.raises(InvalidInputError) as refused:
            BestAvailable.checked(1, None, 2)

        assert broken(refused) == [("section",)]

    @pytest.mark.parametrize(
        ("wanted", "subsections"),
        [
            (BestAvailable(1), [("A", 1), ("A", 2), ("B", 1)]),
            (BestAvailable(1, "A"), [("A", 1), ("A", 2)]),
            (BestAvailable(1, "A", 2), [("A", 2)]),
        ],
    )
    def test_looks_in_the_part_asked_for(
        self, wanted: BestAvailable, subsections: list[tuple[str, int]]
    ) -> None:
        assert wanted.subsections_of(HOUSE) == tuple(
            SubsectionKey(*subsection) for subsection in subsections
        )

    @pytest.mark.parametrize(
        ("wanted", "field"),
        [(BestAvailable(1, "Z"), "section"), (BestAvailable(1, "B", 2), "subsection")],
    )
    def test_a_part_that_the_house_has_not_is_refused(
        self, wanted: BestAvailable, field: str
    ) -> None:
        with pytest.raises(InvalidInputError) as refused:
            wanted.subsections_of(HOUSE)

        assert broken(refused) == [(field,)]


class TestReservation:
    def test_costs_the_sum_of_its_seats(self) -> None:
        reservation = Reservation(
            ReservationId(UUID(int=1)),
            EventId(1),
            UserId(1),
            ReservationStatus.RESERVED,
            (ReservedSeat(seat("A-1-1-1"), 2000), ReservedSeat(seat("B-1-1-1"), 0)),
            NOW,
            NOW,
        )

        assert reservation.total_price == 2000
        assert reservation.seat_ids == seats("A-1-1-1 B-1-1-1")

    @pytest.mark.parametrize(
        ("status", "seat_status"),
        [
            (ReservationStatus.RESERVED, SeatStatus.RESERVED),
            (ReservationStatus.CONFIRMED, SeatStatus.SOLD),
            (ReservationStatus.RELEASED, SeatStatus.AVAILABLE),
            (ReservationStatus.EXPIRED, SeatStatus.AVAILABLE),
        ],
    )
    def test_its_status_says_what_its_seats_are(
        self, status: ReservationStatus, seat_status: SeatStatus
    ) -> None:
        assert status.seat_status is seat_status
