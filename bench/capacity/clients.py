"""People: what their browsers ask for, over connections that a proxy keeps open, and streams of their own."""

import asyncio
import posixpath
import re
import secrets
from collections import deque
from collections.abc import Sequence
from typing import Any, Self, cast

from kit.http_client import LOOPBACK, Answer, Connection

_HEAD_END = b"\r\n\r\n"
_STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_FOLDER = re.compile(r'data-static="([^"]+)"')
_FONT = re.compile(r"url\(\"?([^\")]+\.woff2)")
_TOO_MUCH = (429, 503)


class Pool:
    """Connections that are used by whoever has something to ask; counts what came."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._all = connections
        self._idle = deque(connections)
        self._waiting: deque[asyncio.Future[Connection]] = deque()
        self.received = 0
        self.refused = 0

    @classmethod
    async def open(cls, port: int, size: int) -> Self:
        return cls([await Connection.open(port) for _ in range(size)])

    async def ask(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        token: str | None = None,
        key: str | None = None,
        but: int | None = None,
    ) -> Answer:
        """Ask as a browser does. An answer that is an error ends the run, but for one that says to come
        again: that is counted, and asked again; and for one of the status `but`."""
        while True:
            answer = await self._ask_once(method, path, content, token, key)
            self.received += len(answer.head) + len(_HEAD_END) + len(answer.body)
            if answer.status not in _TOO_MUCH:
                break
            self.refused += 1
            await asyncio.sleep(1)
        if answer.status >= 400 and answer.status != but:
            raise RuntimeError(f"HTTP {answer.status} from {path}: {answer.body[:300]!r}")
        return answer

    async def reserve(self, wanted: Any, token: str, *, but: int | None = None) -> Answer:
        """With a key, as the pages do, so that what is asked again is made once."""
        key = secrets.token_hex(16)
        return await self.ask("POST", "/api/reservation", wanted, token=token, key=key, but=but)

    async def _ask_once(
        self, method: str, path: str, content: Any, token: str | None, key: str | None
    ) -> Answer:
        if self._idle:
            connection = self._idle.popleft()
        else:
            free: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
            self._waiting.append(free)
            connection = await free
        try:
            # As a browser, which takes gzip. What is read here is too short to be compressed.
            return await connection.request(
                method, path, content, token=token, idempotency_key=key, gzip=method == "GET"
            )
        finally:
            if self._waiting:
                self._waiting.popleft().set_result(connection)
            else:
                self._idle.append(connection)

    def close(self) -> None:
        for connection in self._all:
            connection.close()


class RefusedError(Exception):
    """The service has too much to do for a stream more."""


class Heard:
    """What streams of one kind have received."""

    def __init__(self) -> None:
        self.messages = 0
        self.received = 0
        # Of these bytes, those of the answers' heads.
        self.heads = 0
        self.refused = 0


class Stream(asyncio.Protocol):
    """One client of a stream. It counts messages, each of which is a chunk, and looks into none."""

    __slots__ = ("_began", "_heard", "_line", "_rest", "_transport", "_wanted", "first")

    def __init__(self, path: str, heard: Heard, *, gzip: bool) -> None:
        encoding = "gzip" if gzip else "identity"
        self._wanted = (
            f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: {encoding}\r\n\r\n".encode()
        )
        self._heard = heard
        self._began = False
        self._rest = 0
        self._line = b""
        self.first: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, port: int, path: str, heard: Heard, *, gzip: bool) -> Self:
        """Return once it has its first message. Who is refused comes again, and is counted."""
        while True:
            try:
                return await cls._opened(port, path, heard, gzip=gzip)
            except RefusedError:
                heard.refused += 1
                await asyncio.sleep(1)

    @classmethod
    async def _opened(cls, port: int, path: str, heard: Heard, *, gzip: bool) -> Self:
        stream = cls(path, heard, gzip=gzip)
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: stream, LOOPBACK, port)
        await stream.first
        return stream

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._wanted)

    def data_received(self, data: bytes) -> None:
        self._heard.received += len(data)
        at = 0
        if not self._began:
            end = data.find(_HEAD_END)
            if not data.startswith(b"HTTP/1.1 200") or end < 0:
                refused = data.startswith(b"HTTP/1.1 503")
                kind = RefusedError if refused else RuntimeError
                self.first.set_exception(kind(f"no stream: {data[:300]!r}"))
                self._transport.abort()
                return
            self._began, at = True, end + len(_HEAD_END)
            self._heard.heads += at
        # How many bytes of a chunk are still to come.
        data, self._line = self._line + data, b""
        at += self._rest
        while at < len(data):
            line_end = data.find(b"\r\n", at)
            if line_end < 0:
                self._line, at = data[at:], len(data)
                break
            at = line_end + 2 + int(data[at:line_end], 16) + 2
            self._heard.messages += 1
            if not self.first.done():
                self.first.set_result(None)
        self._rest = at - len(data)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.first.done():
            self.first.set_exception(error or ConnectionResetError("the stream was refused"))

    def close(self) -> None:
        self._transport.abort()


async def files_of(port: int, page: str) -> list[str]:
    """What a browser fetches beside a page at its first visit: what the page names, the font that its
    styles name, and the poster."""
    connection = await Connection.open(port)
    html = (await connection.get(page)).body.decode()
    files = _STATIC.findall(html)
    [styles] = [path for path in files if path.endswith(".css")]
    [font] = _FONT.findall((await connection.get(styles)).body.decode())
    connection.close()
    [static] = _FOLDER.findall(html)
    return [*files, posixpath.normpath(f"{styles}/../{font}"), f"{static}/poster.svg?name=Bench"]
