"""Waiting for a condition, never for a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], *, within: float = 10.0, what: str = "it") -> T:
    """Return condition()'s first true value; fail when none came in time."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {within} s in vain for {what}; last seen: {value!r}")
        time.sleep(0.01)
    return value


async def eventually(
    condition: Callable[[], Awaitable[T]], *, within: float = 10.0, what: str = "it"
) -> T:
    """Return the first true value that condition() comes to; fail when none came in time."""
    deadline = time.monotonic() + within
    while not (value := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {within} s in vain for {what}; last seen: {value!r}")
        await asyncio.sleep(0.01)
    return value
