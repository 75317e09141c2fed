"""What is rehearsed: how many people, how many seats, and when the sale opens."""

from dataclasses import dataclass

_ROW = 20
_ROWS_OF_A_SUBSECTION = 25


class RehearsalError(Exception):
    """The rehearsal cannot be held; the text says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """The terms of a waiting line, as the API takes them."""

    per_minute: int
    pass_seconds: int
    max_active: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`opens_in` is counted from when the event is made; nobody stays longer than `seconds` after the
    opening. Each buyer wants `each` seats."""

    watchers: int
    buyers: int
    seats: int
    each: int
    opens_in: float
    seconds: float
    line: Line | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Venue:
    """One section of `subsections` blocks of rows x cols."""

    subsections: int
    rows: int
    cols: int

    @classmethod
    def of(cls, seats: int) -> "Venue":
        """Room for so many, rounded up to whole rows; no subsection has more than 500 seats."""
        if seats <= _ROW:
            return cls(1, 1, seats)
        rows = -(-seats // _ROW)
        subsections = -(-rows // _ROWS_OF_A_SUBSECTION)
        while rows % subsections:
            subsections += 1
        return cls(subsections, rows // subsections, _ROW)

    @property
    def seats(self) -> int:
        return self.subsections * self.rows * self.cols

    def neighbours(self, number: int, count: int) -> list[str]:
        """The identifiers of `count` seats side by side, or fewer in a row that is shorter, somewhere
        that `number` (from 0) says."""
        row_number, col = divmod(number % self.seats, self.cols)
        subsection, row = divmod(row_number, self.rows)
        first = max(0, min(col, self.cols - count))
        last = min(self.cols, first + count)
        return [f"A-{subsection + 1}-{row + 1}-{seat + 1}" for seat in range(first, last)]
