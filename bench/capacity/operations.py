"""What a visitor and a buyer ask for: each kind of request by itself, in three crowds."""

import asyncio
import contextlib
import random
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count, cycle
from statistics import median
from typing import Any

from bench.capacity.clients import Pool, files_of
from bench.capacity.costs import Operation, Tiers
from bench.capacity.world import Spent, World
from kit.api import Size

SIZE = Size(100, 25, 20)
SMALL = Size(10, 5, 10)
SEATS_EACH = 2
_WARMING, _WARM_UP_SECONDS = 16, 0.5
# Each of them finds a process that sleeps, and costs more than where one follows the other.
_FEW_PER_SECOND = 20.0
_SOME_SECONDS = 1.5
_SOME_PER_SECOND = 150.0
_CROWD_SECONDS = 2.0
CROWD = 64
# Something else may happen beside the few: a checkpoint, a cleaning. So they come more than once.
_TIMES = 5
# A store that a request never asks spends nothing for it: what was measured is something else.
_NEVER_ASKED = {
    "join": ("kvrocks", "redis"),
    "page": ("kvrocks", "redis"),
    "file": ("postgres", "kvrocks", "redis"),
    "mine": ("kvrocks", "redis"),
    "place": ("kvrocks", "redis"),
    "tickets": ("kvrocks", "redis"),
    "detail": ("redis",),
    "house": ("postgres", "redis"),
    "area": ("postgres", "redis"),
    "line": ("postgres", "kvrocks", "redis"),
}
_MANY_TO_CONFIRM = 9_000

Ask = Callable[[], Awaitable[None]]


class NothingLeftError(Exception):
    """A quick machine has used up all that there was to ask for."""


@dataclass(frozen=True, slots=True)
class _Spell:
    """What one of those that were asked in a while cost, how long its answer took, and its bytes."""

    each: Tiers
    latency: float
    received: float


class Costing:
    """Measures one request at a time, on a service that does nothing else."""

    def __init__(self, world: World, rest: Tiers) -> None:
        """`rest` is what everything spends in a second without any request."""
        self._world = world
        self._rest = rest

    async def of(self, name: str, ask: Ask, received: Callable[[], int]) -> Operation:
        await _in_turn(ask, _WARMING, _WARM_UP_SECONDS)
        few, many = [], []
        for _ in range(_TIMES):
            few.append(await self._spell(_at_random(ask, _FEW_PER_SECOND), received))
            many.append(await self._spell(_at_random(ask, _SOME_PER_SECOND), received))
        crowd = await self._spell(_in_turn(ask, CROWD, _CROWD_SECONDS), received)
        alone, some, crowded = (
            found.without(_NEVER_ASKED.get(name, ()))
            for found in (_usual(few), _usual(many), crowd.each)
        )
        latency = median(spell.latency for spell in few)
        found = fitted(alone, some, crowded, _SOME_PER_SECOND, latency, few[0].received)
        sys.stderr.write(
            f"  {name}: {alone.total * 1e6:,.0f} us alone, {crowded.total * 1e6:,.0f} in a crowd,"
            f" half-way at {found.half_at_own:,.0f} and {found.half_at_all:,.0f} a second\n"
        )
        return found

    async def _spell(self, asked: Awaitable[list[float]], received: Callable[[], int]) -> _Spell:
        spent, began, before = Spent(self._world), time.perf_counter(), received()
        latencies = await asked
        rest = self._rest * (time.perf_counter() - began)
        one = 1 / len(latencies)
        each = ((spent.so_far() - rest) * one).at_least_zero()
        return _Spell(each, median(latencies) * spent.factor, (received() - before) * one)


def _usual(found: Sequence[_Spell]) -> Tiers:
    return Tiers(*map(median, zip(*(spell.each for spell in found), strict=True)))


# Of the time that an answer takes, one round trip to a store. While it is under way others wait for the next.
_ROUND_TRIP = 0.5


def fitted(
    alone: Tiers, some: Tiers, crowded: Tiers, some_per_second: float, latency: float, answer: float
) -> Operation:
    """At which rate half is saved in the process follows from what one costs where there are some; in the
    stores it is the rate at which another one comes during a round trip."""
    most = alone.web - crowded.web
    share = min(max((alone.web - some.web) / most if most > 0 else 0.5, 0.05), 0.95)
    half_at_all = some_per_second * (1 - share) / share
    return Operation(alone, crowded, 1 / (_ROUND_TRIP * latency), half_at_all, answer)


