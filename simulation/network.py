"""The way between a process and a store: messages take their time, come twice to nobody, or never come."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from math import log
from random import Random
from typing import Any

from simulation.broken import BrokenPromiseError
from simulation.timeline import Process, Timeline
from src.service.shared_kernel.deadline import time_left


class RefusedError(Exception):
    """There is nobody: nothing was sent."""


class LostError(Exception):
    """The connection was cut: nobody knows what became of the request."""


@dataclass(slots=True)
class Weather:
    """What goes wrong on a link. `slow` is in seconds; the others are how likely it is, from 0 to 1.

    A message that is swallowed leaves its sender waiting, one that is cut tells them so.
    """

    slow: float = 0.0
    swallowed: float = 0.0
    request_cut: float = 0.0
    answer_cut: float = 0.0


class Server:
    """Executes requests, each at one moment, in the order in which they arrive."""

    def __init__(self, timeline: Timeline, name: str) -> None:
        self.timeline = timeline
        self.name = name
        self.up = True
        self._paused = False
        self._waiting: list[Exchange] = []
        self._under_way: dict[Exchange, None] = {}

    def stop(self) -> None:
        """Every connection ends: what has not arrived never will, and what was answered is not heard."""
        self.up = False
        self._waiting.clear()
        cut, self._under_way = list(self._under_way), {}
        for exchange in cut:
            exchange.cut()

    def start(self) -> None:
        self.up = True

    def pause(self) -> None:
        """Requests arrive and wait."""
        self._paused = True

    def resume(self) -> None:
        self._paused = False
        waiting, self._waiting = self._waiting, []
        for exchange in waiting:
            self.arrive(exchange)

    def arrive(self, exchange: "Exchange") -> None:
        if exchange.over:
            return
        if self._paused and self.up:
            self._waiting.append(exchange)
            return
        exchange.execute()

    def connected(self, exchange: "Exchange") -> None:
        self._under_way[exchange] = None

    def disconnected(self, exchange: "Exchange") -> None:
        self._under_way.pop(exchange, None)


class Exchange:
    """One request and its answer."""

    __slots__ = ("_answer", "_link", "_work", "over")

    def __init__(self, link: "Link", work: Callable[[], Any], answer: asyncio.Future[Any]) -> None:
        self._link = link
        self._work = work
        self._answer = answer
        self.over = False

    def execute(self) -> None:
        link, weather = self._link, self._link.weather
        if not link.server.up:
            self._deliver_later(error=RefusedError() if link.chance.random() < 0.5 else LostError())
            return
        if weather.request_cut and link.chance.random() < weather.request_cut:
            self._deliver_later(error=LostError())
            return
        try:
            result, error = self._work(), None
        except BrokenPromiseError:
            raise
        except Exception as refused:
            result, error = None, refused
        if self.over:  # the server died of it
            return
        if weather.answer_cut and link.chance.random() < weather.answer_cut:
            error = LostError()
        if weather.swallowed and link.chance.random() < weather.swallowed:
            return
        self._deliver_later(result, error)

    def cut(self) -> None:
        self.over = True
        self._link.timeline.after(self._link.delay(), self._deliver, None, LostError())

    def _deliver_later(self, result: Any = None, error: Exception | None = None) -> None:
        self._link.timeline.after(self._link.delay(), self._arrive_back, result, error)

    def _arrive_back(self, result: Any, error: Exception | None) -> None:
        if not self.over:
            self.over = True
            self._link.server.disconnected(self)
            self._deliver(result, error)

    def _deliver(self, result: Any, error: Exception | None) -> None:
        answer = self._answer
        if answer.done() or not self._link.process.alive:
            return
        if error is None:
            answer.set_result(result)
        else:
            answer.set_exception(error)


def _time_out(answer: asyncio.Future[Any]) -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())


class Link:
    """From one process to one server."""

    def __init__(self, process: Process, server: Server, weather: Weather, chance: Random) -> None:
        self.process = process
        self.server = server
        self.timeline = server.timeline
        self.weather = weather
        self.chance = chance

    async def call(self, work: Callable[[], Any], *, within: float) -> Any:
        """Have the server do this; return what it returns. Raises RefusedError, LostError, or TimeoutError
        without an answer `within` so many seconds, or at the request's deadline."""
        answer: asyncio.Future[Any] = self.process.create_future()
        self.timeline.after(time_left(within), _time_out, answer)
        exchange = Exchange(self, work, answer)
        self.server.connected(exchange)
        weather = self.weather
        if not (weather.swallowed and self.chance.random() < weather.swallowed):
            self.timeline.after(self.delay(), self.server.arrive, exchange)
        return await answer

    def delay(self) -> float:
        """In seconds, one way: usually a fraction of a millisecond, sometimes many."""
        luck = self.chance.random
        usual = 0.0002 - log(1.0 - luck()) / 2000
        if luck() < 0.02:
            usual += luck() * 0.05
        return usual + luck() * 2 * self.weather.slow if self.weather.slow else usual
