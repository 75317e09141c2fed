"""The best seats, by example and against a model that tries everything."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.service.reservation.domain.best_available import best_available
from src.service.shared_kernel.seating import SeatId, SeatingConfig, Section, SubsectionKey
from test.fake.people import seats

Seats = dict[SubsectionKey, bytes]


def house(*subsections: str) -> tuple[SeatingConfig, Seats]:
    """Subsections drawn as rows of "0" (free) and other digits, separated by spaces."""
    rows = subsections[0].split()
    config = SeatingConfig(len(rows), len(rows[0]), (Section("A", 1, len(subsections)),))
    drawn = [subsection.replace(" ", "").encode() for subsection in subsections]
    return config, dict(zip(config.subsections, drawn, strict=True))


@pytest.mark.parametrize(
    ("subsections", "quantity", "best"),
    [
        (["00000 00000"], 1, "A-1-1-3"),
        (["00000 00000"], 3, "A-1-1-2 A-1-1-3 A-1-1-4"),
        (["0000 0000"], 1, "A-1-1-2"),
        (["10000 00000"], 5, "A-1-2-1 A-1-2-2 A-1-2-3 A-1-2-4 A-1-2-5"),
        (["00200 00000"], 2, "A-1-1-1 A-1-1-2"),
        (["111 111", "111 100"], 2, "A-2-2-2 A-2-2-3"),
        (["110 011"], 2, "A-1-1-3 A-1-2-1"),
        (["010 010 000"], 5, "A-1-3-1 A-1-3-2 A-1-3-3 A-1-1-1 A-1-1-3"),
        (["01", "01"], 2, "A-1-1-1 A-2-1-1"),
        (["012"], 2, None),
        (["000"], 4, None),
    ],
)
def test_by_example(subsections: list[str], quantity: int, best: str | None) -> None:
    config, state = house(*subsections)

    assert best_available(config, state, quantity) == (None if best is None else seats(best))


@st.composite
def houses(draw: st.DrawFn) -> tuple[SeatingConfig, Seats]:
    rows, cols, subsections = (draw(st.integers(1, most)) for most in (3, 6, 3))
    config = SeatingConfig(rows, cols, (Section("A", 1, subsections),))
    status = st.sampled_from([*b"000", *b"12"])
    subsection = st.lists(status, min_size=rows * cols, max_size=rows * cols).map(bytes)
    return config, {key: draw(subsection) for key in config.subsections}


def free_rows(config: SeatingConfig, state: Seats) -> list[list[SeatId]]:
    """The free seats of each row that has any, in layout order."""
    free = [
        config.seat_at(subsection, index)
        for subsection, codes in state.items()
        for index, code in enumerate(codes)
        if code == ord("0")
    ]
    return [list(row) for _, row in itertools.groupby(free, key=lambda seat: seat[:3])]


def fewest_rows(rows: list[list[SeatId]], quantity: int) -> int:
    """Try every set of rows."""
    return next(
        number
        for number in range(1, len(rows) + 1)
        for chosen in itertools.combinations(rows, number)
        if sum(map(len, chosen)) >= quantity
    )


def off_centre(config: SeatingConfig, run: tuple[SeatId, ...]) -> float:
    return abs((run[0].seat + run[-1].seat) / 2 - (config.cols + 1) / 2)


@given(houses(), st.integers(1, 10))
def test_as_a_model_that_tries_everything(
    arranged: tuple[SeatingConfig, Seats], quantity: int
) -> None:
    config, state = arranged
    rows = free_rows(config, state)
    runs = [
        tuple(row[start : start + quantity])
        for row in rows
        for start in range(len(row) - quantity + 1)
        if row[start + quantity - 1].seat - row[start].seat == quantity - 1
    ]

    best = best_available(config, state, quantity)

    if sum(map(len, rows)) < quantity:
        assert best is None
    elif runs:
        front = [run for run in runs if run[0][:3] == runs[0][0][:3]]
        assert best == min(front, key=lambda run: off_centre(config, run))
    else:
        assert best is not None
        assert len(set(best)) == quantity
        assert {seat for row in rows for seat in row} >= set(best)
        assert len({seat[:3] for seat in best}) == fewest_rows(rows, quantity)
