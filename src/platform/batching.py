"""Requests that arrive while a store is busy share the next round trip to it: batches of different
questions, and coalesced reads of the same."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from itertools import islice
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from src.service.shared_kernel.deadline import time_left
from src.service.shared_kernel.tasks import start_detached

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Key = TypeVar("Key", bound=Hashable)


class Batcher(Generic[Question, Answer]):
    """Puts questions to `run`, one batch at a time: while one is under way the next one gathers.

    Nobody waits for a timer: with nothing under way a question goes out at once, alone. `run`
    returns one answer or exception per question, in their order; what it raises, all of them get.
    Whoever has no answer after `timeout` seconds, or at the request's deadline, gets
    `too_late(asked)`: when the question was not put yet, it never will be. Neither will that of
    somebody who is cancelled while it waits.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Question]], Awaitable[Sequence[Answer | Exception]]],
        *,
        largest: int,
        timeout: float,
        too_late: Callable[[bool], Exception],
    ) -> None:
        self._run = run
        self._largest = largest
        self._timeout = timeout
        self._too_late = too_late
        self._waiting: dict[asyncio.Future[Answer], Question] = {}
        self._under_way: asyncio.Task[None] | None = None

    async def submit(self, question: Question) -> Answer:
        """Return this question's own answer, or raise its own exception."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting[answer] = question
        if self._under_way is None:
            self._under_way = start_detached(self._run_batches())
        timer = loop.call_later(time_left(self._timeout), self._give_up, answer)
        try:
            return await answer
        finally:
            timer.cancel()
            self._waiting.pop(answer, None)

    def _give_up(self, answer: asyncio.Future[Answer]) -> None:
        asked = self._waiting.pop(answer, None) is None
        if not answer.done():
            answer.set_exception(self._too_late(asked))

    async def _run_batches(self) -> None:
        try:
            while self._waiting:
                batch = list(islice(self._waiting.items(), self._largest))
                for answer, _ in batch:
                    del self._waiting[answer]
                await self._run_batch(batch)
        finally:
            self._under_way = None

    async def _run_batch(self, batch: list[tuple[asyncio.Future[Answer], Question]]) -> None:
        outcomes: Sequence[Answer | Exception]
        try:
            outcomes = await self._run([question for _, question in batch])
        except asyncio.CancelledError:
            for answer in [*(answer for answer, _ in batch), *self._waiting]:
                answer.cancel()
            self._waiting.clear()
            raise
        except Exception as error:
            outcomes = [error] * len(batch)
        for (answer, _), outcome in zip(batch, outcomes, strict=True):
            if answer.done():  # whoever asked has gone
                continue
            if isinstance(outcome, Exception):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)


_ANY_NUMBER = 2**31


class CoalescedReads(Generic[Key, Answer]):
    """No cache: what a caller gets was read after they asked. Each key has one read under way at
    most, whatever the number of callers, and no key waits for another's. Whoever has no answer
    after `timeout` seconds gets `too_late()`."""

    def __init__(
        self,
        read: Callable[[Key], Awaitable[Answer]],
        *,
        timeout: float,
        too_late: Callable[[], Exception],
    ) -> None:
        self._read = read
        self._timeout = timeout
        self._too_late = too_late
        # A key is forgotten with the last who asks for it.
        self._batchers: WeakValueDictionary[Key, Batcher[None, Answer]] = WeakValueDictionary()

    async def get(self, key: Key) -> Answer:
        """Return what reading `key` gives, or raise what it raises."""
        batcher = self._batchers.get(key)
        if batcher is None:
            batcher = self._batchers[key] = Batcher(
                partial(self._answer_all, key),
                largest=_ANY_NUMBER,
                timeout=self._timeout,
                too_late=lambda _asked: self._too_late(),
            )
        return await batcher.submit(None)

    async def _answer_all(self, key: Key, askers: Sequence[None]) -> Sequence[Answer]:
        return [await self._read(key)] * len(askers)
