"""The table: one row per path, with its target and whether that was met."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from bench.comparison import Comparison

_HEAD = ("path", "floor", "service", "ratio (range of pairs)", "target", "met")


class Unit(StrEnum):
    MILLISECONDS = "ms"
    MICROSECONDS = "µs"
    PER_SECOND = "/s"


@dataclass(frozen=True, slots=True)
class Target:
    """A limit that the ratio must keep: not above it, or not below it."""

    limit: float
    at_most: bool = True

    def met_by(self, value: float) -> bool:
        return value <= self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.limit:g}"


def at_most(limit: float) -> Target:
    return Target(limit)


def at_least(limit: float) -> Target:
    return Target(limit, at_most=False)


@dataclass(frozen=True, slots=True)
class Row:
    """Six cells of text; `met` is None where nothing was aimed at."""

    path: str
    floor: str
    service: str
    ratio: str
    target: str
    met: bool | None

    @property
    def cells(self) -> tuple[str, ...]:
        met = "" if self.met is None else "yes" if self.met else "**no**"
        return (self.path, self.floor, self.service, self.ratio, self.target, met)


def compared(path: str, found: Comparison, unit: Unit, target: Target | None) -> Row:
    """A row whose target is a ratio to the floor."""
    low, high = found.spread
    return Row(
        path,
        f"{median(found.floor):,.4g} {unit}",
        f"{median(found.service):,.4g} {unit}",
        f"**{found.ratio:.2f}** ({low:.2f} to {high:.2f})",
        str(target) if target else "",
        target.met_by(found.ratio) if target else None,
    )


def absolute(
    path: str, value: float, unit: str, target: Target | None, *, without: str = ""
) -> Row:
    """A row whose target is a figure of the service alone."""
    return Row(
        path,
        without,
        f"{value:,.3g} {unit}",
        "",
        f"{target} {unit}" if target else "",
        target.met_by(value) if target else None,
    )


def markdown(rows: Iterable[Row]) -> str:
    lines = [_HEAD, ("---",) * len(_HEAD), *(row.cells for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
