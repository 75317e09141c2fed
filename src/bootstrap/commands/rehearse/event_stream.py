"""One stream of Server-Sent Events."""

import asyncio
import re
from collections.abc import Callable
from typing import cast

import httptools

from src.bootstrap.commands.rehearse.http_client import Address

_END = b"\n\n"
# Each of our messages is one line of JSON.
_DATA = re.compile(rb"^data: (.*)$", re.MULTILINE)
_RETRY = re.compile(rb"^retry: (\d+)$", re.MULTILINE)
_HEADERS = {"Accept": "text/event-stream", "Cache-Control": "no-store"}

# Is told the data of each message.
OnMessage = Callable[[bytes], None]


class EventStream(asyncio.Protocol):
    """A stream that has been asked for. `status` is that of the answer, `ended` is set when it is
    over, and `retry_after` is when to come again, in seconds, where the server said so."""

    def __init__(self, address: Address, path: str, on_message: OnMessage) -> None:
        self._address = address
        self._path = path
        self._on_message = on_message
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
        *messages, self._rest = body.split(_END)
        for message in messages:
            if self._first and (found := _RETRY.search(message)):
                self.retry_after = int(found[1]) / 1000
            if found := _DATA.search(message):
                self._first = False
                self._on_message(found[1])

    def on_message_complete(self) -> None:
        self.close()
