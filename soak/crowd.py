"""Thousands of clients of streams, in a process of their own: `python -m soak.crowd`.

The first line of input says what to do: `{"port", "paths", "readers", "idle", "restless", "seed"}`.
Readers keep the newest message, idle ones never read, restless ones come and go. It says `ready`
when each has been answered. The line `compare` is answered with how many readers have what REST says.
"""

import asyncio
import json
import random
import resource
import sys
from typing import Any, cast

import orjson
import uvloop

from soak.client import Client
from soak.snapshot import entries_of

_AT_ONCE = 100
_TIMEOUT_SECONDS = 20.0
_PAUSE_SECONDS = 0.1
_END = b"\n\n\r\n"  # of a message, and of the chunk that it came in


class Member(asyncio.Protocol):
    """One client. Only the newest message is kept, as it came."""

    def __init__(self, path: str, *, reads: bool) -> None:
        self.path = path
        self.newest = b""
        self.messages = 0
        self.refused = False
        self.answered = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()
        self._reads = reads
        self._rest: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(f"GET {self.path}/sse HTTP/1.1\r\nHost: soak\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        if not self.answered.done():
            self.refused = not data.startswith(b"HTTP/1.1 200")
            self.answered.set_result(None)
            if not self._reads:
                self.transport.pause_reading()
                return
        self._rest.append(data)
        if not data.endswith(_END):
            return
        data = b"".join(self._rest)
        self._rest.clear()
        at = data.rfind(b"\ndata: ")
        if at >= 0:
            self.newest = data[at + 7 : data.index(b"\n\n", at)]
            self.messages += data.count(b"\ndata: ")

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.answered.done():
            self.refused = True
            self.answered.set_result(None)
        self.gone.set()


class Crowd:
    def __init__(self, port: int, paths: list[str], chance: random.Random) -> None:
        self._port = port
        self._paths = paths
        self._chance = chance
        self._expected = 0
        self._readers: list[Member] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.came = 0
        self.refused = 0
        self.lost = 0

    async def gather(self, readers: int, idle: int, restless: int) -> None:
        self._expected = readers
        kinds = [self._read] * readers + [self._idle] * idle + [self._come_and_go] * restless
        arrived = [asyncio.Event() for _ in kinds]
        self._tasks = [
            asyncio.ensure_future(kind(self._paths[i % len(self._paths)], arrived[i]))
            for i, kind in enumerate(kinds)
        ]
        await asyncio.gather(*(event.wait() for event in arrived))

    async def compare(self) -> dict[str, Any]:
        """Wait until every reader has what REST says, as long as there is hope."""
        exact = 0
        client = Client("crowd", self._port)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _TIMEOUT_SECONDS
        while loop.time() < deadline:
            said = {p: entries_of((await client.insist(p)).json()) for p in self._paths}
            exact = sum(bool(r.newest) and entries_of(orjson.loads(r.newest)) == said[r.path]
                        for r in self._readers)  # fmt: skip
            if exact == self._expected:  # who lost the stream comes back
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        client.close()
        return {
            "readers": self._expected,
            "exact": exact,
            "messages": sum(reader.messages for reader in self._readers),
            "came": self.came,
            "refused": self.refused,
            "lost": self.lost,
        }

    async def _enter(self, path: str, *, reads: bool) -> Member:
        """Return a client whose stream has begun, after as many refusals as it takes."""
        while True:
            async with self._turns:
                member = Member(path, reads=reads)
                try:
                    loop = asyncio.get_running_loop()
                    await loop.create_connection(lambda: member, "127.0.0.1", self._port)  # noqa: B023
                    await member.answered
                except OSError:
                    member.refused = True
            if not member.refused:
                self.came += 1
                return member
            self.refused += 1
            await asyncio.sleep(self._chance.uniform(1, 2))

    async def _read(self, path: str, arrived: asyncio.Event) -> None:
        while True:
            member = await self._enter(path, reads=True)
            self._readers.append(member)
            arrived.set()
            await member.gone.wait()
            self._readers.remove(member)
            self.lost += 1

    async def _idle(self, path: str, arrived: asyncio.Event) -> None:
        while True:
            member = await self._enter(path, reads=False)
            arrived.set()
            # Who does not read does not hear of being dropped either: come again after a while.
            await asyncio.sleep(self._chance.uniform(5, 60))
            member.transport.abort()

    async def _come_and_go(self, path: str, arrived: asyncio.Event) -> None:
        while True:
            member = await self._enter(path, reads=True)
            arrived.set()
            await asyncio.sleep(self._chance.uniform(1, 20))
            member.transport.abort()


async def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    orders = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    order = json.loads(await orders.readline())
    chance = random.Random(order["seed"])  # noqa: S311 - chance, no secret
    crowd = Crowd(order["port"], order["paths"], chance)
    await crowd.gather(order["readers"], order["idle"], order["restless"])
    _say("ready")
    while await orders.readline():
        _say(json.dumps(await crowd.compare()))


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    uvloop.run(main())
