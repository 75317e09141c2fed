"""Answers that are too long to be made in one go."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from itertools import chain

import structlog
from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from src.platform.http.read_limit import release_slot
from src.platform.http.responses import JsonBytes
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.lane import Lane, Slot

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class LongAnswers:
    """At most `at_once` of them are under way, so their memory is bounded. Each is made piece by
    piece as its client takes it, and only one piece at a time is made of all of them: short requests
    are served in between.
    """

    def __init__(self, *, at_once: int, timeout: float, send_timeout: float) -> None:
        """Nobody waits for a slot for more than `timeout` seconds. A client that takes nothing for
        `send_timeout` seconds loses its slot."""
        self._lane = Lane("read this", at_once=at_once, timeout=timeout)
        self._send_timeout = send_timeout
        self._making = asyncio.Lock()

    async def acquire(self, request: Request) -> Slot:
        """Wait for a slot, which has to be released or given to `answer`. Raises OverloadedError."""
        release_slot(request.scope)
        return await self._lane.acquire()

    def answer(
        self, pieces: Iterator[bytes], slot: Slot, headers: Mapping[str, str] | None = None
    ) -> Response:
        """JSON made of these pieces, each of which must take some milliseconds at most."""
        first, second = next(pieces), next(pieces, None)
        if second is None:
            slot.release()
            return JsonBytes(first, headers=headers)
        return self._long(
            _in_turn(chain((second,), pieces)), first, slot, JsonBytes.media_type, headers
        )

    async def stream(
        self,
        pieces: AsyncGenerator[bytes, None],
        slot: Slot,
        media_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """An answer of which each piece is fetched when its client takes it. Raises what the first
        raises; an error after that cuts the answer off."""
        try:
            async with self._making:
                first = await anext(pieces)
        except BaseException:
            slot.release()
            raise
        return self._long(pieces, first, slot, media_type, headers)

    def _long(
        self,
        pieces: AsyncGenerator[bytes, None],
        first: bytes,
        slot: Slot,
        media_type: str,
        headers: Mapping[str, str] | None,
    ) -> Response:
        return _LongAnswer(
            pieces, first, slot, media_type, headers, self._making, self._send_timeout
        )


async def _in_turn(pieces: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)  # others are served in between


class _LongAnswer(Response):
    def __init__(
        self,
        pieces: AsyncGenerator[bytes, None],
        first: bytes,
        slot: Slot,
        media_type: str,
        headers: Mapping[str, str] | None,
        making: asyncio.Lock,
        send_timeout: float,
    ) -> None:
        self._pieces = pieces
        self._first: bytes | None = first
        self._slot = slot
        self._making = making
        self._send_timeout = send_timeout
        self._left = False
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        leaving = asyncio.ensure_future(self._notice_leaving(receive))
        try:
            async with aclosing(self._pieces), asyncio.timeout(self._send_timeout) as timeout:
                await send(
                    {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
                )
                while (piece := await self._next()) is not None:
                    timeout.reschedule(asyncio.get_running_loop().time() + self._send_timeout)
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            return  # without an end, so that the server hangs up
        except StoreUnavailableError as error:
            _log.warning("answer_cut_off", store=error.store, reason=error.reason)
        finally:
            leaving.cancel()
            self._slot.release()

    async def _next(self) -> bytes | None:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        async with self._making:
            return None if self._left else await anext(self._pieces, None)

    async def _notice_leaving(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._left = True
