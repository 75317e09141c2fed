"""Requests that arrive while a store is busy share the next round trip to it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import Generic, TypeVar

from src.service.shared_kernel.deadline import time_left
from src.service.shared_kernel.tasks import start_detached

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Grouping(Generic[Question, Answer]):
    """Puts questions to `run`, one group at a time: while one is under way the next one gathers.

    Nobody waits for a timer: with nothing under way a question goes out at once, alone. `run`
    returns one answer or exception per question, in their order; what it raises, all of them get.
    Whoever has no answer after `limit` seconds, or at the request's deadline, gets
    `too_late(asked)`: when the question was not put yet, it never will be. Neither will that of
    somebody who is cancelled while it waits.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Question]], Awaitable[Sequence[Answer | Exception]]],
        *,
        largest: int,
        limit: float,
        too_late: Callable[[bool], Exception],
    ) -> None:
        self._run = run
        self._largest = largest
        self._limit = limit
        self._too_late = too_late
        self._waiting: dict[asyncio.Future[Answer], Question] = {}
        self._under_way: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """Return this question's own answer, or raise its own exception."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting[answer] = question
        if self._under_way is None:
            self._under_way = start_detached(self._run_groups())
        timer = loop.call_later(time_left(self._limit), self._give_up, answer)
        try:
            return await answer
        finally:
            timer.cancel()
            self._waiting.pop(answer, None)

    def _give_up(self, answer: asyncio.Future[Answer]) -> None:
        asked = self._waiting.pop(answer, None) is None
        if not answer.done():
            answer.set_exception(self._too_late(asked))

    async def _run_groups(self) -> None:
        try:
            while self._waiting:
                group = list(islice(self._waiting.items(), self._largest))
                for answer, _ in group:
                    del self._waiting[answer]
                await self._run_one(group)
        finally:
            self._under_way = None

    async def _run_one(self, group: list[tuple[asyncio.Future[Answer], Question]]) -> None:
        outcomes: Sequence[Answer | Exception]
        try:
            outcomes = await self._run([question for _, question in group])
        except asyncio.CancelledError:
            for answer in [*(answer for answer, _ in group), *self._waiting]:
                answer.cancel()
            self._waiting.clear()
            raise
        except Exception as error:
            outcomes = [error] * len(group)
        for (answer, _), outcome in zip(group, outcomes, strict=True):
            if answer.done():  # whoever asked has gone
                continue
            if isinstance(outcome, Exception):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)
