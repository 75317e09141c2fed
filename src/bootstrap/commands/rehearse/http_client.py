"""An HTTP/1.1 client for thousands of connections in one process, on the parser that uvicorn uses.

httpx costs too much for that: on the same two cores it would be the client that is rehearsed.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self, cast
from urllib.parse import urlsplit

import httptools
import orjson

_NAME = "ticketing-rehearse"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is; `prefix` comes before every path."""

    host: str
    port: int
    tls: bool = False
    prefix: str = ""

    @classmethod
    def of(cls, url: str) -> Self:
        """Raises ValueError for what is no http or https URL."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is no http or https URL")
        tls = parts.scheme == "https"
        port = parts.port or (443 if tls else 80)
        return cls(parts.hostname, port, tls, parts.path.rstrip("/"))

    def __str__(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self._authority}{self.prefix}"

    @property
    def _authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> bytes:
        """The bytes of a request to this server."""
        lines = [f"{method} {self.prefix}{path} HTTP/1.1", f"Host: {self._authority}"]
        lines += [f"User-Agent: {_NAME}", *(f"{k}: {v}" for k, v in headers.items())]
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + (body or b"")

    async def connect(self, protocol: asyncio.Protocol) -> None:
        """Raises OSError."""
        context = _tls_context() if self.tls else None
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: protocol, self.host, self.port, ssl=context)


@lru_cache
def _tls_context() -> ssl.SSLContext:
    """Made once: it reads every certificate that the system trusts."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; the names of its headers are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body's content; None of a body that is no JSON."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    @property
    def retry_after(self) -> float | None:
        """The seconds after which to come again, where it says so."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isdecimal() else None


class Connection(asyncio.Protocol):
    """One kept-alive connection that takes one request at a time."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._answer: asyncio.Future[Answer] | None = None
        self._closed = False

    @classmethod
    async def open(cls, address: Address) -> Self:
        """Raises OSError."""
        connection = cls(address)
        await address.connect(connection)
        return connection

    @property
    def closed(self) -> bool:
        return self._closed

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Raises OSError when the connection is lost before the whole answer has come."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(self._address.request(method, path, headers, body))
        return await self._answer

    def close(self) -> None:
        self._closed = True
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._parser = httptools.HttpResponseParser(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._lost(ConnectionError(f"not HTTP: {error}"))

    def connection_lost(self, error: Exception | None) -> None:
        self._lost(error or ConnectionResetError("the server hung up"))

    def _lost(self, error: Exception) -> None:
        self._closed = True
        self._transport.abort()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if not self._parser.should_keep_alive():
            self._closed = True
        if self._answer is not None and not self._answer.done():
            status = self._parser.get_status_code()
            self._answer.set_result(Answer(status, b"".join(self._body), self._headers))
