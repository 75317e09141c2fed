"""Many clients of one stream, in a process of their own: `python -m bench.listeners PORT PATH COUNT`.

Says `ready` once each has its first message. Then each line of input names the changes that were
made, {version: time}; when everybody has seen the last one it answers with what was delivered.
"""

import asyncio
import json
import resource
import sys
import time
from array import array
from typing import cast

import uvloop

from kit.percentile import percentile

_AT_ONCE = 200
_PATIENCE_SECONDS = 20.0
_MESSAGE = b"\nid: "
_END = b"\n\n\r\n"  # of a message, and of the chunk that it came in


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

    def __init__(self, path: str, arrivals: Arrivals) -> None:
        self._path = path
        self._arrivals = arrivals
        self._rest = b""
        self.seen = 0
        self.first = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(
            f"GET {self._path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.time()
        data = self._rest + data
        if not data.endswith(_END):
            self._rest = data
            return
        self._rest = b""
        messages = data.count(_MESSAGE)
        if not messages:
            return
        version = newest_version(data)
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


def newest_version(data: bytes) -> int:
    """The number in the last `id: EPOCH:NUMBER` of these messages."""
    start = data.index(b":", data.rindex(_MESSAGE) + len(_MESSAGE)) + 1
    return int(data[start : data.index(b"\n", start)])


async def main(port: str, path: str, count: str) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    arrivals = Arrivals()
    clients = [Listener(path, arrivals) for _ in range(int(count))]
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
                }
            )
        )
        arrivals.__init__()  # type: ignore[misc]


async def _connect(port: int, client: Listener) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: client, "127.0.0.1", port)
    await client.first


async def _wait_until_all_saw(clients: list[Listener], version: int) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while any(client.seen < version for client in clients):  # noqa: ASYNC110 - costs them nothing
            await asyncio.sleep(0.02)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
