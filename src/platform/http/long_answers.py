"""Answers that are too long to be made in one go."""

import asyncio
from collections.abc import Iterator, Mapping
from itertools import chain

from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from src.platform.http.read_limit import release_slot
from src.platform.http.responses import JsonBytes
from src.service.shared_kernel.lane import Lane, Slot


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
        return _LongAnswer(
            chain((first, second), pieces), slot, headers, self._making, self._send_timeout
        )


class _LongAnswer(Response):
    media_type = "application/json"

    def __init__(
        self,
        pieces: Iterator[bytes],
        slot: Slot,
        headers: Mapping[str, str] | None,
        making: asyncio.Lock,
        send_timeout: float,
    ) -> None:
        self._pieces = pieces
        self._slot = slot
        self._making = making
        self._send_timeout = send_timeout
        self._left = False
        self.status_code = 200
        self.background = None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        leaving = asyncio.ensure_future(self._notice_leaving(receive))
        try:
            async with asyncio.timeout(self._send_timeout) as timeout:
                await send(
                    {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
                )
                while (piece := await self._next()) is not None:
                    timeout.reschedule(asyncio.get_running_loop().time() + self._send_timeout)
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            return  # without an end, so that the server hangs up
        finally:
            leaving.cancel()
            self._slot.release()

    async def _next(self) -> bytes | None:
        async with self._making:
            await asyncio.sleep(0)  # others are served in between
            return None if self._left else next(self._pieces, None)

    async def _notice_leaving(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._left = True
