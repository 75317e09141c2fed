"""The seats of an event: its compact configuration and the identity and order of each seat."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Self

from src.service.shared_kernel.errors import (
    FieldError,
    InvalidInputError,
    SubsectionNotFoundError,
)
from src.service.shared_kernel.text import looks_of, name_problem, nfc, tidy_name

MAX_PRICE = 10_000_000
# Rows, seats in a row, subsections of a section: far beyond any limit of an event, so that what a
# client sends can be multiplied and written out.
MAX_COUNT = 1_000_000
MAX_SECTION_NAME = 32
# As many as the code of a ticket can name.
MOST_SEATS = 1 << 20


class SeatStatus(StrEnum):
    """A seat's state. `code` is the byte that Kvrocks holds for it, `byte` the same as bytes."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    SOLD = "sold"

    @property
    def code(self) -> int:
        return _CODE_OF[self]

    @property
    def byte(self) -> bytes:
        return bytes((self.code,))

    @classmethod
    def from_code(cls, code: int) -> "SeatStatus":
        return STATUS_OF_CODE[code]


STATUS_OF_CODE = {
    ord("0"): SeatStatus.AVAILABLE,
    ord("1"): SeatStatus.RESERVED,
    ord("2"): SeatStatus.SOLD,
}
_CODE_OF = {status: code for code, status in STATUS_OF_CODE.items()}


class SubsectionKey(NamedTuple):
    """One subsection of rows x cols seats: its section's name and its number there, from 1."""

    section: str
    number: int

    @classmethod
    def named(cls, section: str, number: int) -> "SubsectionKey":
        """The subsection that a client names, whose keyboard may spell the section another way."""
        return cls(nfc(section), number)


_IDENTIFIER = re.compile(
    r"(.{1,32})-([1-9][0-9]{0,6})-([1-9][0-9]{0,6})-([1-9][0-9]{0,6})", re.DOTALL
)


class SeatId(NamedTuple):
    """One seat, written SECTION-SUBSECTION-ROW-SEAT, as in "A-1-2-3"."""

    section: str
    subsection: int
    row: int
    seat: int

    @property
    def subsection_key(self) -> SubsectionKey:
        return SubsectionKey(self.section, self.subsection)

    def __str__(self) -> str:
        return f"{self.section}-{self.subsection}-{self.row}-{self.seat}"

    @classmethod
    def parse(cls, identifier: str) -> "SeatId | None":
        """Return the seat that `identifier` names, or None when it is not of that form."""
        match = _IDENTIFIER.fullmatch(nfc(identifier))
        if match is None:
            return None
        section, subsection, row, seat = match.groups()
        return cls(section, int(subsection), int(row), int(seat))


@dataclass(frozen=True, slots=True)
class Section:
    """A named part of the house with one price, in `subsections` parts of equal size."""

    name: str
    price: int
    subsections: int


@dataclass(frozen=True, slots=True)
class SeatingLimits:
    """The most that an event may have. Subsections have a limit of their own, because each is an
    entry in every count of the event, however few seats it has."""

    seats: int = 100_000
    subsections: int = 2_000


