"""The arithmetic of a report."""

import math
from bisect import bisect_left, insort
from collections.abc import Sequence
from statistics import StatisticsError, correlation


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of all values do not exceed; None of none."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]


def ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value, from 1; equal ones share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for place in order[at:end]:
            found[place] = (at + 1 + end) / 2
        at = end
    return found


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Spearman's rank correlation: 1 where both are in the same order, -1 where they are in opposite
    ones. None where there is nothing to compare."""
    try:
        return correlation(ranks(first), ranks(second))
    except StatisticsError:
        return None


def most_overtaken(in_order_of_purchase: Sequence[float]) -> int:
    """Given the place in line of each buyer, in the order in which they bought: by how many who stood
    behind them the unluckiest was overtaken."""
    before: list[float] = []
    most = 0
    for place in in_order_of_purchase:
        most = max(most, len(before) - bisect_left(before, place))
        insort(before, place)
    return most


class Durations:
    """Many durations at the cost of a few: counted by the millisecond."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def add(self, seconds: float) -> None:
        milliseconds = max(0, round(seconds * 1000))
        self._counts[milliseconds] = self._counts.get(milliseconds, 0) + 1

    def __len__(self) -> int:
        return sum(self._counts.values())

    def percentile(self, share: float) -> float | None:
        """In seconds, as `percentile` has it; None of none."""
        wanted = max(1, math.ceil(len(self) * share))
        seen = 0
        for milliseconds in sorted(self._counts):
            seen += self._counts[milliseconds]
            if seen >= wanted:
                return milliseconds / 1000
        return None
