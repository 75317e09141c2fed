"""A time limit on waits that come one after the other."""

import asyncio
from collections.abc import Callable


class Watchdog:
    """Calls `on_timeout` when a wait has lasted too long.

    One timer serves many waits: one for each would cost as much as what is waited for. It is left
    running when a wait ends, and set again, if need be, when it runs out.
    """

    __slots__ = ("_due", "_loop", "_on_timeout", "_timer")

    def __init__(self, on_timeout: Callable[[], None]) -> None:
        self._on_timeout = on_timeout
        self._loop = asyncio.get_running_loop()
        self._due: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        """Whether a wait is under way."""
        return self._due is not None

    def start(self, seconds: float) -> None:
        """A wait begins, which may last so long; it takes the place of one under way."""
        self._due = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._due:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(self._due, self._run_out)

    def stop(self) -> None:
        """The wait is over."""
        self._due = None

    def close(self) -> None:
        """There will be no more waits."""
        self._due = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run_out(self) -> None:
        self._timer = None
        if self._due is None:
            return
        if self._loop.time() < self._due:
            self._timer = self._loop.call_at(self._due, self._run_out)
        else:
            self._due = None
            self._on_timeout()
