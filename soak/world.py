"""Stores of the soak's own, proxies before them, and two instances of the service."""

import asyncio
import contextlib
import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.engine import make_url

from kit.ports import free_port
from kit.processes import PROCESSES
from soak.proxy import Proxy, Streams
from soak.service import Launch, main
from src.bootstrap.migrations import upgrade
from src.embedded.kvrocks import EmbeddedKvrocks, kvrocks_binary
from src.embedded.postgres import EmbeddedPostgres
from src.platform.settings import Settings

DATABASE = "soak"
_START_SECONDS = 30.0
_END_SECONDS = 90.0  # longer than any limit that an end is held to

# Short times where the service only waits for time to pass; every limit for an answer is the default.
# `pending_ttl_seconds` stays longer than a reservation can take, `draft_ttl_seconds` than a creation.
HASTE: dict[str, Any] = {
    "hold_ttl_seconds": 1,
    "expiry_interval_seconds": 0.2,
    "pending_ttl_seconds": 3,
    "reconcile_interval_seconds": 1,
    "draft_ttl_seconds": 6,
    "log_level": "WARNING",
}


W = TypeVar("W", bound="World")


class Instance:
    """One process of the service, which can be killed, or told at which step to die."""

    def __init__(self, name: str, settings: Settings, log: Path) -> None:
        self.name = name
        self.settings = settings
        self.port = settings.port
        self._log = log
        self._process: ForkServerProcess | None = None
        self._orders: Connection | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    async def start(self, *, clock_offset: float = 0) -> None:
        """Return when it takes connections."""
        if self._orders is not None:
            self._orders.close()
        self._orders, theirs = PROCESSES.Pipe()
        launch = Launch(self.settings, str(self._log), clock_offset)
        self._process = PROCESSES.Process(target=main, args=(launch, theirs), daemon=True)
        self._process.start()
        theirs.close()
        if not await asyncio.to_thread(self._orders.poll, _START_SECONDS):
            raise RuntimeError(f"An instance was not ready in time; see {self._log}.")
        self._orders.recv()

    def die_at(self, step: str, times: int) -> None:
        """Die when this step has been reached so many times from now."""
        assert self._orders is not None
        self._orders.send((step, times))

    async def wait_for_death(self, seconds: float) -> None:
        code = await self._end(seconds)
        if code != -signal.SIGKILL:
            raise RuntimeError(f"An instance should have died, and its exit code is {code}.")

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._end(_END_SECONDS)

    async def terminate(self) -> tuple[int | None, float]:
        """End it as an operator would; return its exit code, and after how many seconds."""
        assert self._process is not None
        began = time.monotonic()
        self._process.terminate()
        code = await self._end(_END_SECONDS)
        if code is None:
            await self.kill()
        return code, time.monotonic() - began

    async def _end(self, seconds: float) -> int | None:
        assert self._process is not None
        await asyncio.to_thread(self._process.join, seconds)
        return self._process.exitcode


