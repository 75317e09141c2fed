"""A bounded queue before something scarce."""

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable, Coroutine
from statistics import median
from typing import Any, TypeVar

from src.service.shared_kernel.errors import OverloadedError, StoreUnavailableError

T = TypeVar("T")

_RETRY_AFTER_SECONDS = 3
_LONGEST_RETRY_AFTER_SECONDS = 10
# The last so many slots say how long the next ones will be held. Their median, because a crowd that
# arrives makes a few long, and a refusal makes a few short.
_SAMPLES = 20


class Lane:
    """Lets `at_once` pieces of work run at the same time; the others queue for a slot.

    Nobody waits longer than `timeout` seconds for a slot, and nobody begins to wait when the queue
    is too long for that: they get OverloadedError, at once if it can be foreseen. A caller that is
    cancelled while waiting leaves the queue and has cost nothing. Work that has begun is finished,
    and holds its slot until then, even when its caller is cancelled: so callers that leave never
    make more than `at_once` run, and what is half done never stays so.

    When a store does not answer somebody, the whole queue gets StoreUnavailableError with them. They
    must not wait for a silent store one after the other.
    """

    def __init__(self, purpose: str, *, at_once: int, timeout: float) -> None:
        """`purpose` is what a person wants here, for a sentence: "sign in"."""
        self._purpose = purpose
        self._at_once = at_once
        self._timeout = timeout
        self._slots = asyncio.Semaphore(at_once)
        self._waiting = 0
        self._held: deque[float] = deque(maxlen=_SAMPLES)  # seconds
        self._failures = 0
        self._silent_store = ""
        self._under_way: set[asyncio.Task[Any]] = set()  # the event loop keeps no hold of them

    @property
    def is_free(self) -> bool:
        """Whether the next caller gets a slot without waiting."""
        return not self._slots.locked()

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what `work` returns, in a slot of its own. Raises OverloadedError without one."""
        slot = await self.acquire()
        task = asyncio.create_task(self._run_in(slot, work))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def acquire(self) -> "Slot":
        """Wait for a slot. Whoever gets it must release it, whatever happens. Raises
        OverloadedError."""
        failures = self._failures
        if self._slots.locked():
            await self._wait()
        else:
            await self._slots.acquire()
        if self._failures != failures:
            self._slots.release()
            raise StoreUnavailableError(self._silent_store)
        return Slot(self._release)

    async def _run_in(self, slot: "Slot", work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        try:
            return await work()
        except StoreUnavailableError as error:
            self._failures += 1
            self._silent_store = error.store
            raise
        finally:
            slot.release()

    async def _wait(self) -> None:
        if self._held:
            seconds = (self._waiting + 1) * median(self._held) / self._at_once
            if seconds > self._timeout:
                raise overloaded(self._purpose)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._timeout):
                await self._slots.acquire()
        except TimeoutError:
            raise overloaded(self._purpose) from None
        finally:
            self._waiting -= 1

    def _release(self, seconds: float) -> None:
        self._held.append(seconds)
        self._slots.release()


def overloaded(purpose: str, backlog: float = 0.0) -> OverloadedError:
    """The refusal of somebody who would wait too long. When to come back is spread out, so that those
    refused together do not come back together: over `backlog` seconds, which serving them all would
    take, within limits."""
    latest = min(max(_RETRY_AFTER_SECONDS, math.ceil(backlog)), _LONGEST_RETRY_AFTER_SECONDS)
    retry_after = random.randint(1, latest)  # noqa: S311 - no secret  # nosec B311
    return OverloadedError(purpose, retry_after)


class Slot:
    """A place among those who are served now. Releasing it again changes nothing."""

    __slots__ = ("_clock", "_on_release", "_since")

    def __init__(self, on_release: Callable[[float], None]) -> None:
        """`on_release` is told how many seconds the slot was held."""
        self._clock = asyncio.get_running_loop().time
        self._since = self._clock()
        self._on_release: Callable[[float], None] | None = on_release

    def release(self) -> None:
        if self._on_release is not None:
            self._on_release(self._clock() - self._since)
            self._on_release = None
