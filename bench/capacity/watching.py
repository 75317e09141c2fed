"""What streams cost: to be opened, to be kept, to be told of changes that another process makes."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import cycle

import redis.asyncio

from bench.capacity.clients import Heard, Pool, Stream
from bench.capacity.costs import Operation, Size, Sizes, Streams, Tiers
from bench.capacity.model import round_seconds_for
from bench.capacity.operations import SEATS_EACH, SIZE, Costing, neighbours
from bench.capacity.world import Spent, World

STREAMS = 4_000
_PLAIN = 1_000
_AT_ONCE = 100
_SLOW_PER_SECOND = 8
_SLOW_SECONDS = 3.0
_FAST_AT_ONCE = 8
_FAST_SECONDS = 4.0
_PUBLISHED = 5_000


class Changes:
    """Reservations through another process, so that the watched one only tells of them."""

    def __init__(self, pool: Pool, event_id: int, tokens: Sequence[str]) -> None:
        self._pool = pool
        self._event_id = event_id
        self._tokens = cycle(tokens)
        self._seats: Iterator[list[str]] = neighbours(SIZE)

    async def one(self) -> None:
        wanted = {"event_id": self._event_id, "seats": next(self._seats)}
        await self._pool.reserve(wanted, next(self._tokens))

    async def slowly(self) -> int:
        """At even distances, each long enough that it has a round of messages of its own."""
        number = int(_SLOW_PER_SECOND * _SLOW_SECONDS)
        began = time.perf_counter()
        for due in range(number):
            await asyncio.sleep(began + due / _SLOW_PER_SECOND - time.perf_counter())
            await self.one()
        return number

    async def fast(self, seconds: float) -> int:
        end = time.perf_counter() + seconds
        number = 0

        async def go_on() -> None:
            nonlocal number
            while time.perf_counter() < end:
                await self.one()
                number += 1

        await asyncio.gather(*(go_on() for _ in range(_FAST_AT_ONCE)))
        return number


@dataclass(frozen=True, slots=True)
class _Told:
    """What telling so many streams of changes took: CPU of the watched process, and how often."""

    web: float
    changes: int
    rounds: float
    seconds: float


class Watching:
    """Streams of one event in the watched process."""

    def __init__(self, world: World, event_id: int, changes: Changes, rest: Tiers) -> None:
        self._world = world
        self._port = world.service.port
        self.event = f"/api/event/{event_id}"
        self._changes = changes
        self._rest = rest

    @property
    def house(self) -> str:
        return f"{self.event}/all_subsection_status/sse?delta=true"

    @property
    def area(self) -> str:
        return f"{self.event}/sections/A/subsection/1/seats/sse?delta=true"

    async def costs(self, gzip_many: _Told, idle: float, memory: float) -> Streams:
        async with self.opened(self.house, 1, gzip=True) as heard:
            slow = await self._told(heard, 1, fast_seconds=None)
            fast = await self._told(heard, 1, fast_seconds=_FAST_SECONDS)
        # slow.web = changes x fold + rounds x (round + message), fast.web likewise.
        per_round = (slow.web * fast.changes - fast.web * slow.changes) / (
            slow.rounds * fast.changes - fast.rounds * slow.changes
        )
        fold = max((fast.web - fast.rounds * per_round) / fast.changes, 0.0)
        async with self.opened(self.house, _PLAIN, gzip=False) as heard:
            plain_many = await self._told(heard, _PLAIN, fast_seconds=_FAST_SECONDS)
        gzip_message = _message(gzip_many, STREAMS, fold, per_round)
        return Streams(
            message=_message(plain_many, _PLAIN, fold, per_round),
            gzip_message=gzip_message,
            round=max(per_round - gzip_message, 0.0),
            round_seconds=round_seconds_for(gzip_many.seconds / gzip_many.rounds) / STREAMS,
            fold=fold,
            delivery=await self._delivery(),
            idle=idle,
            memory=memory,
        )

    async def many_told(self, heard: Heard) -> _Told:
        # Long enough to count rounds, of which there are few where so many streams have long windows.
        return await self._told(heard, STREAMS, fast_seconds=2 * _FAST_SECONDS)

    async def _told(self, heard: Heard, streams: int, *, fast_seconds: float | None) -> _Told:
        spent, began, messages = Spent(self._world), time.perf_counter(), heard.messages
        changes = await (
            self._changes.fast(fast_seconds) if fast_seconds else self._changes.slowly()
        )
        seconds = time.perf_counter() - began
        web = spent.so_far().web - self._rest.web * seconds
        return _Told(web, changes, (heard.messages - messages) / streams, seconds)

    @asynccontextmanager
    async def opened(self, path: str, number: int, *, gzip: bool) -> AsyncIterator[Heard]:
        heard = Heard()
        streams: list[Stream] = []
        while len(streams) < number:
            some = min(_AT_ONCE, number - len(streams))
            streams += await asyncio.gather(
                *(Stream.open(self._port, path, heard, gzip=gzip) for _ in range(some))
            )
        try:
            yield heard
        finally:
            for stream in streams:
                stream.close()

    async def opening(self, costing: Costing, name: str, path: str) -> Operation:
        """To open a stream and to close it."""
        heard = Heard()
        streams: list[Stream] = []

        async def open_one() -> None:
            streams.append(await Stream.open(self._port, path, heard, gzip=True))

        found = await costing.of(name, open_one, lambda: heard.received)
        spent = Spent(self._world)
        for stream in streams:
            stream.close()
        await asyncio.sleep(1)
        closing = (spent.so_far() - self._rest) * (1 / len(streams))
        closing = Tiers(web=max(closing.web, 0.0))
        return replace(found, alone=found.alone + closing, crowded=found.crowded + closing)

    async def sizes(self, line: str) -> Sizes:
        """Of the first message, which tells of everything, and of one that tells of one reservation."""
        everything = {self.house: SIZE.subsections, self.area: SIZE.rows * SIZE.cols}
        found: dict[tuple[str, bool], Size] = {}
        for path, whole in everything.items():
            for gzip in (False, True):
                heads, first, told = await self._messages(path, gzip=gzip)
                things = 1 if path == self.house else SEATS_EACH
                entry = max((first - told) / (whole - things), 0.0)
                found[path, gzip] = Size(max(told - things * entry, 0.0), entry)
        of_line = [Size((await self._messages(line, gzip=gzip))[1], 0.0) for gzip in (False, True)]
        return Sizes(
            heads,
            found[self.house, False],
            found[self.house, True],
            found[self.area, False],
            found[self.area, True],
            *of_line,
        )

    async def _messages(self, path: str, *, gzip: bool) -> tuple[float, float, float]:
        """The bytes of a stream's head, of its first message, and of the next one about this area."""
        async with self.opened(path, 1, gzip=gzip) as heard:
            first = heard.received - heard.heads
            if path.endswith("/line/sse"):
                return heard.heads, first, 0.0
            while heard.messages < 2:
                await self._changes.one()
                await asyncio.sleep(0.2)
            return heard.heads, first, heard.received - heard.heads - first

    async def _delivery(self) -> float:
        """CPU seconds of Redis for one message to one process more."""
        url = self._world.redis.url
        async with redis.asyncio.Redis.from_url(url) as client, client.pubsub() as subscriber:
            alone = await self._published(client)
            await subscriber.subscribe("bench")
            heard = asyncio.ensure_future(_listen(subscriber))
            together = await self._published(client)
            heard.cancel()
        return max(together - alone, 0.0)

    async def _published(self, client: redis.asyncio.Redis) -> float:
        spent = Spent(self._world)
        message = b"x" * 150
        for _ in range(_PUBLISHED // 100):
            async with client.pipeline(transaction=False) as pipeline:
                for _ in range(100):
                    pipeline.publish("bench", message)
                await pipeline.execute()
        return spent.so_far().redis / _PUBLISHED


async def _listen(subscriber: redis.asyncio.client.PubSub) -> None:
    async for _ in subscriber.listen():
        pass


def _message(told: _Told, streams: int, fold: float, per_round: float) -> float:
    left = told.web - told.changes * fold - told.rounds * per_round
    return max(left / (told.rounds * (streams - 1)), 0.0)
