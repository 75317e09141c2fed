"""A sale that somebody plans, and what it asks of the service meanwhile."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any

from src.platform.settings import Settings

# What a browser fetches at its first visit beside the page and the event: icon, styles, two bundles, a font,
# the poster. Who comes to the seats from the line lacks one of them.
FILES = 6
_FILES_FROM_LINE = 1


_IN_LINE = 0.8
_EACH = 2


class SaleError(ValueError):
    """A sale that cannot be; the text says why."""


def number(help_: str, default: Any = MISSING) -> Any:
    """One of a reader's own numbers."""
    return field(default=default, metadata={"help": help_})


@dataclass(frozen=True, slots=True)
class Sale:
    """`people` come within `arrive_seconds` before the opening. The share `in_line` waits in the line, the
    others watch the house, and of those the share `in_area` has opened an area too. After the opening
    `per_minute` are let in, until `buyers` of those in line have bought `each` seats; they look at the
    house and at an area for `dwell_seconds`. With `per_minute` 0 there is no line: buyers watch as
    the others do, and buy within `rush_seconds`."""

    people: int = number("who come for it")
    seats: int = number("of the event")
    subsections: int = number("areas of the house")
    buyers: int = number("who reserve and confirm")
    per_minute: int = number("let in from the line; 0: there is none")
    in_line: float = number("share who wait in the line; the others watch", _IN_LINE)
    in_area: float = number("share of those who watch with an area open", 0.3)
    signing_in: float = number("share of those in line who sign in as they come", 0.2)
    each: int = number("seats of a buyer", _EACH)
    best: float = number("share of reservations that name no seats", 0.5)
    gzip: float = number("share of streams that take gzip, as browsers do", 1.0)
    arrive_seconds: float = number("within which all come, before the opening", 900.0)
    dwell_seconds: float = number("for which a buyer looks at the seats", 90.0)
    rush_seconds: float = number("within which all buy where there is no line", 10.0)

    def __post_init__(self) -> None:
        """Raises SaleError."""
        for one in fields(self):
            self._check(one.name, getattr(self, one.name))
        if self.buyers > self.waiting:
            whole = "people in line" if self.has_line else "people"
            raise SaleError(
                f"There are {self.buyers:,} buyers and only {self.waiting:,.0f} {whole}."
            )
        if self.buyers * self.each > self.seats:
            raise SaleError(
                f"{self.buyers:,} buyers want {self.buyers * self.each:,} seats"
                f" and there are only {self.seats:,}."
            )
        if self.subsections > self.seats:
            raise SaleError("There are more subsections than seats.")

    @staticmethod
    def _check(name: str, value: float) -> None:
        if name in ("in_line", "in_area", "signing_in", "best", "gzip"):
            if not 0 <= value <= 1:
                raise SaleError(f"{name} is a share: from 0 to 1, not {value:g}.")
        elif name == "per_minute":
            if value < 0:
                raise SaleError(f"{name} is 0 or more, not {value:g}.")
        elif not 0 < value < float("inf"):
            raise SaleError(f"{name} is more than 0, not {value:g}.")

    @property
    def has_line(self) -> bool:
        return self.per_minute > 0

    @property
    def waiting(self) -> float:
        """Those who may buy: who waits in line, or all where there is none."""
        return self.people * self.in_line if self.has_line else self.people

    @property
    def watching(self) -> float:
        return self.people - self.waiting if self.has_line else self.people

    @property
    def buyers_a_second(self) -> float:
        return self.per_minute / 60 if self.has_line else self.buyers / self.rush_seconds

    @property
    def selling_seconds(self) -> float:
        return self.buyers / self.buyers_a_second

    def times(self, factor: float) -> "Sale":
        """The same with more people, seats and buyers, who are let in as much quicker."""
        return replace(
            self,
            people=round(self.people * factor),
            seats=round(self.seats * factor) + self.each,
            subsections=max(1, round(self.subsections * factor)),
            buyers=max(1, int(self.buyers * factor)),
            per_minute=round(self.per_minute * factor),
        )

    def phases(self) -> tuple["Phase", ...]:
        return self._arriving(), self._selling()

    def _arriving(self) -> "Phase":
        """Everybody comes, and stays."""
        visits = self.people / self.arrive_seconds
        joins = self.waiting / self.arrive_seconds if self.has_line else 0.0
        signed_in = self.waiting if self.has_line else self.buyers
        house, area = self.watching, self.watching * self.in_area
        line = self.waiting if self.has_line else 0.0
        asked = {
            "page": visits,
            "file": visits * FILES,
            "detail": visits,
            "mine": signed_in / self.arrive_seconds,
            "sign_in": signed_in * self.signing_in / self.arrive_seconds,
            "place": joins,
            "join": joins,
            "house": house / self.arrive_seconds,
            "area": area / self.arrive_seconds,
            "line": joins,
        }
        return Phase(
            "arriving",
            self.arrive_seconds,
            asked,
            mean=Open(house / 2, area / 2, line / 2),
            most=Open(house, area, line),
            last=Open(house, area, line),
            changes=0.0,
            line_messages=1.0 if self.has_line else 0.0,
            served=0.0,
        )

    def _selling(self) -> "Phase":
        """Each buyer is told that it is their turn, looks at the seats, takes some, buys them, and sees
        the tickets."""
        rate, seconds = self.buyers_a_second, self.selling_seconds
        asked = {
            "reserve": rate * (1 - self.best),
            "best": rate * self.best,
            "confirm": rate,
            "page": rate,
            "mine": rate,
            "tickets": rate,
        }
        house, area, line, come = self.watching, self.watching * self.in_area, 0.0, Open()
        if self.has_line:
            asked |= {
                "page": 2 * rate,
                "mine": 2 * rate,
                "file": rate * _FILES_FROM_LINE,
                "detail": rate,
                "place": 2 * rate,
                "house": rate,
                "area": rate,
            }
            line = self.waiting
            stay = min(self.dwell_seconds, seconds)
            come = Open(rate * stay, rate * stay, 0.0)
        there = self.dwell_seconds_mean(seconds) * rate if self.has_line else 0.0
        return Phase(
            "selling",
            seconds,
            asked,
            mean=Open(house + there, area + there, line - (self.buyers / 2 if line else 0.0)),
            most=Open(house + come.house, area + come.area, line),
            last=Open(house + come.house, area + come.area, line - (self.buyers if line else 0)),
            changes=2 * rate,
            line_messages=1.0 if self.has_line else 0.0,
            served=rate if self.has_line else 0.0,
        )

    def dwell_seconds_mean(self, seconds: float) -> float:
        """For how long a buyer is among the seats within these seconds, on average."""
        stay = min(self.dwell_seconds, seconds)
        return stay - stay * stay / (2 * seconds)


