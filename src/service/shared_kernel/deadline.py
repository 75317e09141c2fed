"""One deadline for all that a request asks of the stores, however many steps that are."""

import asyncio
import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """What is asked inside the block is given up when so many seconds are over.

    A block inside another has its own time, longer or shorter. Work that is not the request's own,
    such as a batch that others share, runs in a context of its own and has no deadline.
    """
    token = _ends_at.set(asyncio.get_running_loop().time() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def time_left(limit: float) -> float:
    """`limit` in seconds, or what is left until the deadline if that is less; never below 0."""
    left = until_deadline()
    return limit if left is None else min(limit, left)


def until_deadline() -> float | None:
    """Seconds until the deadline, never below 0; None where there is none."""
    ends_at = _ends_at.get()
    return None if ends_at is None else max(0.0, ends_at - asyncio.get_running_loop().time())
