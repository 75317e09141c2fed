"""Clients of streams, who come back when they are cut off, and keep a snapshot of what they see."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import orjson

from kit.http_client import LOOPBACK
from soak.client import Client
from soak.snapshot import Picture

_CONNECT_SECONDS = 10.0
# As the service asks, but quicker: a second is a long time in a campaign of seconds.
_COME_BACK_SECONDS = 0.25
_POLL_SECONDS = 0.02


class Subscriber:
    """One stream. `path` is that of the REST answer which says the same."""

    def __init__(
        self, instance: str, port: int, path: str, *, delta: bool, host: str = LOOPBACK
    ) -> None:
        self.instance = instance
        self.path = path
        self.delta = delta
        self.snapshot = Picture()
        self.streams = 0
        self._host = host
        self._port = port
        self._task = asyncio.ensure_future(self._watch())

    async def sees_what_rest_says(self, port: int, *, within: float) -> str | None:
        """Wait until the snapshot is that of the REST answer; say what is wrong if it is not within
        so many seconds."""
        client = Client(self.instance, port, host=self._host)
        try:
            async with asyncio.timeout(within):
                while True:
                    answer = await client.ask("GET", self.path)
                    if answer and answer.status == 200 and self.snapshot.shows(answer.json()):
                        break
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            kind = "delta" if self.delta else "full"
            return (
                f"{self.instance} {self.path} ({kind}): at {self.snapshot.version} another snapshot"
            )
        finally:
            client.close()
        return "; ".join(self.snapshot.wrong) or None

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            with contextlib.suppress(OSError, EOFError):
                await self._read_one_stream()
            await asyncio.sleep(_COME_BACK_SECONDS)

    async def _read_one_stream(self) -> None:
        async with asyncio.timeout(_CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(self._host, self._port, limit=1 << 22)
        try:
            query = "?delta=true" if self.delta else ""
            request = f"GET {self.path}/sse{query} HTTP/1.1\r\nHost: soak\r\n\r\n"
            writer.write(request.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                return
            self.streams += 1
            self.snapshot.new_stream()
            async for block in _blocks(reader):
                fields = dict(line.split(b": ", 1) for line in block.splitlines() if b": " in line)
                if b"data" in fields:
                    self.snapshot.take(
                        fields[b"event"].decode(),
                        fields[b"id"].decode(),
                        orjson.loads(fields[b"data"]),
                    )
        finally:
            writer.transport.abort()


async def wrong_pictures(
    subscribers: Sequence[Subscriber], port: int, *, within: float
) -> list[str]:
    """What those who do not come to see what REST says have seen instead."""
    found = await asyncio.gather(*(s.sees_what_rest_says(port, within=within) for s in subscribers))
    return [line for line in found if line is not None]


async def _blocks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The events of a chunked body, however it was cut into chunks."""
    body = b""
    while size := int((await reader.readuntil(b"\r\n")), 16):
        body += (await reader.readexactly(size + 2))[:-2]
        *blocks, body = body.split(b"\n\n")
        for block in blocks:
            yield block
