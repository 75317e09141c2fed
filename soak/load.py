"""A long sale under the eyes of thousands: memory, open files, exact snapshots, and a good end."""

import asyncio
import contextlib
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

import psutil

from kit.api import Size
from kit.percentile import percentile
from kit.proc import cpu_seconds, memory_bytes
from soak.buyers import Buyer, Sale
from soak.campaign import PICTURE_SECONDS
from soak.check import clients_were_misled
from soak.client import NO_ANSWER, TIMEOUT_SECONDS, Client
from soak.journal import Journal
from soak.people import People, gather_people
from soak.preparing import new_event
from soak.settling import settled
from soak.subscribers import Subscriber, wrong_pictures
from soak.world import World, running_world

_EVENTS = 10
_SIZE = Size(20, 10, 20)
_CONFIRMS = 0.1
_TOO_MANY = 100
_MOST_TRIES = 1_000
_LIMIT_TO_END = 10.0
_LIMIT_TO_RESERVE = 60.0
_SPARE_FILES = 50
_MEMORY_GROWTH = 1.1


@dataclass(frozen=True, slots=True)
class Load:
    """What a run asks for: so many streams, so many reservations a second, for so long.

    `slack` makes the limits of time longer, on a machine that is busy with other things.
    """

    seconds: float
    clients: int
    per_second: float
    buyers: int = 80
    slack: float = 1.0


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    load: Load
    reserved_per_second: float
    asked_per_second: float
    p50: float
    p99: float
    cpu: float
    memory: tuple[float, float]
    files: tuple[float, float]
    crowd: dict[str, Any]
    turned_away: int
    ended: tuple[int | None, float]
    answered_before_end: tuple[int, int]
    wrong: tuple[str, ...]


async def run_load(seed: int, load: Load) -> LoadOutcome:
    """One instance with the default settings, but holds that last 5 s and a limit of streams."""
    async with running_world(
        seed, hold_ttl_seconds=5, max_sse_clients=load.clients + 40, pending_ttl_seconds=10,
        reconcile_interval_seconds=30.0, expiry_interval_seconds=1.0,
    ) as world:  # fmt: skip
        await world.behind.terminate()
        people = await gather_people(world.direct.port, load.buyers)
        return await _Run(world, people, load, seed).run()