async def measured(
    costing: Costing,
    pool: Pool,
    port: int,
    event_id: int,
    tokens: Sequence[str],
    until_all_may_buy: Callable[[], Awaitable[None]],
) -> dict[str, Operation]:
    """What is asked of an event with a waiting line, which all join."""
    page, api = f"/event/{event_id}", f"/api/event/{event_id}"
    files = cycle(await files_of(port, page))
    newcomers, buyers = cycle(tokens), cycle(tokens)
    seats, numbers = neighbours(SIZE), count()
    held: deque[tuple[str, str]] = deque()
    sold: list[tuple[str, str]] = []

    async def get(path: str) -> None:
        await pool.ask("GET", path)

    async def get_as(buyers: Iterator[str], path: str) -> None:
        await pool.ask("GET", path, token=next(buyers))

    async def join() -> None:
        await pool.ask("POST", f"{api}/line", token=next(newcomers))

    async def reserve(**wanted: Any) -> None:
        token = next(buyers)
        wanted["event_id"] = event_id
        answer = await pool.reserve(wanted, token)
        held.append((token, answer.json()["id"]))

    async def reserve_named() -> None:
        await reserve(seats=next(seats))

    async def confirm() -> None:
        if not held:
            raise NothingLeftError
        token, reservation = held.popleft()
        await pool.ask("POST", f"/api/reservation/{reservation}/confirm", token=token)
        sold.append((token, reservation))

    async def tickets() -> None:
        token, reservation = sold[next(numbers) % len(sold)]
        await pool.ask("GET", f"/api/reservation/{reservation}/ticket", token=token)

    asked: dict[str, Ask] = {
        "join": join,
        "page": partial(get, page),
        "file": lambda: get(next(files)),
        "mine": partial(get_as, buyers, "/api/reservation?limit=200"),
        "place": partial(get_as, buyers, f"{api}/line"),
        "reserve": reserve_named,
        "best": partial(reserve, quantity=SEATS_EACH),
        "confirm": confirm,
        "tickets": tickets,
    }
    found = {}
    for name, ask in asked.items():
        if ask is confirm:
            while len(held) < _MANY_TO_CONFIRM:
                await asyncio.gather(*(reserve(quantity=SEATS_EACH) for _ in range(CROWD)))
        found[name] = await costing.of(name, ask, lambda: pool.received)
        if ask is join:
            await asyncio.gather(*(pool.ask("POST", f"{api}/line", token=t) for t in tokens))
            await until_all_may_buy()
    return found


async def detail(costing: Costing, pool: Pool, event: str) -> Operation:
    """What a page asks of the event: each area with its counts."""

    async def ask() -> None:
        await pool.ask("GET", f"{event}?tickets=false")

    return await costing.of("detail", ask, lambda: pool.received)


def neighbours(size: Size) -> Iterator[list[str]]:
    """Two seats side by side, going round the subsections."""
    for number in count():
        pair, subsection = divmod(number, size.subsections)
        first = pair * SEATS_EACH * size.subsections + subsection
        yield [size.seat(first + n * size.subsections) for n in range(SEATS_EACH)]


async def _in_turn(ask: Ask, at_once: int, seconds: float) -> list[float]:
    """So many at once, each of whom asks again as soon as there is an answer, while there is something left;
    how long each answer took."""
    end = time.perf_counter() + seconds
    latencies: list[float] = []

    async def go_on() -> None:
        with contextlib.suppress(NothingLeftError):
            while time.perf_counter() < end:
                latencies.append(await _timed(ask))

    await asyncio.gather(*(go_on() for _ in range(at_once)))
    return latencies


async def _at_random(ask: Ask, per_second: float) -> list[float]:
    """So many a second, whatever becomes of those before; how long each answer took."""
    chance = random.Random(1)  # noqa: S311 - no secret
    began = due = time.perf_counter()
    tasks = []
    while (due := due + chance.expovariate(per_second)) < began + _SOME_SECONDS:
        await asyncio.sleep(due - time.perf_counter())
        tasks.append(asyncio.ensure_future(_timed(ask)))
    return await asyncio.gather(*tasks)


async def _timed(ask: Ask) -> float:
    began = time.perf_counter()
    await ask()
    return time.perf_counter() - began
