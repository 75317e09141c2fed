"""Many clients of one stream, in a process of their own:
`python -m bench.listeners PORT PATH COUNT ENCODING [SUBSECTION]`, where the encoding is `identity` or
`gzip`. With a subsection a change is known by how many of its seats are reserved, not by its version.

Says `ready` once each has its first message. Then each line of input names the changes that were
made, {version: time}; when everybody has seen the last one it answers with what was delivered.
"""

import asyncio
import json
import resource
import sys
import time
import zlib
from array import array
from collections.abc import Callable
from typing import ClassVar, cast

import uvloop

from kit.percentile import percentile
from src.platform.http import gzip_stream

_AT_ONCE = 200
_TIMEOUT_SECONDS = 20.0
_MESSAGE = b"\ndata: "
_ID = b"\nid: "
_SERVING = b'"serving":'
_HEAD_END = b"\r\n\r\n"
_PIECES_KEPT = 1_000
_END = b"\n\n\r\n"  # of a message, and of the chunk that it came in


def newest_version(data: bytes) -> int:
    """The number in the last `id: EPOCH:NUMBER` of these messages; of a line, the last that was served."""
    if (at := data.rfind(_ID)) >= 0:
        start = data.index(b":", at + len(_ID)) + 1
        return int(data[start : data.index(b"\n", start)])
    start = data.rindex(_SERVING) + len(_SERVING)
    return int(data[start : data.index(b",", start)])


def reserved_of(subsection: int) -> Callable[[bytes], int]:
    """Reads the number of this subsection's reserved seats in the last of some messages."""
    start = b'"subsection":%d,' % subsection
    key = b'"reserved":'

    def newest(data: bytes) -> int:
        at = data.index(key, data.rindex(start)) + len(key)
        return int(data[at : data.index(b",", at)])

    return newest


class Arrivals:
    """Which version reached a client at what time, and how many messages there were."""

    def __init__(self) -> None:
        self.messages = 0
        self.versions = array("Q")
        self.times = array("d")

    def latencies(self, made_at: dict[int, float]) -> list[float]:
        """Seconds from each change to each client that was told of it."""
        return [
            at - made_at[version]
            for version, at in zip(self.versions, self.times, strict=True)
            if version in made_at
        ]


class Listener(asyncio.Protocol):
    """One client. A message that tells of several changes brings them all at once."""

    __slots__ = ("_arrivals", "_path", "_rest", "first", "seen")

    encoding = "identity"
    # Which change the newest of these messages shows.
    newest: ClassVar[Callable[[bytes], int]] = staticmethod(newest_version)

    def __init__(self, path: str, arrivals: Arrivals) -> None:
        self._path = path
        self._arrivals = arrivals
        self._rest = b""
        self.seen = 0
        self.first = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(
            f"GET {self._path} HTTP/1.1\r\nHost: bench\r\n"
            f"Accept-Encoding: {self.encoding}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.time()
        data = self._rest + data
        if not data.endswith(_END):
            self._rest = data
            return
        self._rest = b""
        if messages := data.count(_MESSAGE):
            self._arrived(messages, type(self).newest(data), now)

    def _arrived(self, messages: int, version: int, now: float) -> None:
        arrivals = self._arrivals
        arrivals.messages += messages
        for reached in range(self.seen + 1 if self.seen else version, version + 1):
            arrivals.versions.append(reached)
            arrivals.times.append(now)
        self.seen = version
        if not self.first.done():
            self.first.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.first.done():
            self.first.set_exception(error or ConnectionResetError("the stream was refused"))


class CompressedListener(Listener):
    """One that accepts gzip. What comes to all in the same bytes is decompressed once for all: it is
    the server that is measured."""

    __slots__ = ("_began",)

    encoding = "gzip"
    _known: ClassVar[dict[bytes, tuple[int, int]]] = {}

    def __init__(self, path: str, arrivals: Arrivals) -> None:
        super().__init__(path, arrivals)
        self._began = False

    def data_received(self, data: bytes) -> None:
        now = time.time()
        data = self._rest + data
        if not self._began:
            head, end, data = data.partition(_HEAD_END)
            if not end:
                self._rest = head
                return
            self._began = True
        while True:
            line, end, rest = data.partition(b"\r\n")
            size = int(line, 16) if end else 0
            if not end or len(rest) < size + 2:
                self._rest = data
                return
            messages, version = self._read(rest[:size])
            if messages:
                self._arrived(messages, version, now)
            data = rest[size + 2 :]

    def _read(self, chunk: bytes) -> tuple[int, int]:
        """How many messages, and the newest version among them."""
        if (known := self._known.get(chunk)) is None:
            piece = chunk.removeprefix(gzip_stream.HEAD)
            content = b"\n" + zlib.decompressobj(-zlib.MAX_WBITS).decompress(piece)
            messages = content.count(_MESSAGE)
            known = (messages, type(self).newest(content) if messages else 0)
            if len(self._known) > _PIECES_KEPT:
                self._known.clear()
            self._known[chunk] = known
        return known


async def main(port: str, path: str, count: str, encoding: str, subsection: str = "") -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    arrivals = Arrivals()
    kind = CompressedListener if encoding == CompressedListener.encoding else Listener
    clients = [kind(path, arrivals) for _ in range(int(count))]
    if subsection:
        Listener.newest = staticmethod(reserved_of(int(subsection)))
    loop = asyncio.get_running_loop()
    for at in range(0, len(clients), _AT_ONCE):
        batch = clients[at : at + _AT_ONCE]
        await asyncio.gather(*(_connect(int(port), client) for client in batch))
    _say("ready")

    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        made_at = {int(version): at for version, at in json.loads(line).items()}
        await _wait_until_all_saw(clients, max(made_at))
        latencies = arrivals.latencies(made_at)
        _say(
            json.dumps(
                {
                    "messages": arrivals.messages,
                    "p50": percentile(latencies, 0.5),
                    "p99": percentile(latencies, 0.99),
                    "longest": max(latencies),
                }
            )
        )
        arrivals.__init__()  # type: ignore[misc]


async def _connect(port: int, client: Listener) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: client, "127.0.0.1", port)
    await client.first


async def _wait_until_all_saw(clients: list[Listener], version: int) -> None:
    async with asyncio.timeout(_TIMEOUT_SECONDS):
        while any(client.seen < version for client in clients):  # noqa: ASYNC110 - costs them nothing
            await asyncio.sleep(0.02)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
