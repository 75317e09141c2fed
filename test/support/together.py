"""Doing things at the same time."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")


def together(actions: Iterable[Callable[[], T]]) -> list[T]:
    """Run all actions, each in a thread, from the same moment on; return what they return."""
    waiting = list(actions)
    start = Barrier(len(waiting))

    def run(action: Callable[[], T]) -> T:
        start.wait()
        return action()

    with ThreadPoolExecutor(len(waiting)) as threads:
        return list(threads.map(run, waiting))
