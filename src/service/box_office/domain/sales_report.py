"""What has become of an event's seats, and the money."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True)
class SeatFigures:
    """Seats by what has become of them; `house` are those that the seller took off sale, and not among
    the `reserved`. `revenue` is that of the sold ones."""

    available: int = 0
    reserved: int = 0
    house: int = 0
    sold: int = 0
    revenue: int = 0

    @property
    def total(self) -> int:
        return self.available + self.reserved + self.house + self.sold

    @classmethod
    def sum_of(cls, parts: Iterable["SeatFigures"]) -> Self:
        counted = [(p.available, p.reserved, p.house, p.sold, p.revenue) for p in parts]
        return cls(*map(sum, zip(*counted, strict=True)))


@dataclass(frozen=True, slots=True)
class SectionFigures:
    section: str
    price: int
    seats: SeatFigures


@dataclass(frozen=True, slots=True)
class HourFigures:
    """What was sold in the hour from `hour` on, in UTC, and is sold still."""

    hour: datetime
    orders: int
    seats: int
    revenue: int


@dataclass(frozen=True, slots=True)
class CancelledFigures:
    orders: int = 0
    seats: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class SalesReport:
    """Of one moment: sections in layout order, hours in which something was sold, earliest first."""

    sections: tuple[SectionFigures, ...]
    cancelled: CancelledFigures
    hours: tuple[HourFigures, ...]

    @property
    def total(self) -> SeatFigures:
        return SeatFigures.sum_of(section.seats for section in self.sections)
