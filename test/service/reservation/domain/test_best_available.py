"""The best seats, by example and against a model that tries everything."""

import itertools
import time
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from src.service.reservation.domain.best_available import FreeSeats, _start_in_row
from src.service.shared_kernel.seating import SeatId, SeatingConfig, Section, SubsectionKey
from test.fake.people import seats

Seats = dict[SubsectionKey, bytes]


def best_available(config: SeatingConfig, seats: Seats, quantity: int) -> tuple[SeatId, ...] | None:
    """What one buyer gets who may have any of these seats."""
    return FreeSeats(config, seats).pick(tuple(seats), quantity)


def house(*subsections: str, sections: int = 1) -> tuple[SeatingConfig, Seats]:
    """Subsections drawn as rows of "0" (free) and other digits, separated by spaces."""
    rows = subsections[0].split()
    config = SeatingConfig(len(rows), len(rows[0]), _sections(len(subsections), sections))
    drawn = [subsection.replace(" ", "").encode() for subsection in subsections]
    return config, dict(zip(config.subsections, drawn, strict=True))


def _sections(subsections: int, sections: int) -> tuple[Section, ...]:
    return tuple(Section(name, 1, subsections // sections) for name in "ABC"[:sections])


@pytest.mark.parametrize(
    ("subsections", "quantity", "best"),
    [
        # Adjacent, nearest to the middle of the first row that is not left with a single seat.
        (["00000 00000"], 1, "A-1-1-3"),
        (["00000 00000"], 3, "A-1-1-1 A-1-1-2 A-1-1-3"),
        (["0000"], 2, "A-1-1-1 A-1-1-2"),
        (["000000"], 2, "A-1-1-3 A-1-1-4"),
        (["0000000"], 3, "A-1-1-3 A-1-1-4 A-1-1-5"),
        (["0000 0000"], 1, "A-1-1-1"),
        (["00 11", "01 11"], 1, "A-2-1-1"),
        (["10000 00000"], 5, "A-1-2-1 A-1-2-2 A-1-2-3 A-1-2-4 A-1-2-5"),
        (["00200 00000"], 2, "A-1-1-1 A-1-1-2"),
        (["111 000", "111 100"], 2, "A-2-2-2 A-2-2-3"),
        # Adjacent, although a single seat is left.
        (["111 000", "111 000"], 2, "A-1-2-1 A-1-2-2"),
        (["00 11"], 1, "A-1-1-1"),
        # In the fewest rows, and there in the fewest runs.
        (["110 011"], 2, "A-1-1-3 A-1-2-1"),
        (["010 010 000"], 5, "A-1-1-1 A-1-1-3 A-1-3-1 A-1-3-2 A-1-3-3"),
        (["01", "01"], 2, "A-1-1-1 A-2-1-1"),
        (["01010 00111 00111"], 4, "A-1-2-1 A-1-2-2 A-1-3-1 A-1-3-2"),
        (["00100 00111 00111"], 4, "A-1-1-1 A-1-1-2 A-1-1-4 A-1-1-5"),
        (["00010 00011 11111"], 4, "A-1-1-1 A-1-1-2 A-1-1-3 A-1-1-5"),
        (["012"], 2, None),
        (["000"], 4, None),
    ],
)
def test_by_example(subsections: list[str], quantity: int, best: str | None) -> None:
    config, state = house(*subsections)

    assert best_available(config, state, quantity) == (None if best is None else seats(best))


@pytest.mark.parametrize(
    ("sections", "quantity", "best"),
    [
        # In the first section that has room for all.
        (["101", "010"], 2, "B-1-1-1 B-1-1-3"),
        (["10 01", "00 00"], 2, "B-1-1-1 B-1-1-2"),
        # In as few sections as there can be.
        (["101", "010", "111"], 3, "A-1-1-2 B-1-1-1 B-1-1-3"),
        (["0111", "0011", "0110"], 4, "B-1-1-1 B-1-1-2 C-1-1-1 C-1-1-4"),
    ],
)
def test_across_sections(sections: list[str], quantity: int, best: str) -> None:
    config, state = house(*sections, sections=len(sections))

    found = best_available(config, state, quantity)

    assert found is not None
    assert sorted(found) == sorted(seats(best))


@st.composite
def houses(draw: st.DrawFn) -> tuple[SeatingConfig, Seats]:
    rows, cols, subsections = (draw(st.integers(1, most)) for most in (3, 7, 2))
    sections = draw(st.integers(1, 3))
    config = SeatingConfig(rows, cols, _sections(subsections * sections, sections))
    status = st.sampled_from([*draw(st.sampled_from([b"00001", b"001", b"01112"]))])
    subsection = st.lists(status, min_size=rows * cols, max_size=rows * cols).map(bytes)
    return config, {key: draw(subsection) for key in config.subsections}


def free_seats(config: SeatingConfig, state: Seats) -> list[SeatId]:
    return [
        config.seat_at(subsection, index)
        for subsection, codes in state.items()
        for index, code in enumerate(codes)
        if code == ord("0")
    ]


def runs_of(chosen: Iterable[SeatId]) -> list[list[SeatId]]:
    """Adjacent seats together."""
    runs: list[list[SeatId]] = []
    for seat in sorted(chosen):
        if runs and runs[-1][-1] == seat._replace(seat=seat.seat - 1):
            runs[-1].append(seat)
        else:
            runs.append([seat])
    return runs


def singles_beside(free: Iterable[SeatId], chosen: Iterable[SeatId]) -> int:
    """How many free seats have none beside them any more that had one before."""
    before, after = runs_of(free), runs_of(set(free) - set(chosen))
    alone = {run[0] for run in before if len(run) == 1}
    return sum(len(run) == 1 and run[0] not in alone for run in after)


def rows_of(chosen: Iterable[SeatId]) -> set[tuple[object, ...]]:
    return {seat[:3] for seat in chosen}


def ways(free: list[SeatId], quantity: int) -> list[tuple[SeatId, ...]]:
    """Every way in which so many seats can be adjacent, in layout order."""
    return [
        tuple(run[start : start + quantity])
        for run in runs_of(free)
        for start in range(len(run) - quantity + 1)
    ]


def off_centre(config: SeatingConfig, run: Sequence[SeatId]) -> float:
    return abs((run[0].seat + run[-1].seat) / 2 - (config.cols + 1) / 2)


@given(houses(), st.integers(1, 6))
def test_adjacent_as_a_model_that_tries_everything(
    arranged: tuple[SeatingConfig, Seats], quantity: int
) -> None:
    config, state = arranged
    free = free_seats(config, state)
    adjacent = ways(free, quantity)
    assume(adjacent)

    leaving_none = [way for way in adjacent if not singles_beside(free, way)]
    wanted = leaving_none or adjacent
    in_first_row = [way for way in wanted if rows_of(way) == rows_of(wanted[0])]
    best = best_available(config, state, quantity)

    assert best == min(in_first_row, key=lambda way: off_centre(config, way))


@given(houses(), st.integers(2, 5))
def test_scattered_as_a_model_that_tries_everything(
    arranged: tuple[SeatingConfig, Seats], quantity: int
) -> None:
    config, state = arranged
    free = free_seats(config, state)
    assume(not ways(free, quantity) and quantity <= len(free) <= 14)

    def badness(chosen: Sequence[SeatId]) -> tuple[int, int, int, int]:
        runs = runs_of(chosen)
        sections = len({seat.section for seat in chosen})
        return sections, len(rows_of(chosen)), len(runs), -min(map(len, runs))

    best = best_available(config, state, quantity)

    assert best is not None
    assert len(set(best)) == quantity
    assert {*best} <= {*free}
    least = min(map(badness, itertools.combinations(free, quantity)))
    if least[0] == 1:
        assert badness(best) == least
    else:
        assert badness(best)[0] == least[0]


@given(houses(), st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=8))
def test_picked_together_is_picked_one_after_the_other(
    arranged: tuple[SeatingConfig, Seats], wishes: list[tuple[int, int]]
) -> None:
    config, state = arranged
    together = FreeSeats(config, state)
    left = {subsection: bytearray(codes) for subsection, codes in state.items()}
    for quantity, part in wishes:
        sections = [section.name for section in config.sections]
        scope = tuple(
            key
            for key in config.subsections
            if part == 0 or key.section == sections[part % len(sections)]
        )
        alone = best_available(config, {key: bytes(left[key]) for key in scope}, quantity)

        assert together.pick(scope, quantity) == alone

        for seat in alone or ():
            assert left[seat.subsection_key][config.index_of(seat)] == ord("0")
            left[seat.subsection_key][config.index_of(seat)] = ord("1")


@pytest.mark.parametrize(
    ("rows", "cols", "subsections", "codes"),
    [
        (200, 500, 1, b"0"),  # nobody is there yet
        (1, 100_000, 1, b"01"),  # one row of single seats
        (50_000, 2, 1, b"01"),
        (100_000, 1, 1, b"0"),
        (10, 10, 1_000, b"0111001100"),
        (10, 10, 1_000, b"1111111101"),
        (10, 10, 1_000, b"1"),
    ],
)
@pytest.mark.parametrize("quantity", [1, 4, 10])
def test_the_largest_houses_do_not_take_long(
    rows: int, cols: int, subsections: int, codes: bytes, quantity: int
) -> None:
    """Some 30 times what it takes to look at each seat once, at most; to look at each for each of the
    others would be 100,000 times."""
    config = SeatingConfig(rows, cols, (Section("A", 1, subsections),))
    state = (codes * (rows * cols))[: rows * cols]
    seconds, yardstick = [], []
    for _ in range(3):  # the garbage of other tests may be collected in one of them
        free = FreeSeats(config, dict.fromkeys(config.subsections, state))
        began = time.process_time()
        found = free.pick(config.subsections, quantity)
        picked = time.process_time()
        assert sum(code == ord("0") for code in state) == state.count(b"0")
        seconds.append(picked - began)
        yardstick.append((time.process_time() - picked) * subsections)
        assert (found is None) == (codes == b"1")

    assert min(seconds) < 150 * min(yardstick)


def test_what_is_sold_is_not_looked_through_again_for_each_reading() -> None:
    config = SeatingConfig(25, 20, (Section("A", 1, 100),))
    codes = {key: bytearray(b"0" * 500) for key in config.subsections}
    free = FreeSeats(config, {key: bytes(seats) for key, seats in codes.items()})
    for _ in range(8_000):
        for seat in free.pick(config.subsections, 2) or ():
            codes[seat.subsection_key][config.index_of(seat)] = ord("2")
    known = _start_in_row.cache_info().misses

    free = FreeSeats(config, {key: bytes(seats) for key, seats in codes.items()})

    best = free.pick(config.subsections, 2)
    assert best is not None
    assert best[0].subsection > 40
    assert _start_in_row.cache_info().misses - known <= config.rows
