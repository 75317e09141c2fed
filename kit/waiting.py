"""Waiting for a condition, never for a time."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# For what should come at once, on a machine that may stand still for seconds.
TIMEOUT = 60.0


def wait_until(
    condition: Callable[[], T | None], *, within: float = TIMEOUT, what: str = "it"
) -> T:
    """Return condition()'s first true value; fail when none came in time."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {within} s in vain for {what}; last seen: {value!r}")
        time.sleep(0.01)
    return value


async def comes_true(condition: Callable[[], bool], *, within: float) -> bool:
    """Whether condition() is true within so many seconds."""
    try:
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.02)
    except TimeoutError:
        return False
    return True
