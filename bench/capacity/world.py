"""The service with each store in a process of its own, and what each of these tiers has spent."""

import contextlib
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import redis

from bench.capacity.costs import Tiers
from bench.capacity.pace import Pace
from bench.server_process import Service, scratch_directory
from kit.ports import free_port
from kit.proc import cpu_seconds, memory_bytes
from src.bootstrap.migrations import upgrade
from src.embedded.kvrocks import EmbeddedKvrocks, kvrocks_binary
from src.embedded.postgres import EmbeddedPostgres
from src.embedded.signals import exit_on_signals

_DATABASE = "ticketing"
_FIRST_PACE_SECONDS = 2.0


class World:
    """One or several processes of the service on stores of their own."""

    def __init__(
        self,
        directory: Path,
        stack: contextlib.ExitStack,
        *,
        workers: int,
        pace: float | None,
        settings: Mapping[str, str],
    ) -> None:
        """What is started is stopped with the stack. What is spent is told as at this pace, or at that of the
        beginning."""
        self._stack = stack
        self._directory = directory
        binary = kvrocks_binary()
        self.postgres = EmbeddedPostgres(_made(directory / "p"))
        self.kvrocks = EmbeddedKvrocks(_made(directory / "k"), binary, free_port())
        self.redis = EmbeddedKvrocks(_made(directory / "r"), binary, free_port())
        for server in (self.kvrocks, self.redis, self.postgres):
            self._stack.callback(server.stop)
            server.start()
        self.postgres.ensure_database(_DATABASE)
        upgrade(self.postgres.url(_DATABASE))
        self._settings = {
            "DATABASE_URL": self.postgres.url(_DATABASE),
            "KVROCKS_URL": self.kvrocks.url,
            "REDIS_URL": self.redis.url,
            "JWT_SECRET": secrets.token_urlsafe(32),
            **settings,
        }
        self.service = self.another("service", workers=workers)
        self._postgres = psutil.Process(self.postgres.pid)
        self._pace = Pace()
        self._stack.enter_context(self._pace.watched())
        time.sleep(_FIRST_PACE_SECONDS)
        self.pace = pace or self._pace.since(0.0)

    def at_its_pace(self, moment: float) -> float:
        """What a CPU second since this moment is at the world's pace."""
        return self.pace / self._pace.since(moment)

    def another(self, name: str, *, workers: int = 1, **settings: str) -> Service:
        """One more service on the same stores."""
        service = Service(
            _made(self._directory / name), workers=workers, settings=self._settings | settings
        )
        self._stack.callback(service.stop)
        service.wait_until_ready()
        return service

    def postgres_pids(self) -> list[int]:
        return [self._postgres.pid, *(child.pid for child in self._postgres.children())]

    def postgres_ended(self) -> float:
        """CPU seconds of its processes that are no more."""
        times = self._postgres.cpu_times()
        return float(times.children_user + times.children_system)

    def connections(self) -> "Connections":
        """What the serving processes have open."""
        processes = self.service.serving_pids
        to = {"kvrocks": self.kvrocks.port, "redis": self.redis.port}
        found = dict.fromkeys(to, 0)
        files = 0
        for pid in processes:
            process = psutil.Process(pid)
            files += process.num_fds()
            for connection in process.net_connections("tcp"):
                for store, port in to.items():
                    found[store] += bool(connection.raddr) and connection.raddr.port == port
        return Connections(found["kvrocks"], found["redis"], files)

    def memory(self) -> float:
        """Of the serving processes together."""
        return float(sum(map(memory_bytes, self.service.serving_pids)))

    def kvrocks_bytes(self) -> int:
        with contextlib.closing(redis.Redis.from_url(self.kvrocks.url)) as client:
            return int(client.info("memory")["used_memory"])


class Spent:
    """What has been spent since this was made, by the world's first service and by its stores; at the
    world's pace."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._began = time.perf_counter()
        self._before = self._now()
        self._ended = world.postgres_ended()

    def so_far(self) -> Tiers:
        by_tier = self._now()
        web, postgres, kvrocks, redis_ = (
            sum(now - before.get(pid, 0.0) for pid, now in spent.items())
            for spent, before in zip(by_tier, self._before, strict=True)
        )
        postgres += self._world.postgres_ended() - self._ended
        return Tiers(web, postgres, kvrocks, redis_) * self.factor

    @property
    def factor(self) -> float:
        """What a CPU second is at the world's pace."""
        return self._world.at_its_pace(self._began)

    def _now(self) -> list[dict[int, float]]:
        world = self._world
        return [
            _clocks(pids)
            for pids in (
                world.service.serving_pids,
                world.postgres_pids(),
                [world.kvrocks.pid or 0],
                [world.redis.pid or 0],
            )
        ]


@dataclass(frozen=True, slots=True)
class Connections:
    """To the stores; `files` are all that are open."""

    kvrocks: int
    redis: int
    files: int


@contextlib.contextmanager
def running_world(
    *, workers: int = 1, pace: float | None = None, **settings: str
) -> Iterator[World]:
    with exit_on_signals(), scratch_directory() as directory, contextlib.ExitStack() as stack:
        directory.chmod(0o711)  # PostgreSQL's own account has to pass through
        yield World(directory, stack, workers=workers, pace=pace, settings=settings)


def _clocks(pids: list[int]) -> dict[int, float]:
    found = {}
    for pid in pids:
        with contextlib.suppress(OSError):  # it has just ended; its parent has its time
            found[pid] = cpu_seconds(pid)
    return found


def _made(path: Path) -> Path:
    path.mkdir(mode=0o711)
    return path
