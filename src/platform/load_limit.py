"""Lets in as much work as is done in time, going by how quickly it is done at present."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from src.service.shared_kernel.errors import OverloadedError
from src.service.shared_kernel.lane import overloaded

# With fewer than these under way nobody waits, however long it takes: it may not be for their number that
# it does, and then fewer would only mean that less is done.
_FEW = 64
# Until so many are under way that they wait for each other, nothing is known.
_FIRST_GUESS_SECONDS = 0.002


class Entry(NamedTuple):
    """When a piece of work began, and how many were under way then."""

    at: float
    under_way: int


@dataclass(slots=True)
class _Waiting:
    turn: asyncio.Future[Entry | None]
    has_left: Callable[[], bool]
    since: float


class LoadLimit:
    """At most `at_once` pieces of work are under way, fewer when so many would take more than `work`
    seconds; the others queue in the order in which they came.

    Whoever would wait for more than `queue` seconds is refused at once. Whoever is let in is served,
    unless work stops for so long that they have waited three times that.
    """

    def __init__(self, purpose: str, *, at_once: int, work: float, queue: float) -> None:
        """`purpose` is what a person wants here, for a sentence: "sign in"."""
        self.purpose = purpose
        self._at_once = at_once
        self._longest_work = work
        self._longest_queue = queue
        # By Little's law: how long one took, over how many were under way meanwhile. The mean of the
        # last ones, as many as may be under way.
        self._seconds_each = _FIRST_GUESS_SECONDS
        self._under_way = 0
        self._queue: deque[_Waiting] = deque()
        self._refused_until = 0.0

    def refusal(self) -> OverloadedError | None:
        """What somebody who comes now is refused with; None when they are let in."""
        if not self._queue and self._under_way < self._limit:
            return None
        if (len(self._queue) + 1) * self._seconds_each <= self._longest_queue:
            return None
        return self._refusal(asyncio.get_running_loop().time())

    async def enter(self, has_left: Callable[[], bool]) -> Entry | None:
        """Wait for the turn of a piece of work, which must `leave` at its end, whatever happens.

        None when `has_left` says that nobody waits for it any more. Raises OverloadedError.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not self._queue and self._under_way < self._limit:
            return self._entry(now)
        if refusal := self.refusal():
            raise refusal
        waiting = _Waiting(loop.create_future(), has_left, now)
        self._queue.append(waiting)
        try:
            return await waiting.turn
        except asyncio.CancelledError:
            if waiting.turn.done() and not waiting.turn.cancelled():
                self._pass_on(waiting.turn)
            raise

    def leave(self, entry: Entry) -> None:
        """A piece of work that has entered is over."""
        now = asyncio.get_running_loop().time()
        beside = max(entry.under_way, self._under_way)
        if 2 * beside > self._limit:
            each = (now - entry.at) / beside
            self._seconds_each += (each - self._seconds_each) / self._limit
        self._under_way -= 1
        self._call(now)

    @property
    def _limit(self) -> int:
        many = min(self._at_once, int(self._longest_work / self._seconds_each))
        return max(many, min(self._at_once, _FEW))

    def _call(self, now: float) -> None:
        """Let in those whose turn it is."""
        while self._queue and self._under_way < self._limit:
            waiting = self._queue.popleft()
            if waiting.turn.done():  # its caller was cancelled
                continue
            if waiting.has_left():
                waiting.turn.set_result(None)
            elif now - waiting.since > 3 * self._longest_queue:
                waiting.turn.set_exception(self._refusal(now))
            else:
                waiting.turn.set_result(self._entry(now))

    def _entry(self, now: float) -> Entry:
        self._under_way += 1
        return Entry(now, self._under_way)

    def _pass_on(self, turn: asyncio.Future[Entry | None]) -> None:
        """Its caller was cancelled just when it was their turn."""
        if turn.exception() is None and turn.result() is not None:
            self._under_way -= 1
            self._call(asyncio.get_running_loop().time())

    def _refusal(self, now: float) -> OverloadedError:
        """Those who are refused come back over as long a time as it takes to serve them all."""
        self._refused_until = max(self._refused_until, now) + self._seconds_each
        return overloaded(self.purpose, self._refused_until - now)
