"""Answers compressed with gzip for clients that accept it.

Written here rather than taken from the framework, whose own takes `gzip;q=0` for a yes, leaves strong
ETags on what it has changed, compresses the same body again for each client, and stands in the way of
every message of every stream.
"""

import asyncio
import re
import zlib
from collections.abc import Awaitable
from functools import lru_cache
from typing import Self

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Smaller ones fit into one packet anyway.
_MORE_THAN = 1024
# Seats as JSON: a sixteenth of their size at 300 MB/s. The next level is a sixth as quick and takes a
# twentieth off that.
_LEVEL = 3
_AT_ONCE = 256 * 1024  # about a millisecond, in which nothing else happens
_NO_BODY = {204, 206, 304}
_TEXT = re.compile(r"text/(?!event-stream)|[^;]*[/+](json|javascript|xml)\b")
_GZIP = re.compile(r"(?:x-)?(gzip|\*)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*", re.IGNORECASE)


class SharedBody(bytes):
    """A body that is sent to many, and compressed once: when the first of them wants it so."""

    level: int
    _compressed: asyncio.Future[bytes] | None = None

    def __new__(cls, content: bytes, level: int = _LEVEL) -> Self:
        body = super().__new__(cls, content)
        body.level = level
        return body

    async def compressed(self) -> bytes:
        if self._compressed is None:
            self._compressed = asyncio.ensure_future(_compressed(self, self.level))
        return await asyncio.shield(self._compressed)


class Compression:
    """ASGI middleware: compresses texts of more than 1 KB, those sent piece by piece too.

    Leaves alone what says `no-transform`, as streams of events do.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http" and client_takes_gzip(scope):
            send = _Compressing(Headers(scope=scope), send).send
        return self._app(scope, receive, send)


def client_takes_gzip(scope: Scope) -> bool:
    accepted = [value for name, value in scope["headers"] if name == b"accept-encoding"]
    return bool(accepted) and accepts_gzip(b",".join(accepted))


@lru_cache(maxsize=256)
def accepts_gzip(value: bytes) -> bool:
    """Whether a client that sends this Accept-Encoding takes gzip; by its own name before `*`."""
    weights = {}
    for coding in value.decode("latin-1").split(","):
        if match := _GZIP.fullmatch(coding.strip()):
            try:
                weights[match[1].lower()] = float(match[2] or 1)
            except ValueError:
                continue
    return weights.get("gzip", weights.get("*", 0.0)) > 0


class _Compressing:
    """What stands before one client's `send`."""

    def __init__(self, request: Headers, send: Send) -> None:
        self._request = request
        self._send = send
        self._start: Message | None = None
        self._compressor: zlib._Compress | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self._is_for_compression(message):
                self._start = message  # until it is known whether the body is large enough
            else:
                await self._send(message)
        elif self._start is not None:
            await self._begin(self._start, message)
            self._start = None
        elif self._compressor is not None:
            await self._send(await self._next_piece(self._compressor, message))
        else:
            await self._send(message)

    def _is_for_compression(self, start: Message) -> bool:
        headers = MutableHeaders(scope=start)
        if start["status"] in _NO_BODY:
            self._weaken_if_sent_weak(headers)
            return False
        return (
            "content-encoding" not in headers
            and "no-transform" not in headers.get("cache-control", "")
            and _TEXT.match(headers.get("content-type", "")) is not None
            and int(headers.get("content-length", _MORE_THAN + 1)) > _MORE_THAN
        )

    async def _begin(self, start: Message, first: Message) -> None:
        headers = MutableHeaders(scope=start)
        body = first.get("body", b"")
        if first.get("more_body", False):
            del headers["content-length"]
            self._compressor = _compressor(_LEVEL)
            first = await self._next_piece(self._compressor, first)
        else:
            compressed = await (
                body.compressed() if isinstance(body, SharedBody) else _compressed(body, _LEVEL)
            )
            headers["content-length"] = str(len(compressed))
            first = {**first, "body": compressed}
        headers["content-encoding"] = "gzip"
        # A strong tag would say that these are the bytes that others get. What nobody may store has its
        # tag for If-Match, which only a strong one can match.
        if "etag" in headers and "no-store" not in headers.get("cache-control", ""):
            headers["etag"] = _weak(headers["etag"])
        await self._send(start)
        await self._send(first)

    def _weaken_if_sent_weak(self, headers: MutableHeaders) -> None:
        """What was compressed is confirmed under the tag that the client has it by."""
        if "etag" in headers:
            weak = _weak(headers["etag"])
            if any(weak in line for line in self._request.getlist("if-none-match")):
                headers["etag"] = weak

    async def _next_piece(self, compressor: "zlib._Compress", message: Message) -> Message:
        body = await _compress(compressor, message.get("body", b""))
        if not message.get("more_body", False):
            body += compressor.flush()
        return {**message, "body": body}


def _weak(tag: str) -> str:
    return tag if tag.startswith("W/") else f"W/{tag}"


def _compressor(level: int) -> "zlib._Compress":
    return zlib.compressobj(level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)


async def _compressed(body: bytes, level: int) -> bytes:
    compressor = _compressor(level)
    return await _compress(compressor, body) + compressor.flush()


async def _compress(compressor: "zlib._Compress", body: bytes) -> bytes:
    """Others are served between the parts of a large one."""
    parts = [compressor.compress(body[:_AT_ONCE])]
    for start in range(_AT_ONCE, len(body), _AT_ONCE):
        await asyncio.sleep(0)
        parts.append(compressor.compress(body[start : start + _AT_ONCE]))
    return b"".join(parts)
