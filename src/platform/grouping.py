"""Requests that arrive while a store is busy share the next round trip to it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Grouping(Generic[Question, Answer]):
    """Puts questions to `run`, one group at a time: while one is under way the next one gathers.

    Nobody waits for a timer: with nothing under way a question goes out at once, alone. `run`
    returns one answer or exception per question, in their order; what it raises, all of them get.
    Whoever has no answer after `limit` seconds gets `too_late(asked)`: when the question was not
    put yet, it never will be. Nor is that of somebody who has left.
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
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._under_way: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """Return this question's own answer, or raise its own exception."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        waiting = (question, answer)
        self._waiting.append(waiting)
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._run_groups())
        timer = loop.call_later(self._limit, self._give_up, waiting)
        try:
            return await answer
        finally:
            timer.cancel()

    def _give_up(self, waiting: tuple[Question, asyncio.Future[Answer]]) -> None:
        asked = waiting not in self._waiting
        if not asked:
            self._waiting.remove(waiting)
        if not waiting[1].done():
            waiting[1].set_exception(self._too_late(asked))

    async def _run_groups(self) -> None:
        try:
            while self._waiting:
                group = self._waiting[: self._largest]
                del self._waiting[: self._largest]
                if asked := [each for each in group if not each[1].done()]:  # who has not gone
                    await self._run_one(asked)
        finally:
            self._under_way = None

    async def _run_one(self, group: list[tuple[Question, asyncio.Future[Answer]]]) -> None:
        outcomes: Sequence[Answer | Exception]
        try:
            outcomes = await self._run([question for question, _ in group])
        except asyncio.CancelledError:
            for _, answer in group + self._waiting:
                answer.cancel()
            self._waiting.clear()
            raise
        except Exception as error:
            outcomes = [error] * len(group)
        for (_, answer), outcome in zip(group, outcomes, strict=True):
            if answer.done():  # whoever asked has gone
                continue
            if isinstance(outcome, Exception):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)
