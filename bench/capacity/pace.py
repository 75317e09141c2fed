"""How quick the machine is at the moment. A virtual one shares its host, and may take twice the CPU time for the
same work some minutes later, with nothing else to show for it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import fmean

_APART_SECONDS = 0.2
_TURNS = 20_000


class Pace:
    """Does a small piece of work now and then, and notes the CPU seconds that it took."""

    def __init__(self) -> None:
        self._found: list[tuple[float, float]] = [(time.perf_counter(), _work())]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    @contextmanager
    def watched(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()

    def since(self, moment: float) -> float:
        """Seconds that the work has taken on average since this moment of `time.perf_counter`."""
        found = [took for at, took in self._found if at >= moment]
        return fmean(found or [self._found[-1][1]])

    def _go_on(self) -> None:
        while not self._over.wait(_APART_SECONDS):
            self._found.append((time.perf_counter(), _work()))


def _work() -> float:
    began, total = time.thread_time(), 0
    for turn in range(_TURNS):
        total += turn
    return time.thread_time() - began
