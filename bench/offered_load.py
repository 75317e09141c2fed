"""Reservations that are offered whatever becomes of those before them, by a process of its own:
`python -m bench.offered_load`. Each line of input is a `Load` as JSON; the answer is what came of it.

It shares the processor with what it measures, so it makes all requests before it begins, looks at
no more of an answer than it has to, and keeps to as many connections and seconds as it is told.
"""

import asyncio
import json
import resource
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import orjson
import uvloop

from kit.api import Size
from kit.http_client import content_length
from kit.percentile import percentile

_TICK_SECONDS = 0.001
_HEAD_END = b"\r\n\r\n"
_RETRY_AFTER = b"\r\nretry-after: "
# For answers that are still to come when the time is over.
_LAST_ANSWERS_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Load:
    """`per_second` requests for so many `seconds`, or without it as many as `connections` can ask for
    one after the other. `fresh` opens a connection for each. The first `warm_up` seconds do not count.

    Seats are named when `first_seat` is given, from that one on, one and two at a time."""

    port: int
    event_id: int
    tokens: list[str]
    size: tuple[int, int, int]
    seconds: float
    connections: int
    per_second: float | None = None
    first_seat: int | None = None
    fresh: bool = False
    warm_up: float = 0.0


@dataclass(slots=True)
class Outcome:
    """Times in seconds, from when a request was due to its answer."""

    offered: int = 0
    served: int = 0
    refused: int = 0
    # By status; without an answer it is 0.
    others: dict[str, int] = field(default_factory=dict)
    served_per_second: float = 0.0
    served_p50: float = 0.0
    served_p99: float = 0.0
    refused_p50: float = 0.0
    refused_p99: float = 0.0
    refused_max: float = 0.0
    retry_after: dict[str, int] = field(default_factory=dict)
    cpu: float = 0.0


