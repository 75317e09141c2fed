"""Waiting for a condition, never for a time."""

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
