"""A Server-Sent Events response over a subscriber.

Written here rather than taken from sse-starlette, because a stream is what this product is for:
one task and one future per client instead of a task group of four, the same bytes for every client
with and without compression, no patch of uvicorn at import.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from src.platform.http.access_log import DIRECT_SEND
from src.platform.http.compression import client_takes_gzip
from src.platform.http.gzip_stream import HEAD, GzipMember, Piece, SharedMessage
from src.platform.http.read_limit import release_slot
from src.service.shared_kernel.subscriber import Subscriber
from src.service.shared_kernel.watchdog import Watchdog

# Without an empty line after it: that would end a block, and some clients take a block without data
# for an event.
_COMMENT = b": still here\n"

# Clients that were cut off together must not all come back together.
_RETRIES = [b"retry: %d\n" % milliseconds for milliseconds in range(1000, 4001, 50)]
_PIECES = {content: Piece.of(content) for content in [_COMMENT, *_RETRIES]}


def stream_headers(scope: Scope) -> dict[str, str]:
    """No proxy may keep, hold back or compress a stream; some that compress one hold it back for good.

    A stream without compression says so for Caddy before 2.7, which does not read no-transform.
    """
    return {
        "Cache-Control": "no-store, no-transform",
        "Content-Encoding": "gzip" if client_takes_gzip(scope) else "identity",
        "X-Accel-Buffering": "no",
    }


@dataclass(frozen=True, slots=True)
class StreamTiming:
    """In seconds: between comments on a quiet stream, and until a client that takes no bytes is
    dropped."""

    heartbeat: float
    send_timeout: float


class LiveStream(Response):
    """Sends the subscriber's messages until it ends, the client leaves or takes nothing for too long;
    compressed, to clients that accept gzip."""

    media_type = "text/event-stream"

    def __init__(self, subscriber: Subscriber, timing: StreamTiming) -> None:
        self._subscriber = subscriber
        self._timing = timing
        self._member: GzipMember | None = None
        self.status_code = 200
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        release_slot(scope)
        self.init_headers(stream_headers(scope))
        if client_takes_gzip(scope):
            self._member = GzipMember()
        left = asyncio.ensure_future(_disconnected(receive, self._subscriber.end))
        # A task of its own, so that a message wakes this one coroutine and not, with it, the
        # twenty and more of the framework around us.
        stream = asyncio.ensure_future(self._stream(send, scope.get(DIRECT_SEND, send)))
        timed_out = False

        def on_timeout() -> None:
            nonlocal timed_out
            timed_out = True
            stream.cancel()

        self._sending = Watchdog(on_timeout)
        try:
            await stream
        except asyncio.CancelledError:
            if not timed_out:
                raise
            # The client takes no bytes. Returning without an end makes the server hang up.
        finally:
            self._sending.close()
            left.cancel()
            self._subscriber.close()

    async def _stream(self, begin: Send, send: Send) -> None:
        sending = self._sending
        sending.start(self._timing.send_timeout)
        await begin({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        sending.stop()
        head = b"" if self._member is None else HEAD
        # A line of the first message, since alone it would be a block without data.
        retry = random.choice(_RETRIES)  # noqa: S311 - no secret  # nosec B311
        while (message := await self._subscriber.next(self._timing.heartbeat)) != b"":
            if message and retry:
                head, retry = head + await self._encoded(retry), b""
            body = await self._encoded(message or _COMMENT)
            if head:
                body, head = head + body, b""
            sending.start(self._timing.send_timeout)
            await send({"type": "http.response.body", "body": body, "more_body": True})
            sending.stop()
            # The first one is this client's own: kept until the next, it would cost as much again.
            del message, body
            if self._subscriber.ended:
                break
        end = b"" if self._member is None else head + self._member.end()
        await send({"type": "http.response.body", "body": end})

    async def _encoded(self, content: bytes) -> bytes:
        if self._member is None:
            return content
        if isinstance(content, SharedMessage):
            return self._member.add(await content.piece())
        return self._member.add(_PIECES[content])


async def _disconnected(receive: Receive, end: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    end()
