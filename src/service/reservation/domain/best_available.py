"""Which seats to give to those who only say how many."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from src.service.reservation.domain.reservation import MAX_SEATS_PER_RESERVATION
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey

_FREE = SeatStatus.AVAILABLE.byte
_TAKEN = SeatStatus.RESERVED.byte
_RUNS = re.compile(re.escape(_FREE) + b"+")
# To a pick a seat is free or taken.
_AS_TAKEN = bytes.maketrans(SeatStatus.SOLD.byte, _TAKEN)
# What is found in subsections and rows of more seats is not kept: it would take too much memory.
_LARGEST_KNOWN = 1_000


class FreeSeats:
    """The seats of some subsections as one reading found them. Each pick takes its seats, so that no
    later one gets them; many are picked together as if one after the other.

    The best seats are, in this order:

    1. adjacent in one row, leaving no single free seat beside them: of the first subsection and row
       in layout order that has such, those nearest to the middle;
    2. adjacent in one row;
    3. in one section, in the fewest rows, and there in the fewest runs, so that nobody sits alone
       who need not;
    4. in the fewest sections.
    """

    def __init__(self, config: SeatingConfig, seats: Mapping[SubsectionKey, bytes]) -> None:
        """`seats` are in layout order."""
        self._config = config
        self._cols = config.cols
        self._subsections = tuple(seats)
        self._codes = bytearray().join(seats.values()).translate(_AS_TAKEN)
        self._place = {subsection: place for place, subsection in enumerate(seats)}
        # For a quantity, in a range of rows: no row before this one has what the first step wants.
        self._begin_at: dict[tuple[int, range], int] = {}

    def pick(
        self, subsections: Sequence[SubsectionKey], quantity: int
    ) -> tuple[SeatId, ...] | None:
        """Take the best free seats of these subsections, which follow one another in the layout.

        None, and nothing is taken, when there are not as many.
        """
        rows = self._rows_of(subsections)
        found = self._adjacent(rows, quantity)
        if found is None:
            if self._free_in(rows) < quantity:
                return None
            found = self._scattered(self._sections_of(subsections), quantity)
        self._take(found)
        return tuple(map(self._seat_at, found))

    def _take(self, places: Sequence[int]) -> None:
        for place in places:
            self._codes[place : place + 1] = _TAKEN
        # A row may have what the first step wants now that some of it is taken.
        for row in {place // self._cols for place in places}:
            for key, begin in self._begin_at.items():
                if key[1].start <= row < begin:
                    self._begin_at[key] = row

    def _rows_of(self, subsections: Sequence[SubsectionKey]) -> range:
        rows = self._config.rows
        first, last = self._place[subsections[0]], self._place[subsections[-1]]
        return range(first * rows, (last + 1) * rows)

    def _sections_of(self, subsections: Sequence[SubsectionKey]) -> list[range]:
        """The rows of each section."""
        sections = groupby(subsections, key=lambda subsection: subsection.section)
        return [self._rows_of(list(of_section)) for _, of_section in sections]

    def _free_in(self, rows: range) -> int:
        return self._codes.count(_FREE, rows.start * self._cols, rows.stop * self._cols)

    def _seat_at(self, place: int) -> SeatId:
        subsection, index = divmod(place, self._config.seats_per_subsection)
        return self._config.seat_at(self._subsections[subsection], index)

    # Steps 1 and 2.

    def _adjacent(self, rows: range, quantity: int) -> Sequence[int] | None:
        if quantity > self._cols:
            return None
        key = (quantity, rows)
        row = self._next_row(quantity, self._begin_at.get(key, rows.start), rows.stop)
        self._begin_at[key] = row
        if row < rows.stop:
            return self._nearest_to_middle(row, quantity, leaving_none=True)
        if (row := self._row_with(quantity, rows.start, rows.stop)) < rows.stop:
            return self._nearest_to_middle(row, quantity, leaving_none=False)
        return None

    def _next_row(self, quantity: int, row: int, stop: int) -> int:
        """The first row from this one on with what the first step wants; `stop` if there is none."""
        cols, rows = self._cols, self._config.rows
        small = rows * cols <= _LARGEST_KNOWN
        while row < stop:
            if small and row % rows == 0:
                # Much of a large event looks alike: what was sold from the front, and what is left there.
                found = _first_row(self._codes_of(row, rows), cols, quantity)
                if found is not None:
                    return row + found
                row += rows
            elif self._nearest_to_middle(row, quantity, leaving_none=True) is not None:
                return row
            else:
                row += 1
        return stop

    def _codes_of(self, row: int, rows: int) -> bytes:
        return bytes(self._codes[row * self._cols : (row + rows) * self._cols])

    def _row_with(self, quantity: int, row: int, stop: int) -> int:
        """The first row from this one on with so many adjacent free seats; `stop` if there is none."""
        run, cols = _FREE * quantity, self._cols
        place = row * cols
        while (place := self._codes.find(run, place, stop * cols)) >= 0:
            row, seat = divmod(place, cols)
            if seat + quantity <= cols:
                return row
            place = (row + 1) * cols  # that run goes on in the next row
        return stop

    def _nearest_to_middle(self, row: int, quantity: int, *, leaving_none: bool) -> range | None:
        find = _start_in_row if self._cols <= _LARGEST_KNOWN else _start_in_row.__wrapped__
        start = find(self._codes_of(row, 1), quantity, leaving_none)
        if start is None:
            return None
        first = row * self._cols + start
        return range(first, first + quantity)

    def _runs(self, row: int) -> Iterator[tuple[int, int]]:
        """Where each run of free seats of a row begins, and how long it is."""
        return _runs_in(self._codes, row * self._cols, (row + 1) * self._cols)

    # Steps 3 and 4: no row has so many adjacent free seats, or they are in several sections.

    def _scattered(self, sections: list[range], quantity: int) -> Sequence[int]:
        plans = [p for rows in sections if (p := self._fewest_rows(rows, quantity)) is not None]
        if plans:
            return self._places_of(min(plans, key=lambda plan: plan.cost))
        # The largest whole, until the rest fits into one.
        *_, largest = sorted(sections, key=lambda rows: (self._free_in(rows), -rows.start))
        found = [
            place for row in largest for at, n in self._runs(row) for place in range(at, at + n)
        ]
        rest = [rows for rows in sections if rows is not largest]
        return [*found, *self._best_of(rest, quantity - len(found))]

    def _best_of(self, sections: list[range], quantity: int) -> Sequence[int]:
        for rows in sections:
            if (found := self._adjacent(rows, quantity)) is not None:
                return found
        return self._scattered(sections, quantity)

    def _fewest_rows(self, rows: range, quantity: int) -> "_Plan | None":
        offers = self._offers(rows, quantity)
        counts = sorted((min(sum(runs), quantity) for runs, _ in offers), reverse=True)
        number, reach = 0, 0
        while reach < quantity:
            if number == len(counts):
                return None
            reach += counts[number]
            number += 1
        # With so few rows, each has to give at least what the largest others leave open.
        least = quantity - (reach - counts[number - 1])
        plans: list[dict[int, _Plan]] = [{0: _Plan()}, *({} for _ in range(number))]
        for runs, row in offers:
            if sum(runs) < least:
                continue
            for before, after in zip(reversed(plans[:-1]), reversed(plans[1:]), strict=True):
                for have, plan in before.items():
                    for more in range(1, min(sum(runs), quantity - have) + 1):
                        longer = plan.with_row(row, runs, more)
                        known = after.get(have + more)
                        if known is None or longer.cost < known.cost:
                            after[have + more] = longer
        return plans[-1][quantity]

    def _offers(self, rows: range, quantity: int) -> list[tuple[tuple[int, ...], int]]:
        """The lengths of the runs of each row, longest first, in layout order. Of rows that look the
        same, no more than could be of use."""
        offers = []
        alike: Counter[bytes] = Counter()
        codes, cols = bytes(self._codes), self._cols
        whole, enough = _FREE * cols, -(-quantity // cols)
        place, stop = rows.start * cols, rows.stop * cols
        while (place := codes.find(_FREE, place, stop)) >= 0:
            row = place // cols
            place = (row + 1) * cols
            seats = codes[row * cols : place]
            alike[seats] += 1
            if alike[seats] <= quantity:
                runs = sorted((length for _, length in self._runs(row)), reverse=True)
                offers.append((tuple(runs[:quantity]), row))
            if seats == whole and alike[seats] >= enough:
                break  # nothing is better than whole rows
        return offers

    def _places_of(self, plan: "_Plan") -> list[int]:
        found: list[int] = []
        for row, quantity in plan.rows:
            runs = sorted(self._runs(row), key=lambda run: -run[1])
            number, shortest = _split(tuple(n for _, n in runs), quantity)
            sizes = [shortest] * number
            for i, (_, length) in enumerate(runs[:number]):
                sizes[i] += min(length - shortest, quantity - sum(sizes))
            middle = row * self._cols + self._cols / 2
            for (first, length), size in zip(runs, sizes, strict=False):
                # From the end that is nearer to the middle.
                start = first if first + length / 2 > middle else first + length - size
                found += range(start, start + size)
        return sorted(found)


def _runs_in(codes: bytes | bytearray, start: int, stop: int) -> Iterator[tuple[int, int]]:
    for run in _RUNS.finditer(codes, start, stop):
        yield run.start(), run.end() - run.start()


@lru_cache(maxsize=2_000)
def _first_row(codes: bytes, cols: int, quantity: int) -> int | None:
    """Which row of a subsection, counted from 0, is the first with what the first step wants."""
    rows = range(len(codes) // cols)
    return next(
        (
            row
            for row in rows
            if _start_in_row(codes[row * cols : (row + 1) * cols], quantity, True) is not None
        ),
        None,
    )


@lru_cache(maxsize=5_000)
def _start_in_row(codes: bytes, quantity: int, leaving_none: bool) -> int | None:
    """Where in a row so many adjacent free seats begin, nearest to its middle; None without such."""
    middle = (len(codes) - quantity) / 2
    best: int | None = None
    for first, length in _runs_in(codes, 0, len(codes)):
        if length < quantity:
            continue
        start = _nearest_start(first, first + length - quantity, middle, leaving_none)
        if start is not None and (best is None or abs(start - middle) < abs(best - middle)):
            best = start
        if best is not None and first > middle:
            break  # the others are further away
    return best


def _nearest_start(first: int, last: int, middle: float, leaving_none: bool) -> int | None:
    """Where seats in a run of free ones begin: between `first` and `last`, the nearest to the middle.
    None when all places there are would leave a single seat."""
    near = min(max(int(middle), first), last)
    if not leaving_none or (near - first != 1 and last - near != 1):
        return near
    # Two places in a run leave a single seat: so the nearest that does not is among these.
    starts = [
        start
        for start in (near - 2, near - 1, near + 1, near + 2)
        if first <= start <= last and start - first != 1 and last - start != 1
    ]
    return min(starts, key=lambda start: (abs(start - middle), start), default=None)


@dataclass(frozen=True, slots=True)
class _Plan:
    """So many seats of each of some rows: in how many runs, and how long the shortest of them is."""

    rows: tuple[tuple[int, int], ...] = ()
    runs: int = 0
    shortest: int = MAX_SEATS_PER_RESERVATION

    @property
    def cost(self) -> tuple[int, int, int]:
        return len(self.rows), self.runs, -self.shortest

    def with_row(self, row: int, lengths: tuple[int, ...], quantity: int) -> "_Plan":
        number, shortest = _split(lengths, quantity)
        return _Plan(
            (*self.rows, (row, quantity)), self.runs + number, min(self.shortest, shortest)
        )


@lru_cache(maxsize=10_000)
def _split(lengths: tuple[int, ...], quantity: int) -> tuple[int, int]:
    """Into how few of these runs, longest first, so many seats fit, and how long the shortest part
    can be."""
    room = 0
    for number, length in enumerate(lengths, 1):
        room += length
        if room >= quantity:
            return number, min(length, quantity // number)
    raise ValueError("there are not so many seats")
