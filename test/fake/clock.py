"""An event loop on which waiting takes no time."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")


class _Jump(selectors.DefaultSelector):
    """Instead of waiting for the next timer it lets that much time have passed."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everybody waits for something that will never happen")
        if not ready and timeout:
            self.passed += timeout
        return ready


class InstantLoop(asyncio.SelectorEventLoop):
    """Its clock stands still while anything can run and jumps to the next timer when nothing can.

    So time-outs and pauses are exact, and hours pass in no time. No threads, no sockets.
    """

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.passed

    def keep_busy(self, seconds: float) -> None:
        """Let time pass in which nothing else can run."""
        self._jump.passed += seconds


def in_no_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test on an InstantLoop."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=InstantLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


async def everything_ready() -> None:
    """Let every task run until all of them wait for a time or for one another."""
    for _ in range(50):
        await asyncio.sleep(0)
