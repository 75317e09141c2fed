"""The seats of a rehearsal."""

import pytest

from src.bootstrap.commands.rehearse.plan import Venue


@pytest.mark.parametrize("seats", [1, 7, 20, 40, 160, 500, 1000, 10_000, 100_000])
def test_there_are_as_many_seats_as_asked_for(seats: int) -> None:
    venue = Venue.of(seats)
    assert venue.seats == seats
    assert venue.rows * venue.cols <= 500


@pytest.mark.parametrize("seats", [21, 530, 1_059])
def test_rows_are_whole(seats: int) -> None:
    venue = Venue.of(seats)
    assert seats <= venue.seats < seats + 20
    assert venue.rows * venue.cols <= 500


def test_neighbours_are_side_by_side_within_a_row() -> None:
    venue = Venue(subsections=2, rows=2, cols=4)
    assert venue.neighbours(0, 2) == ["A-1-1-1", "A-1-1-2"]
    assert venue.neighbours(3, 2) == ["A-1-1-3", "A-1-1-4"]
    assert venue.neighbours(15, 3) == ["A-2-2-2", "A-2-2-3", "A-2-2-4"]
    assert venue.neighbours(16, 1) == ["A-1-1-1"]
    assert venue.neighbours(5, 9) == [f"A-1-2-{seat}" for seat in (1, 2, 3, 4)]
