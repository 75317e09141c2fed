"""Waiting for a condition, never for a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from kit.waiting import TIMEOUT

T = TypeVar("T")


async def eventually(
    condition: Callable[[], Awaitable[T | None]], *, within: float = TIMEOUT, what: str = "it"
) -> T:
    """Return the first true value that condition() comes to; fail when none came in time."""
    deadline = time.monotonic() + within
    while not (value := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {within} s in vain for {what}; last seen: {value!r}")
        await asyncio.sleep(0.01)
    return value


def quickest_of(tries: int, attempt: Callable[[], T]) -> tuple[float, T]:
    """Try this many times; return the seconds of the quickest try, and the last answer.

    For what must be quick: when the machine stands still, that is in one of the tries.
    """
    seconds = []
    for _ in range(tries):
        started = time.monotonic()
        answer = attempt()
        seconds.append(time.monotonic() - started)
    return min(seconds), answer
