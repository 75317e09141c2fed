"""Requests that arrive while a store is busy share the next round trip to it: batches of different
requests, and coalesced reads of the same."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from itertools import islice
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from opentelemetry.context import Context

from src.platform.tracing import current_trace, on_behalf_of
from src.service.shared_kernel.deadline import time_left
from src.service.shared_kernel.tasks import start_detached

Request = TypeVar("Request")
Result = TypeVar("Result")
Key = TypeVar("Key", bound=Hashable)


class Batcher(Generic[Request, Result]):
    """Gives requests to `run`, one batch at a time; those that come meanwhile make the next batch.

    Nobody waits for a timer: with no batch under way a request is sent at once, alone. `run` returns
    one result or exception per request, in their order; what it raises, all of them get. A request
    without a result after `timeout` seconds, or at its deadline, gets `on_timeout(sent)`: one that
    was not sent yet never will be. Neither will one whose caller is cancelled while it waits.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Request]], Awaitable[Sequence[Result | Exception]]],
        *,
        largest: int,
        timeout: float,
        on_timeout: Callable[[bool], Exception],
    ) -> None:
        """A batch has at most `largest` requests."""
        self._name = getattr(getattr(run, "func", run), "__qualname__", "batch")
        self._run = run
        self._largest = largest
        self._timeout = timeout
        self._on_timeout = on_timeout
        self._waiting: dict[asyncio.Future[Result], tuple[Request, Context | None]] = {}
        self._under_way: asyncio.Task[None] | None = None

    async def submit(self, request: Request) -> Result:
        """Return this request's own result, or raise its own exception."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Result] = loop.create_future()
        self._waiting[result] = request, current_trace()
        if self._under_way is None:
            self._under_way = start_detached(self._run_batches())
        timer = loop.call_later(time_left(self._timeout), self._time_out, result)
        try:
            return await result
        finally:
            timer.cancel()
            self._waiting.pop(result, None)

    def _time_out(self, result: asyncio.Future[Result]) -> None:
        sent = self._waiting.pop(result, None) is None
        if not result.done():
            result.set_exception(self._on_timeout(sent))

    async def _run_batches(self) -> None:
        try:
            while self._waiting:
                batch = list(islice(self._waiting.items(), self._largest))
                for result, _ in batch:
                    del self._waiting[result]
                await self._run_batch(batch)
        finally:
            self._under_way = None

    async def _run_batch(
        self, batch: list[tuple[asyncio.Future[Result], tuple[Request, Context | None]]]
    ) -> None:
        outcomes: Sequence[Result | Exception]
        try:
            with on_behalf_of(self._name, [trace for _, (_, trace) in batch]):
                outcomes = await self._run([request for _, (request, _) in batch])
        except asyncio.CancelledError:
            for result in [*(result for result, _ in batch), *self._waiting]:
                result.cancel()
            self._waiting.clear()
            raise
        except Exception as error:
            outcomes = [error] * len(batch)
        for (result, _), outcome in zip(batch, outcomes, strict=True):
            if result.done():  # timed out, or its caller was cancelled
                continue
            if isinstance(outcome, Exception):
                result.set_exception(outcome)
            else:
                result.set_result(outcome)


_ANY_NUMBER = 2**31


class CoalescedReads(Generic[Key, Result]):
    """No cache: what a caller gets was read after they called. Each key has at most one read under
    way, whatever the number of callers, and no key waits for another's. A caller without a result
    after `timeout` seconds gets `on_timeout()`. A read may also put right what it finds, if doing so
    once is as good as once for each caller."""

    def __init__(
        self,
        read: Callable[[Key], Awaitable[Result]],
        *,
        timeout: float,
        on_timeout: Callable[[], Exception],
    ) -> None:
        self._read = read
        self._timeout = timeout
        self._on_timeout = on_timeout
        # A key is dropped with its last caller.
        self._batchers: WeakValueDictionary[Key, Batcher[None, Result]] = WeakValueDictionary()

    async def get(self, key: Key) -> Result:
        """Return what reading `key` gives, or raise what it raises."""
        batcher = self._batchers.get(key)
        if batcher is None:
            batcher = self._batchers[key] = Batcher(
                partial(self._read_once, key),
                largest=_ANY_NUMBER,
                timeout=self._timeout,
                on_timeout=lambda _sent: self._on_timeout(),
            )
        return await batcher.submit(None)

    async def _read_once(self, key: Key, callers: Sequence[None]) -> Sequence[Result]:
        return [await self._read(key)] * len(callers)
