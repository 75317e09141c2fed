"""The faults, one table for the tests and for the soak."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial

import asyncpg

from soak.client import Noted
from soak.proxy import Mode, Proxy
from soak.steps import STEPS
from soak.world import World
from src.embedded.kvrocks import EmbeddedKvrocks
from src.embedded.postgres import EmbeddedPostgres

BOTH = frozenset({"direct", "behind"})
BEHIND = frozenset({"behind"})
NOBODY: frozenset[str] = frozenset()

_DEATH_SECONDS = 30.0
_POLL_SECONDS = 0.005
_CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ticketing'"
_DISCONNECT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ticketing'"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """`apply` breaks something inside its block, and puts it back at the block's end.

    `refused` and `gone` name the instances whose clients must see 503, or no answer at all, while
    it lasts; clients of the others must see no failure. `maybe` names those where either may be.
    """

    name: str
    apply: Callable[[World, random.Random], AbstractAsyncContextManager[None]]
    refused: frozenset[str] = NOBODY
    gone: frozenset[str] = NOBODY
    maybe: frozenset[str] = NOBODY
    # Whether the time until normal service begins when a new process is launched.
    restarts_service: bool = False
    # Within how many seconds a client is refused. A store that is slow but alive may need the sum of
    # several answers.
    within: float = 2.0
    # Whether the block itself sees to it that the fault has been met.
    complete: bool = False

    def spares(self, instance: str) -> bool:
        """Whether clients of this instance must not notice it."""
        return instance not in self.refused | self.gone | self.maybe

    def shows_in(self, noted: Sequence[Noted], instance: str) -> bool:
        """Whether these, of one instance's clients, include all that the fault must bring them."""
        return (instance not in self.refused or any(n.refused for n in noted)) and (
            instance not in self.gone or any(n.unanswered for n in noted)
        )


@contextlib.asynccontextmanager
async def _instance_killed(world: World, chance: random.Random) -> AsyncIterator[None]:
    await asyncio.sleep(chance.uniform(0, 0.1))  # any moment
    await world.behind.kill()
    yield
    await world.behind.start()


@contextlib.asynccontextmanager
async def _dies_between_steps(
    flow: str, world: World, chance: random.Random
) -> AsyncIterator[None]:
    for step in STEPS:
        if step.flow == flow:
            world.behind.die_at(step.name, chance.randint(1, 2))
            await world.behind.wait_for_death(_DEATH_SECONDS)
            await world.behind.start()
    yield


@contextlib.asynccontextmanager
async def _clock_off(seconds: float, world: World, _chance: random.Random) -> AsyncIterator[None]:
    await world.behind.terminate()
    await world.behind.start(clock_offset=seconds)
    yield
    await world.behind.terminate()
    await world.behind.start()


@contextlib.asynccontextmanager
async def _kvrocks_killed(world: World, _chance: random.Random) -> AsyncIterator[None]:
    await asyncio.to_thread(world.kvrocks.kill)
    yield
    await asyncio.to_thread(world.kvrocks.start)


@contextlib.asynccontextmanager
async def _kvrocks_emptied(world: World, _chance: random.Random) -> AsyncIterator[None]:
    await asyncio.to_thread(world.kvrocks.kill)
    for home in world.kvrocks_directory.iterdir():
        if home.is_dir():
            shutil.rmtree(home)
    yield
    await asyncio.to_thread(world.kvrocks.start)


@contextlib.asynccontextmanager
async def _redis_killed(world: World, _chance: random.Random) -> AsyncIterator[None]:
    await asyncio.to_thread(world.redis.kill)
    yield
    await asyncio.to_thread(world.redis.start)


@contextlib.asynccontextmanager
async def _redis_restarted(world: World, _chance: random.Random) -> AsyncIterator[None]:
    await asyncio.to_thread(world.redis.stop)
    await asyncio.to_thread(world.redis.start)
    yield


@contextlib.asynccontextmanager
async def _paused(
    server: Callable[[World], EmbeddedKvrocks | EmbeddedPostgres],
    world: World,
    _chance: random.Random,
) -> AsyncIterator[None]:
    pid = server(world).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextlib.asynccontextmanager