class _Run:
    def __init__(self, world: World, people: People, load: Load, seed: int) -> None:
        self._world = world
        self._port = world.direct.port
        self._people = people
        self._load = load
        self._chance = random.Random(f"load:{seed}")  # noqa: S311 - chance, no secret
        self._journal = Journal()
        self._sales: list[Sale] = []
        self._over = False

    async def run(self) -> LoadOutcome:
        for _ in range(_EVENTS):
            event_id = await new_event(self._port, self._people.seller, _SIZE)
            self._sales.append(Sale(event_id, _SIZE, scarce=False))
        subscribers = self._subscribers()
        async with self._crowd() as crowd:
            shopping = [
                asyncio.ensure_future(buyer.shop(lambda: self._over)) for buyer in self._buyers()
            ]
            memory, files, seconds, cpu = await self._measure()
            wrong = await self._reserved(1, since=self._began)
            turned_away, lines = await self._too_many()
            wrong += lines
            self._over = True
            await asyncio.gather(*shopping)
            compared = await crowd.ask("compare")
            wrong += await wrong_pictures(
                subscribers, self._port, within=PICTURE_SECONDS * self._load.slack
            )
            if compared["exact"] < compared["readers"]:
                wrong.append(f"{compared['exact']} of {compared['readers']} snapshots are exact")
            rates = self._rates(seconds)
            self._over = False
            shopping = [
                asyncio.ensure_future(buyer.shop(lambda: self._over)) for buyer in self._buyers()
            ]
            ended, answered, lines = await self._end(shopping)
            wrong += lines
        for subscriber in subscribers:
            await subscriber.close()
        await self._world.direct.start()
        if files[1] > files[0] + _SPARE_FILES:
            wrong.append(f"{files[1]:.0f} open files, after {files[0]:.0f} when warm")
        if memory[1] > memory[0] * _MEMORY_GROWTH:
            wrong.append(f"{memory[1]:.0f} MiB, after {memory[0]:.0f} MiB when warm")
        wrong += await self._settled()
        return LoadOutcome(
            self._load, *rates, cpu, memory, files, compared, turned_away,
            ended, answered, tuple(wrong),
        )  # fmt: skip

    def _subscribers(self) -> list[Subscriber]:
        paths = [
            f"/api/event/{sale.event_id}{rest}"
            for sale in self._sales
            for rest in ("/all_subsection_status", "/sections/A/subsection/1/seats")
        ]
        return [Subscriber("direct", self._port, path, delta=True) for path in paths]

    def _buyers(self) -> list[Buyer]:
        # A reservation and what becomes of it are two pauses, and their own time.
        pause = self._load.buyers / self._load.per_second / 2
        timeout = TIMEOUT_SECONDS * self._load.slack
        return [
            Buyer(
                account,
                Client("direct", self._port, self._journal.noted.append, timeout=timeout),
                self._sales,
                self._journal,
                random.Random(self._chance.getrandbits(64)),  # noqa: S311 - chance, no secret
                pause=pause,
                confirms=_CONFIRMS,
            )
            for account in self._people.buyers
        ]

    async def _measure(
        self,
    ) -> tuple[tuple[float, float], tuple[float, float], float, float]:
        """Memory in MiB and open files, each when warm and at the end; seconds; share of a core."""
        process = psutil.Process(self._world.direct.pid)
        memory, files = [], []
        began, cpu = time.monotonic(), cpu_seconds(self._world.direct.pid)
        self._began = began
        while (passed := time.monotonic() - began) < self._load.seconds:
            memory.append(memory_bytes(process.pid) / 2**20)
            files.append(process.num_fds())
            await asyncio.sleep(min(1.0, self._load.seconds - passed))
        spent = cpu_seconds(self._world.direct.pid) - cpu
        return _warm_and_last(memory), _warm_and_last(files), passed, spent / passed

    def _rates(self, seconds: float) -> tuple[float, float, float, float]:
        noted = [n for n in self._journal.noted if n.began >= self._began]
        made = [n for n in noted if n.request == "reserve"]
        good = sum(n.status == 201 for n in made)
        times = [n.seconds * 1000 for n in made if n.status == 201] or [0.0]
        return good / seconds, len(noted) / seconds, percentile(times, 0.5), percentile(times, 0.99)

    async def _too_many(self) -> tuple[int, list[str]]:
        """More streams than are allowed get a clear 503, and the others go on."""
        path = f"/api/event/{self._sales[0].event_id}/all_subsection_status/sse"
        opened: list[asyncio.StreamWriter] = []
        refused, wrong = 0, []
        while refused < _TOO_MANY and len(opened) < _MOST_TRIES:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            opened.append(writer)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: soak\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"HTTP/1.1 503") and b"retry-after" in head.lower():
                refused += 1
            elif not head.startswith(b"HTTP/1.1 200"):
                wrong.append(f"one stream too many was answered {head[:60]!r}")
        if refused < _TOO_MANY:
            wrong.append(f"{len(opened)} more streams, and only {refused} were one too many")
        for writer in opened:
            writer.transport.abort()
        return refused, wrong

    async def _end(
        self, shopping: Sequence[asyncio.Future[None]]
    ) -> tuple[tuple[int | None, float], tuple[int, int], list[str]]:
        """SIGTERM in the middle of it all."""
        wrong = await self._reserved(self._load.buyers, since=time.monotonic())
        told = time.monotonic()
        await asyncio.sleep(0)  # so that what was asked before that is on its way
        code, seconds = await self._world.direct.terminate()
        self._over = True
        await asyncio.gather(*shopping, return_exceptions=True)
        # But not where the connection was still being made, or seemed to be used no more.
        under_way = [
            n
            for n in self._journal.noted
            if n.began < told <= n.ended and not n.first and not (n.quiet and self._load.slack > 1)
        ]
        cut = [n for n in under_way if n.status == NO_ANSWER]
        wrong += [f"{n.request} was under way at SIGTERM and got no answer" for n in cut[:3]]
        if code != 0:
            wrong.append(f"the exit code after SIGTERM is {code}")
        if seconds > _LIMIT_TO_END * self._load.slack:
            wrong.append(f"{seconds:.1f} s from SIGTERM to the end")
        return (code, seconds), (len(under_way) - len(cut), len(under_way)), wrong

    async def _reserved(self, count: int, *, since: float) -> list[str]:
        """Wait until so many reservations were made since then; say so if they never are."""
        deadline = time.monotonic() + _LIMIT_TO_RESERVE
        while sum(n.status == 201 and n.began >= since for n in self._journal.noted) < count:
            if time.monotonic() > deadline:
                return [f"no {count} reservations in {_LIMIT_TO_RESERVE:.0f} s"]
            await asyncio.sleep(0.05)
        return []

    async def _settled(self) -> list[str]:
        return await settled(
            self._world.settings,
            self._load.slack,
            lambda: clients_were_misled(self._port, self._people, self._sales, self._journal),
        )

    @contextlib.asynccontextmanager
    async def _crowd(self) -> "AsyncIterator[_CrowdProcess]":
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "soak.crowd"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        crowd = _CrowdProcess(process)
        try:
            some = self._load.clients // 10
            await crowd.tell(
                {
                    "port": self._port,
                    "paths": [
                        f"/api/event/{sale.event_id}/all_subsection_status" for sale in self._sales
                    ],
                    "readers": self._load.clients - 2 * some,
                    "idle": some,
                    "restless": some,
                    "seed": self._chance.getrandbits(32),
                }
            )
            yield crowd
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _warm_and_last(samples: Sequence[float]) -> tuple[float, float]:
    """The means of the second quarter and of the last."""
    quarter = max(1, len(samples) // 4)
    return mean(samples[quarter : 2 * quarter] or samples), mean(samples[-quarter:])


class _CrowdProcess:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def tell(self, order: dict[str, Any]) -> None:
        assert await self._answer(json.dumps(order)) == "ready"

    async def ask(self, order: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(await self._answer(order))
        return answer

    async def _answer(self, order: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(order.encode() + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("The crowd's process ended; see above.")
        return line.decode().strip()