# Of the largest event. A stadium's area has so many seats.
_MOST_SEATS: int = Settings.model_fields["max_seats_per_event"].default
_SEATS_OF_AREA = 500
_SOLD_WITHIN_MINUTES = 10


def standard_sale(people: int, seats: int | None = None) -> Sale:
    """A usual one: a seat for every second who comes, as far as an event has so many, and nine seats in
    ten are sold within ten minutes, or as many as those in line buy."""
    if people < 10:
        raise SaleError(f"people is at least 10, not {people:g}.")
    if seats is None:
        seats = min(people // 2, _MOST_SEATS)
    in_line = int(people * _IN_LINE)
    buyers = max(1, min(seats * 9 // 10 // _EACH, in_line))
    return Sale(
        people=people,
        seats=seats,
        subsections=max(1, seats // _SEATS_OF_AREA),
        buyers=buyers,
        per_minute=-(-buyers // _SOLD_WITHIN_MINUTES),
    )


@dataclass(frozen=True, slots=True)
class Open:
    """Open streams of the house, of areas, of the line."""

    house: float = 0.0
    area: float = 0.0
    line: float = 0.0

    @property
    def total(self) -> float:
        return self.house + self.area + self.line


@dataclass(frozen=True, slots=True)
class Phase:
    """What happens in each of these seconds. `asked` are requests by name, as in `Costs.operations`."""

    name: str
    seconds: float
    asked: Mapping[str, float]
    mean: Open
    most: Open
    last: Open
    changes: float
    line_messages: float
    served: float
