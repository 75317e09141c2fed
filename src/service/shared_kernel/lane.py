"""A bounded queue before something scarce."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Coroutine
from statistics import median
from typing import Any, TypeVar

from src.service.shared_kernel.errors import OverloadedError, StoreUnavailableError

T = TypeVar("T")
R = TypeVar("R")

_RETRY_AFTER_SECONDS = (1, 3)
# So many turns say how long the next ones will last. Their median, because a crowd that arrives
# makes a few turns long, and a refusal makes a few short.
_REMEMBERED = 20


class Lane:
    """Lets `at_once` pieces of work run at the same time; the others wait in line for their turn.

    Nobody waits longer than `wait` seconds for a turn, and nobody begins to wait when the line is
    too long for that: they get OverloadedError, at once if it can be foreseen. Who is cancelled
    while waiting leaves the line and has cost nothing. Work that has begun is finished, and keeps
    its turn until then, even when its caller is cancelled: so callers that leave never make more
    than `at_once` run, and what is half done never stays so.

    When a store does not answer somebody, those in line get StoreUnavailableError with them. They
    must not wait for a silent store one after the other.
    """

    def __init__(self, purpose: str, *, at_once: int, wait: float) -> None:
        """`purpose` is what a person wants here, for a sentence: "sign in"."""
        self._purpose = purpose
        self._at_once = at_once
        self._wait = wait
        self._turns = asyncio.Semaphore(at_once)
        self._waiting = 0
        self._lasted: deque[float] = deque(maxlen=_REMEMBERED)  # seconds
        self._failures = 0
        self._silent_store = ""
        self._under_way: set[asyncio.Task[Any]] = set()  # the event loop keeps no hold of them

    @property
    def is_free(self) -> bool:
        """Whether the next who comes has a turn at once."""
        return not self._turns.locked()

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what `work` returns, in a turn of its own. Raises OverloadedError without it."""
        return await self.run_then(work, _unchanged)

    async def run_then(
        self,
        work: Callable[[], Coroutine[Any, Any, T]],
        then: Callable[[T], Coroutine[Any, Any, R]],
    ) -> R:
        """As `run`; what `work` returns goes on to `then`, which is finished too, but without a turn."""
        turn = await self.turn()
        task = asyncio.create_task(self._in_turn(turn, work, then))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def turn(self) -> "Slot":
        """Wait for a turn. Whoever gets it must end it, however that may be. Raises
        OverloadedError."""
        failures = self._failures
        if self._turns.locked():
            await self._wait_for_turn()
        else:
            await self._turns.acquire()
        if self._failures != failures:
            self._turns.release()
            raise StoreUnavailableError(self._silent_store)
        return Slot(self._end)

    async def _in_turn(
        self,
        turn: "Slot",
        work: Callable[[], Coroutine[Any, Any, T]],
        then: Callable[[T], Coroutine[Any, Any, R]],
    ) -> R:
        try:
            result = await work()
        except StoreUnavailableError as error:
            self._failures += 1
            self._silent_store = error.store
            raise
        finally:
            turn.end()
        return await then(result)

    async def _wait_for_turn(self) -> None:
        if self._lasted:
            seconds = (self._waiting + 1) * median(self._lasted) / self._at_once
            if seconds > self._wait:
                raise self._overloaded()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait):
                await self._turns.acquire()
        except TimeoutError:
            raise self._overloaded() from None
        finally:
            self._waiting -= 1

    def _end(self, seconds: float) -> None:
        self._lasted.append(seconds)
        self._turns.release()

    def _overloaded(self) -> OverloadedError:
        # Spread out, so that those refused together do not come back together.
        retry_after = random.randint(*_RETRY_AFTER_SECONDS)  # noqa: S311 - no secret  # nosec B311
        return OverloadedError(self._purpose, retry_after)


class Slot:
    """A place among those who are served now. Ending it twice is ending it once."""

    __slots__ = ("_began", "_clock", "_end")

    def __init__(self, end: Callable[[float], None]) -> None:
        """`end` is told how many seconds the turn lasted."""
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._end: Callable[[float], None] | None = end

    def end(self) -> None:
        if self._end is not None:
            self._end(self._clock() - self._began)
            self._end = None


async def _unchanged(result: T) -> T:
    return result
