"""How quickly the stores answer, gathered in the process until it is written down for Prometheus."""

from collections.abc import Callable
from time import perf_counter

from src.platform.durations import Durations

ANSWER_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
WAIT_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

# What takes less is no wait: the pool had a connection.
_SHORTEST_WAIT = 0.001


class StoreFigures:
    """Of one pool of connections to one store, or one to each server of a cluster: how long it takes to
    answer, and to get a connection; how many there may be, and how many are in use."""

    def __init__(self, store: str, pool: str, size: int = 0) -> None:
        self.store = store
        self.pool = pool
        self.size = size
        self._pools: list[Callable[[], int]] = []
        self.answers = Durations(ANSWER_BUCKETS)
        self.waits = Durations(WAIT_BUCKETS)

    def count(self, in_use: Callable[[], int]) -> None:
        """Count a pool's connections that are in use."""
        self._pools.append(in_use)

    def in_use(self) -> int:
        return sum(count() for count in self._pools)

    def limit(self) -> int:
        return self.size * max(1, len(self._pools))

    def answered(self, operation: str, since: float) -> None:
        """A round trip that began at `since`, by `perf_counter`, is over, whatever came of it."""
        self.answers.observe(operation, perf_counter() - since)

    def connected(self, since: float) -> None:
        """Somebody who wanted a connection since then, by `perf_counter`, has it or has given up."""
        seconds = perf_counter() - since
        if seconds >= _SHORTEST_WAIT:
            self.waits.observe(self.pool, seconds)
