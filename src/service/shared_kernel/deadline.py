"""One deadline for all the work of a request in the stores, however many steps that is."""

import asyncio
from contextvars import ContextVar, Token

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


class deadline:  # noqa: N801 - used as `with deadline(2):`
    """Calls to stores inside the block time out when `seconds` are over.

    A block inside another has its own time, longer or shorter. Work that is not the request's own,
    such as a batch that others share, runs in a context of its own and has no deadline.
    """

    # A class, because every request has one, and a generator would cost it several times as much.
    __slots__ = ("_before", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._before: Token[float | None] | None = None

    def __enter__(self) -> None:
        self._before = _ends_at.set(asyncio.get_running_loop().time() + self._seconds)

    def __exit__(self, *_: object) -> None:
        assert self._before is not None
        _ends_at.reset(self._before)


def time_left(timeout: float) -> float:
    """`timeout` in seconds, or what is left until the deadline if that is less; never below 0."""
    left = until_deadline()
    return timeout if left is None else min(timeout, left)


def until_deadline() -> float | None:
    """Seconds until the deadline, never below 0; None where there is none."""
    ends_at = _ends_at.get()
    return None if ends_at is None else max(0.0, ends_at - asyncio.get_running_loop().time())