class World:
    """`direct` reaches the stores itself, `behind` reaches them through the proxies."""

    def __init__(self, directory: Path, chance: random.Random, settings: dict[str, Any]) -> None:
        self._directory = directory
        self.postgres = self._new_postgres(made(directory / "p"))
        self._stack = contextlib.AsyncExitStack()
        binary = kvrocks_binary()
        self.kvrocks = EmbeddedKvrocks(made(directory / "k"), binary, free_port())
        self.redis = EmbeddedKvrocks(made(directory / "r"), binary, free_port())
        self._chance = chance
        self._overrides = HASTE | settings
        self.log = directory / "service.log"

    @property
    def instances(self) -> tuple["Instance", "Instance"]:
        return self.direct, self.behind

    @property
    def kvrocks_directory(self) -> Path:
        return self._directory / "k"

    async def open(self) -> None:
        for server in (self.kvrocks, self.redis, self.postgres):
            self._stack.push_async_callback(asyncio.to_thread, server.stop)
            await asyncio.to_thread(server.start)
        await asyncio.to_thread(self.postgres.ensure_database, DATABASE)
        self.database_url = self._database_url()
        await asyncio.to_thread(upgrade, self.database_url)
        await self._open_proxies()
        self.settings = Settings(
            port=0,
            database_url=self.database_url,
            kvrocks_url=self.kvrocks.url,
            redis_url=self.redis.url,
            jwt_secret=secrets.token_urlsafe(32),
            **self._overrides,
        )
        through = {
            "database_url": self._database_url_of_behind(),
            "kvrocks_url": f"redis://127.0.0.1:{self._kvrocks_proxy_port}/0",
            "redis_url": f"redis://127.0.0.1:{self._redis_proxy_port}/0",
        }
        self.direct = self._instance("direct", {})
        self.behind = self._instance("behind", through)
        await asyncio.gather(*(instance.start() for instance in self.instances))
        for instance in self.instances:
            self._stack.push_async_callback(instance.terminate)

    async def another(self, name: str) -> "Instance":
        """Start one more, which reaches the stores itself."""
        instance = self._instance(name, {})
        await instance.start()
        self._stack.push_async_callback(instance.terminate)
        return instance

    async def close(self) -> None:
        await self._stack.aclose()

    @contextlib.asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """No instance runs inside the block."""
        await asyncio.gather(*(instance.terminate() for instance in self.instances))
        try:
            yield
        finally:
            await asyncio.gather(*(instance.start() for instance in self.instances))

    async def connect(self) -> asyncpg.Connection:
        """A connection to PostgreSQL, past the service."""
        url = make_url(self.database_url)
        return await asyncpg.connect(
            host=url.query["host"],
            port=int(str(url.query["port"])),
            user=url.username,
            database=url.database,
        )

    def _new_postgres(self, directory: Path) -> EmbeddedPostgres:
        return EmbeddedPostgres(directory)

    def _database_url(self) -> str:
        return self.postgres.url(DATABASE)

    def _database_url_of_behind(self) -> str:
        proxied = make_url(self.database_url).update_query_dict(
            {"host": str(self._directory / "x")}
        )
        return proxied.render_as_string(hide_password=False)

    async def _open_proxies(self) -> None:
        self.postgres_proxy = Proxy(self._to_postgres, self._chance)
        self.kvrocks_proxy = Proxy(_to(self.kvrocks.port), self._chance)
        self.redis_proxy = Proxy(_to(self.redis.port), self._chance)
        self._kvrocks_proxy_port = await self.kvrocks_proxy.listen_tcp()
        self._redis_proxy_port = await self.redis_proxy.listen_tcp()
        await self.postgres_proxy.listen_unix(str(made(self._directory / "x") / ".s.PGSQL.5432"))
        for proxy in (self.postgres_proxy, self.kvrocks_proxy, self.redis_proxy):
            self._stack.push_async_callback(proxy.close)

    async def _to_postgres(self) -> Streams:
        query = make_url(self.database_url).query
        return await asyncio.open_unix_connection(f"{query['host']}/.s.PGSQL.{query['port']}")

    def _instance(self, name: str, overrides: dict[str, Any]) -> Instance:
        settings = self.settings.model_copy(update={"port": free_port(), **overrides})
        return Instance(name, settings, self.log)


def running_world(seed: int, **settings: Any) -> AbstractAsyncContextManager[World]:
    """A world as all but failovers need it."""
    return running(World, seed, **settings)


@contextlib.asynccontextmanager
async def running(kind: type[W], seed: int, **settings: Any) -> AsyncIterator[W]:
    """A world in a directory of its own, which is gone afterwards, but for the log of a failure."""
    directory = _scratch_directory()
    world = kind(directory, random.Random(seed), settings)  # noqa: S311 - chance, no secret
    try:
        try:
            await world.open()
            yield world
        finally:
            await world.close()
    except BaseException:
        sys.stderr.write(f"The instances said last:\n{_tail(world.log)}\n")
        raise
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _scratch_directory() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="ticketing-soak-"))
    if os.geteuid() == 0:
        directory.chmod(0o711)  # PostgreSQL's own account has to pass through
    return directory


def _to(port: int) -> Callable[[], Awaitable[Streams]]:
    async def connect() -> Streams:
        return await asyncio.open_connection("127.0.0.1", port)

    return connect


def made(directory: Path) -> Path:
    directory.mkdir(mode=0o711)
    return directory


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-6000:] if log.exists() else "nothing"