async def _postgres_killed(world: World, _chance: random.Random) -> AsyncIterator[None]:
    pid = world.postgres.pid
    assert pid is not None
    os.kill(pid, signal.SIGQUIT)  # an immediate shutdown: no checkpoint, recovery at the start
    while world.postgres.pid is not None:  # noqa: ASYNC110 - nobody tells us
        await asyncio.sleep(_POLL_SECONDS)
    yield
    await asyncio.to_thread(world.postgres.start)


@contextlib.asynccontextmanager
async def _no_connections(world: World, _chance: random.Random) -> AsyncIterator[None]:
    """Others take every connection of PostgreSQL, those of the service included."""
    taken: list[asyncpg.Connection] = []

    async def take_all() -> None:
        with contextlib.suppress(asyncpg.TooManyConnectionsError):
            while True:
                taken.append(await world.connect())

    try:
        await take_all()
        while await taken[0].fetchval(_CONNECTED):
            await taken[0].execute(_DISCONNECT)
            # The service wants them back: be quicker.
            await asyncio.gather(*(take_all() for _ in range(8)))
        yield
    finally:
        for connection in taken:
            connection.terminate()


@contextlib.asynccontextmanager
async def _through_proxy(
    proxy: Callable[[World], Proxy], mode: Mode, world: World, _chance: random.Random
) -> AsyncIterator[None]:
    async with proxy(world).doing(mode):
        yield


_PROXIES: dict[str, Callable[[World], Proxy]] = {
    "PostgreSQL": lambda world: world.postgres_proxy,
    "Kvrocks": lambda world: world.kvrocks_proxy,
    "Redis": lambda world: world.redis_proxy,
}
_MODES = {
    Mode.DELAY: "answers 0.3 s late",
    Mode.CUT: "has answers cut off in the middle",
    Mode.SWALLOW: "swallows everything",
}


def _proxied(store: str, mode: Mode) -> Fault:
    refused = maybe = NOBODY
    if store != "Redis":
        refused = BEHIND if mode is Mode.SWALLOW else NOBODY
        maybe = BEHIND if mode is not Mode.SWALLOW else NOBODY
    return Fault(
        f"{store} {_MODES[mode]} (one instance)",
        partial(_through_proxy, _PROXIES[store], mode),
        refused=refused,
        maybe=maybe,
        within=4.0 if mode is Mode.DELAY else 2.0,
    )


def _death(flow: str) -> Fault:
    count = sum(step.flow == flow for step in STEPS)
    return Fault(
        f"A process dies after each of the {count} steps of {flow}",
        partial(_dies_between_steps, flow),
        maybe=BEHIND,
        complete=True,
    )


DEATHS = tuple(map(_death, ("create", "reserve", "confirm", "release", "expire", "close")))

PROCESS_FAULTS = (
    Fault("One of two processes is killed", _instance_killed, gone=BEHIND, restarts_service=True),
    *DEATHS,
    Fault("One of two clocks is 5 minutes fast", partial(_clock_off, 300), maybe=BEHIND),
    Fault("One of two clocks is 5 minutes slow", partial(_clock_off, -300), maybe=BEHIND),
)

STORE_FAULTS = (
    Fault("Kvrocks is killed, and comes back with its data", _kvrocks_killed, refused=BOTH),
    Fault("Kvrocks is killed, and comes back empty", _kvrocks_emptied, refused=BOTH),
    Fault("Kvrocks is paused", partial(_paused, lambda world: world.kvrocks), refused=BOTH),
    Fault("Redis is killed", _redis_killed),
    Fault("Redis is restarted", _redis_restarted),
    Fault("Redis is paused", partial(_paused, lambda world: world.redis)),
    Fault("PostgreSQL is killed (immediate shutdown)", _postgres_killed, refused=BOTH),
    Fault("PostgreSQL has no connection left", _no_connections, refused=BOTH),
    *(_proxied(store, mode) for store in _PROXIES for mode in _MODES),
)

FAULTS = PROCESS_FAULTS + STORE_FAULTS
