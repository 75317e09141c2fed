"""Two things measured in turn, and what their medians say about each other."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median

Measure = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Measurements of the floor and of the service, in the order they were taken, in pairs."""

    floor: tuple[float, ...]
    service: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The service's median over the floor's."""
        return median(self.service) / median(self.floor)

    @property
    def spread(self) -> tuple[float, float]:
        """The smallest and the largest ratio of one pair: how far to trust the ratio."""
        pairs = [s / f for f, s in zip(self.floor, self.service, strict=True)]
        return min(pairs), max(pairs)


async def alternate(floor: Measure, service: Measure, *, times: int) -> Comparison:
    """Measure floor, service, floor, service, ..., so that a busy moment meets both."""
    floors: list[float] = []
    services: list[float] = []
    for _ in range(times):
        floors.append(await floor())
        services.append(await service())
    return Comparison(tuple(floors), tuple(services))
