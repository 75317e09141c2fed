"""A bare HTTP/1.1 client on asyncio's protocols: it must cost less than what it measures."""

import asyncio
from dataclasses import dataclass
from typing import Any, Self, cast

import orjson

LOOPBACK = "127.0.0.1"
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_CHUNKED = b"transfer-encoding: chunked"
_LAST_CHUNK = b"\r\n0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    head: bytes

    def json(self) -> Any:
        """The body's content; an answer that is an error ends the run."""
        if self.status >= 400:
            raise RuntimeError(f"HTTP {self.status}: {self.body[:500]!r}")
        return orjson.loads(self.body)


class Connection(asyncio.Protocol):
    """One kept-alive connection that takes one request at a time. It is opened again when the
    server has closed it for being quiet."""

    def __init__(self, port: int, host: str = LOOPBACK) -> None:
        self._host = host
        self._port = port
        self._received: list[bytes] = []
        self._missing = 0
        self._head = b""
        self._chunked = False
        self._answer: asyncio.Future[Answer] | None = None

    @classmethod
    async def open(cls, port: int, host: str = LOOPBACK) -> Self:
        connection = cls(port, host)
        await connection._connect()
        return connection

    async def request(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        token: str | None = None,
        idempotency_key: str | None = None,
        gzip: bool = False,
    ) -> Answer:
        """With `gzip` the answer may be compressed; its body stays as it came."""
        body = b"" if content is None else orjson.dumps(content)
        more = f"Authorization: Bearer {token}\r\n" if token else ""
        if idempotency_key:
            more += f"Idempotency-Key: {idempotency_key}\r\n"
        if gzip:
            more += "Accept-Encoding: gzip\r\n"
        if self._transport.is_closing():
            await self._connect()
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(
            f"{method} {path} HTTP/1.1\r\nHost: bench\r\n{more}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        return await self._answer

    async def get(self, path: str) -> Answer:
        return await self.request("GET", path)

    def close(self) -> None:
        self._transport.close()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, self._host, self._port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if not self._head:
            data = b"".join([*self._received, data])
            head, end, data = data.partition(_HEAD_END)
            if not end:
                self._received = [head]
                return
            self._received = []
            self._head = head
            self._chunked = _CHUNKED in head.lower()
            self._missing = content_length(head)
        self._received.append(data)
        self._missing -= len(data)
        if self._chunked:
            # A body that says its length is the rule here, so this one may cost a little more.
            if b"".join(self._received[-2:]).endswith(_LAST_CHUNK):
                self._answered(without_chunks(b"".join(self._received)))
        elif self._missing == 0:
            self._answered(b"".join(self._received))

    def _answered(self, body: bytes) -> None:
        head, self._head, self._received = self._head, b"", []
        assert self._answer is not None
        self._answer.set_result(Answer(int(head[9:12]), body, head))

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError("the server hung up"))


def content_length(head: bytes) -> int:
    """How long the body is that follows this head; 0 when the head does not say."""
    at = head.lower().find(_LENGTH)
    if at < 0:
        return 0
    end = head.find(b"\r\n", at)
    return int(head[at + len(_LENGTH) : end if end >= 0 else None])


def without_chunks(body: bytes) -> bytes:
    """What a chunked body holds."""
    parts = []
    at = 0
    while (size := int(body[at : (start := body.index(b"\r\n", at))], 16)) > 0:
        parts.append(body[start + 2 : start + 2 + size])
        at = start + 2 + size + 2
    return b"".join(parts)
