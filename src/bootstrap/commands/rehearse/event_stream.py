"""One stream of Server-Sent Events, of which only the newest message is wanted."""

import asyncio
import re
from collections.abc import Callable
from typing import cast

import httptools

from src.bootstrap.commands.rehearse.http_client import Address

_END = b"\n\n"
_DATA = b"data: "
_RETRY = re.compile(rb"^retry: (\d+)$", re.MULTILINE)
_HEADERS = {"Accept": "text/event-stream", "Cache-Control": "no-store"}

# The data of the newest message that has come.
OnNewest = Callable[[bytes], None]


class EventStream(asyncio.Protocol):
    """A stream that has been asked for. `status` is that of the answer, `ended` is set when it is
    over, and `retry_after` is when to come again, in seconds, where the server said so."""

    def __init__(self, address: Address, path: str, on_newest: OnNewest) -> None:
        self._address = address
        self._path = path
        self._on_newest = on_newest
        self._rest = b""
        self._first = True
        self._transport: asyncio.Transport | None = None
        self.retry_after: float | None = None
        self.status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.ended = asyncio.Event()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(self._address.request("GET", self._path, _HEADERS))

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.status.done():
            self.status.set_exception(error or ConnectionResetError("the server hung up"))
        self.ended.set()

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after" and value.isdigit():
            self.retry_after = float(value)

    def on_headers_complete(self) -> None:
        if not self.status.done():
            self.status.set_result(self._parser.get_status_code())

    def on_body(self, body: bytes) -> None:
        if self._parser.get_status_code() != 200:
            return
        if self._rest:
            body = self._rest + body
        end = body.rfind(_END)
        if end < 0:
            self._rest = body
            return
        self._rest = body[end + 2 :]
        if self._first and (found := _RETRY.search(body)):
            self._first = False
            self.retry_after = int(found[1]) / 1000
        at = body.rfind(_DATA, 0, end)
        # Not a comment's, nor a part of the data: our messages are one line of JSON each.
        if at == 0 or (at > 0 and body[at - 1] == 0x0A):
            line_end = body.find(b"\n", at)
            self._on_newest(body[at + len(_DATA) : line_end])

    def on_message_complete(self) -> None:
        self.close()