class Offering:
    """One load under way."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._loop = asyncio.get_running_loop()
        self._requests = requests_of(load)
        self._idle: deque[_Client] = deque()
        self._late: deque[tuple[bytes, float]] = deque()
        self._clients = 0
        self._open = 0
        self._offered = 0
        self._served: list[float] = []
        self._served_at: list[float] = []
        self._refused: list[float] = []
        self._other: Counter[int] = Counter()
        self._retry_after: Counter[str] = Counter()
        self._opening: set[asyncio.Task[Any]] = set()
        self._began = self._ends = 0.0

    async def run(self) -> Outcome:
        load = self._load
        if not load.fresh:
            await self._connect_all()
        cpu = time.process_time()
        self._began = time.perf_counter()
        self._ends = self._began + load.seconds
        if load.per_second is None:
            for client in list(self._idle):
                self._offer(self._began, client)
            await asyncio.sleep(load.seconds)
        else:
            await self._offer_at(load.per_second)
        give_up = time.perf_counter() + _LAST_ANSWERS_SECONDS
        while self._open and time.perf_counter() < give_up:  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # costs less than being told of each
        return self._outcome(time.process_time() - cpu)

    async def _offer_at(self, per_second: float) -> None:
        while (now := time.perf_counter()) < self._ends:
            while (due := self._began + self._offered / per_second) <= now:
                self._offer(due, self._idle.popleft() if self._idle else None)
            await asyncio.sleep(_TICK_SECONDS)

    def _offer(self, due: float, client: "_Client | None") -> None:
        request = next(self._requests)
        self._offered += 1
        self._open += 1
        if client is not None:
            client.send(request, due)
        elif self._load.fresh:
            task = self._loop.create_task(self._connect(request, due))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)
        else:
            self._late.append((request, due))

    async def _connect(self, request: bytes, due: float) -> None:
        client = _Client(self)
        await self._open_connection(client)
        client.send(request, due)

    async def _connect_all(self) -> None:
        for _ in range(self._load.connections):
            client = _Client(self)
            await self._open_connection(client)
            self._idle.append(client)

    async def _open_connection(self, client: "_Client") -> None:
        await self._loop.create_connection(lambda: client, "127.0.0.1", self._load.port)

    def answered(self, client: "_Client", due: float, status: int, head: bytes) -> None:
        now = time.perf_counter()
        self._open -= 1
        counts = due - self._began >= self._load.warm_up
        if status == 201:
            self._served_at.append(now)
            if counts:
                self._served.append(now - due)
        elif status == 503:
            if counts:
                self._refused.append(now - due)
            at = head.find(_RETRY_AFTER) + len(_RETRY_AFTER)
            self._retry_after[head[at : head.find(b"\r", at)].decode()] += 1
        else:
            self._other[status] += 1
        if self._late:
            client.send(*self._late.popleft())
        elif self._load.per_second is None and now < self._ends:
            self._offer(now, client)
        elif self._load.fresh:
            client.close()
        else:
            self._idle.append(client)

    def lost(self, was_waiting: bool) -> None:
        if was_waiting:
            self._open -= 1
            self._other[0] += 1

    def _outcome(self, cpu: float) -> Outcome:
        load = self._load
        since = self._began + load.warm_up
        in_time = sum(since <= at <= self._ends for at in self._served_at)
        if self._open:
            self._other[0] += self._open
        for client in self._idle:
            client.close()
        found = Outcome(
            offered=self._offered,
            served=len(self._served_at),
            refused=self._retry_after.total(),
            others={str(status): count for status, count in self._other.items()},
            served_per_second=in_time / (load.seconds - load.warm_up),
            retry_after=dict(sorted(self._retry_after.items())),
            cpu=cpu / load.seconds,
        )
        if self._served:
            found.served_p50 = percentile(self._served, 0.5)
            found.served_p99 = percentile(self._served, 0.99)
        if self._refused:
            found.refused_p50 = percentile(self._refused, 0.5)
            found.refused_p99 = percentile(self._refused, 0.99)
            found.refused_max = max(self._refused)
        return found


class _Client(asyncio.Protocol):
    """One connection, with one request at a time."""

    __slots__ = ("_due", "_head", "_missing", "_offering", "_transport", "_waiting")

    def __init__(self, offering: Offering) -> None:
        self._offering = offering
        self._due = 0.0
        self._head = b""
        self._missing = 0
        self._waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, due: float) -> None:
        self._due, self._waiting = due, True
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        if not self._missing:
            self._head += data
            end = self._head.find(_HEAD_END)
            if end < 0:
                return
            length = content_length(self._head[: end + 4])
            self._missing = length - (len(self._head) - end - 4)
        else:
            self._missing -= len(data)
        if self._missing == 0:
            head, self._head, self._waiting = self._head, b"", False
            self._offering.answered(self, self._due, int(head[9:12]), head)

    def connection_lost(self, error: Exception | None) -> None:
        waiting, self._waiting = self._waiting, False
        self._offering.lost(waiting)

    def close(self) -> None:
        self._transport.close()


def requests_of(load: Load) -> Iterator[bytes]:
    """All of them made beforehand, as they are sent."""
    count = int(load.seconds * (load.per_second or 4_000)) + load.connections
    wishes = best_seats(load) if load.first_seat is None else named_seats(load, load.first_seat)
    made = [
        _request(load, load.tokens[number % len(load.tokens)], next(wishes))
        for number in range(count)
    ]
    return iter(made)


def best_seats(load: Load) -> Iterator[dict[str, Any]]:
    while True:
        for quantity in (1, 2):
            yield {"event_id": load.event_id, "quantity": quantity}


def named_seats(load: Load, first: int) -> Iterator[dict[str, Any]]:
    size = Size(*load.size)
    number = first
    while True:
        for quantity in (1, 2):
            seats = [size.seat(n) for n in range(number, number + quantity)]
            yield {"event_id": load.event_id, "seats": seats}
            number += quantity


def _request(load: Load, token: str, wanted: dict[str, Any]) -> bytes:
    body = orjson.dumps(wanted)
    return (
        f"POST /api/reservation HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


async def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    commands = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        outcome = await Offering(Load(**json.loads(line))).run()
        print(json.dumps(asdict(outcome)), flush=True)  # noqa: T201


if __name__ == "__main__":
    uvloop.run(main())
