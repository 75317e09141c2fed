"""A client as a person has one: it comes again when it is refused or cut off, and not too soon."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from src.bootstrap.commands.rehearse.event_stream import EventStream, OnMessage
from src.bootstrap.commands.rehearse.http_client import Address, Answer, Connection

_TIMEOUT_SECONDS = 10.0
_SOON = (0.2, 1.0)


class Client:
    """Sends one request after the other, to the first of these servers that takes connections."""

    def __init__(self, servers: Sequence[Address], first: int = 0) -> None:
        self._servers = servers
        self._at = first
        self._connection: Connection | None = None

    async def ask(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        token: str | None = None,
        key: str | None = None,
    ) -> Answer | None:
        """Return the answer, whatever it says; None when there was none."""
        headers: dict[str, str] = {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key:
            headers["Idempotency-Key"] = key
        body = None if content is None else orjson.dumps(content)
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                if self._connection is None or self._connection.closed:
                    server = self._servers[self._at % len(self._servers)]
                    self._connection = await Connection.open(server)
                return await self._connection.request(method, path, headers, body)
        except OSError:  # a timeout is one
            self._at += 1
            self.close()
            return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


async def follow(
    servers: Sequence[Address],
    path: str,
    on_message: OnMessage,
    *,
    at_once: asyncio.Semaphore,
    first: int,
    counts: "StreamCounts",
) -> None:
    """Hold a stream until the server says that there is nothing more to come (204), or until this
    is cancelled. `at_once` limits how many are being opened."""
    at = first
    while True:
        stream = EventStream(servers[at % len(servers)], path, on_message)
        try:
            async with at_once, asyncio.timeout(_TIMEOUT_SECONDS):
                await servers[at % len(servers)].connect(stream)
                status = await stream.status
            if status == 204:
                return
            if status == 200:
                await counts.while_open(stream)
            else:
                counts.refuse(status)
        except OSError:  # a timeout is one
            counts.refused += 1
        finally:
            stream.close()
        at += 1
        await pause(stream.retry_after)


class StreamCounts:
    """How the streams of one kind fared. `odd` are the answers that no stream should get."""

    def __init__(self) -> None:
        self.open = 0
        self.refused = 0
        self.lost = 0
        self.odd: list[str] = []

    async def while_open(self, stream: EventStream) -> None:
        self.open += 1
        try:
            await stream.ended.wait()
            self.lost += 1
        finally:
            self.open -= 1

    def refuse(self, status: int) -> None:
        if status == 503:
            self.refused += 1
        else:
            self.odd.append(f"a stream was answered {status}")


async def pause(seconds: float | None) -> None:
    """Wait as long as was asked for, and a little more, so that not all come back at once."""
    await asyncio.sleep((seconds or 0) + random.uniform(*_SOON))  # noqa: S311 - no secret  # nosec B311


def problem_of(answer: Answer) -> Mapping[str, Any]:
    """What a refusal says; nothing when it is no problem document."""
    content = answer.json()
    return content if isinstance(content, dict) else {}