@dataclass(frozen=True)
class SeatingConfig:
    """Every section has the same rows x cols in each of its subsections.

    The *layout order* of seats - sections as given, subsections by number, then row by row - is
    the order of the tickets' ids and of the bytes in Kvrocks.
    """

    rows: int
    cols: int
    sections: tuple[Section, ...]

    @classmethod
    def checked(
        cls, rows: int, cols: int, sections: tuple[Section, ...], *, limits: SeatingLimits
    ) -> Self:
        """Return the configuration, or raise InvalidInputError naming every broken rule."""
        errors: list[FieldError] = []

        def require(holds: bool, msg: str, *loc: str | int) -> None:
            if not holds:
                errors.append(FieldError(("seating_config", *loc), msg))

        def require_between(least: int, number: int, most: int, *loc: str | int) -> None:
            require(number >= least, f"must be at least {least:,}", *loc)
            require(number <= most, f"must be at most {most:,}", *loc)

        require_between(1, rows, MAX_COUNT, "rows")
        require_between(1, cols, MAX_COUNT, "cols")
        require(len(sections) >= 1, "must have at least 1 item", "sections")
        tidy = tuple(Section(tidy_name(s.name), s.price, s.subsections) for s in sections)
        known: set[str] = set()
        for index, section in enumerate(tidy):
            at = ("sections", index)
            problem = section_name_problem(section.name)
            require(problem is None, problem or "", *at, "name")
            looks = looks_of(section.name)
            require(looks not in known, "is used by another section", *at, "name")
            known.add(looks)
            require_between(0, section.price, MAX_PRICE, *at, "price")
            require_between(1, section.subsections, MAX_COUNT, *at, "subsections")
        if not errors:
            subsections = sum(s.subsections for s in tidy)
            seats = rows * cols * subsections
            require(
                seats <= limits.seats,
                f"makes {seats:,} seats; an event has at most {limits.seats:,}",
            )
            require(
                subsections <= limits.subsections,
                f"makes {subsections:,} subsections; an event has at most {limits.subsections:,}",
            )
        if errors:
            raise InvalidInputError(*errors)
        return cls(rows, cols, tidy)

    @property
    def seats_per_subsection(self) -> int:
        return self.rows * self.cols

    @property
    def total_seats(self) -> int:
        return self.seats_per_subsection * len(self.subsections)

    @cached_property
    def subsections(self) -> tuple[SubsectionKey, ...]:
        """Every subsection, in layout order."""
        return tuple(
            SubsectionKey(section.name, number)
            for section in self.sections
            for number in range(1, section.subsections + 1)
        )

    @cached_property
    def _section_by_name(self) -> dict[str, Section]:
        return {section.name: section for section in self.sections}

    def price_of(self, section: str) -> int:
        return self._section_by_name[section].price

    def has_subsection(self, subsection: SubsectionKey) -> bool:
        section = self._section_by_name.get(subsection.section)
        return section is not None and 1 <= subsection.number <= section.subsections

    def require_subsection(self, subsection: SubsectionKey) -> None:
        """Raise SubsectionNotFoundError unless the event has this subsection."""
        if not self.has_subsection(subsection):
            raise SubsectionNotFoundError(
                f"There is no subsection {subsection.section}-{subsection.number}."
            )

    def has_seat(self, seat: SeatId) -> bool:
        return (
            self.has_subsection(seat.subsection_key)
            and 1 <= seat.row <= self.rows
            and 1 <= seat.seat <= self.cols
        )

    def index_of(self, seat: SeatId) -> int:
        """The seat's place in its subsection's bytes, from 0."""
        return (seat.row - 1) * self.cols + seat.seat - 1

    def place_of(self, seat: SeatId) -> int:
        """The seat's place in the event, in layout order, from 0."""
        return self._first_places[seat.subsection_key] + self.index_of(seat)

    def seat_in_place(self, place: int) -> SeatId | None:
        """The seat in this place of the event; None when there is none."""
        number, index = divmod(place, self.seats_per_subsection)
        if not 0 <= number < len(self.subsections):
            return None
        return self.seat_at(self.subsections[number], index)

    @cached_property
    def _first_places(self) -> dict[SubsectionKey, int]:
        size = self.seats_per_subsection
        return {subsection: n * size for n, subsection in enumerate(self.subsections)}

    def seat_at(self, subsection: SubsectionKey, index: int) -> SeatId:
        row, seat = divmod(index, self.cols)
        return SeatId(subsection.section, subsection.number, row + 1, seat + 1)

    def seats(self) -> Iterator[SeatId]:
        """Every seat, in layout order."""
        rows, cols = range(1, self.rows + 1), range(1, self.cols + 1)
        for section, number in self.subsections:
            for row in rows:
                for seat in cols:
                    yield SeatId(section, number, row, seat)


def section_name_problem(name: str) -> str | None:
    """Say what is wrong with a tidy name of a section, or None. It has to be a URL path segment."""
    if (problem := name_problem(name, MAX_SECTION_NAME)) is not None:
        return problem
    if "/" in name or name in {".", ".."}:
        return "must not contain '/', and not be '.' or '..'"
    return None
