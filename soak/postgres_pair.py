"""A PostgreSQL primary and its standby, of which either may be the primary in the end; and a world
with the two."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg

from soak.faults import BOTH, Fault
from soak.world import DATABASE, World, made
from src.embedded.postgres import EmbeddedPostgres
from src.embedded.process import processes_in

_WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.01
_RELOAD = "SELECT pg_reload_conf()"
_FOLLOWED = "SELECT count(*) > 0 FROM pg_stat_replication WHERE state = 'streaming'"
_FOLLOWED_IN_STEP = "SELECT count(*) > 0 FROM pg_stat_replication WHERE sync_state = 'sync'"
_FOLLOWS_NOBODY = "SELECT count(*) = 0 FROM pg_stat_wal_receiver"


class Server(EmbeddedPostgres):
    """One of the two. A new one is a copy of `origin`, and follows it, where there is one."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.origin: Server | None = None

    @property
    def reached_at(self) -> str:
        """The host in the addresses that others connect to."""
        return str(self._socket_dir)

    def die(self) -> None:
        """End all of its processes at once, as a machine does that loses power."""
        self.kill()
        while pids := processes_in(self._home, "postgres"):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(_POLL_SECONDS)

    def pause(self) -> None:
        """Stop all of its processes: it answers nothing any more, and refuses nothing."""
        for pid in processes_in(self._home, "postgres"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def forget_all(self) -> None:
        """Remove its files; it must not run."""
        shutil.rmtree(self._home, ignore_errors=True)

    def _initial_command(self, directory: Path) -> list[str | Path]:
        if self.origin is None:
            return super()._initial_command(directory)
        return [
            self._programs / "pg_basebackup",
            *("--pgdata", directory, "--host", self.origin.reached_at, "--username", "postgres"),
            *("--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
        ]

    async def execute(self, *statements: str) -> Any:
        """Run statements on its database `postgres`; the value of the last one."""
        connection = await self._connect("postgres")
        try:
            for statement in statements:
                value = await connection.fetchval(statement)
            return value
        finally:
            connection.terminate()

    async def connect(self, database: str) -> asyncpg.Connection:
        """A connection to it, past the service."""
        return await self._connect(database)


class PostgresPair:
    """A primary, which runs, and a standby, which does not before it is added."""

    def __init__(self, primary: Server, standby: Server) -> None:
        self._servers = (primary, standby)
        self.primary, self.standby = primary, standby

    def url(self, database: str) -> str:
        """An address that names both."""
        return _url_of(database, *self._servers)

    def reversed_url(self, database: str) -> str:
        """The same with the hosts in the other order."""
        return _url_of(database, *reversed(self._servers))

    async def add_standby(self, *, synchronous: bool) -> None:
        """Make the standby anew from the primary. Each commit waits for a synchronous one."""
        await self.commit_alone()
        await asyncio.to_thread(self.standby.die)
        self.standby.forget_all()
        self.standby.origin = self.primary
        await asyncio.to_thread(self.standby.start)
        await _until(self.primary, _FOLLOWED)
        if synchronous:
            await self.primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'", _RELOAD)
            await _until(self.primary, _FOLLOWED_IN_STEP)

    async def commit_alone(self) -> None:
        """The primary waits for no standby."""
        await self.primary.execute("ALTER SYSTEM RESET synchronous_standby_names", _RELOAD)

    async def cut_off_standby(self) -> None:
        """The standby gets nothing more of what the primary does."""
        await self.standby.execute("ALTER SYSTEM SET primary_conninfo = ''", _RELOAD)
        await _until(self.standby, _FOLLOWS_NOBODY)

    async def promote(self) -> None:
        """Make the standby the primary, whatever the other one does."""
        self.primary, self.standby = self.standby, self.primary
        await self.primary.execute("SELECT pg_promote()")
        await self.commit_alone()


def _url_of(database: str, *servers: Server) -> str:
    hosts = ",".join(server.reached_at for server in servers)
    return f"postgresql+asyncpg://postgres@/{database}?host={hosts}&port=5432,5432"


async def _until(server: Server, condition: str) -> None:
    async with asyncio.timeout(_WAIT_SECONDS):
        while not await server.execute(condition):  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(_POLL_SECONDS)


class WorldWithStandby(World):
    """`direct` and `behind` know both PostgreSQL servers, each in another order."""

    postgres: Server

    def __init__(self, directory: Path, chance: random.Random, settings: dict[str, Any]) -> None:
        super().__init__(directory, chance, settings)
        self.pair = PostgresPair(self.postgres, Server(made(directory / "s")))

    async def open(self) -> None:
        for server in (self.pair.primary, self.pair.standby):
            self._stack.push_async_callback(asyncio.to_thread, server.stop)
        await super().open()

    def _new_postgres(self, directory: Path) -> Server:
        return Server(directory)

    def _database_url(self) -> str:
        return self.pair.url(DATABASE)

    def _database_url_of_behind(self) -> str:
        return self.pair.reversed_url(DATABASE)


@contextlib.asynccontextmanager
async def _fail_over(
    goes: Callable[[Server], None], world: World, _chance: random.Random
) -> AsyncIterator[None]:
    assert isinstance(world, WorldWithStandby)
    await asyncio.to_thread(goes, world.pair.primary)
    yield
    await world.pair.promote()


# Each needs a synchronous standby, and leaves none. What they are timed from is the promotion.
FAILOVERS = (
    Fault(
        "PostgreSQL's primary is killed, and its synchronous standby promoted",
        partial(_fail_over, Server.die),
        refused=BOTH,
    ),
    Fault(
        "PostgreSQL's primary falls silent, and its synchronous standby is promoted",
        partial(_fail_over, Server.pause),
        refused=BOTH,
    ),
)
