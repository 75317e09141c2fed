"""A cluster of three primaries, each with a replica; and what operators do with one.

Valkey's servers know of each other by gossip, and a replica takes over by itself. Kvrocks' servers are told of
each other, by `CLUSTERX SETNODES`, and somebody has to say which one takes over: here that is `fail_over`.
"""

import itertools
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import redis
from redis.crc import key_slot

from kit.ports import free_port_with
from kit.waiting import wait_until
from src.embedded.kvrocks import kvrocks_binary
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state_keys import SeatStateKeys

_HOST = "127.0.0.1"
_SHARDS = 3
_SLOTS = 16384
# How long Valkey waits before a replica takes over.
_NODE_TIMEOUT_MS = 1000
# Gossip is on the port plus this.
_BUS = 10_000

_ERRORS = (redis.RedisError, OSError)


def _is_ok(server: "ClusterServer") -> bool:
    return b"cluster_state:ok" in server.ask("CLUSTER", "INFO")


def slot_of(event_id: int, prefix: str = "") -> int:
    """The slot of an event's keys."""
    return key_slot(SeatStateKeys(prefix).layout(EventId(event_id)).encode())


class ClusterServer:
    """One server of a cluster. No two have the same port, wherever they are."""

    def __init__(self, home: Path, command: list[str], port: int, host: str = _HOST) -> None:
        self.host = host
        self.port = port
        self._home = home
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line
                self._command, cwd=self._home, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def send_signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    @contextmanager
    def client(self, *, timeout: float = 5) -> Iterator[redis.Redis]:
        client = redis.Redis(host=self.host, port=self.port, protocol=2, socket_timeout=timeout)
        with closing(client):
            yield client

    def ask(self, *command: str | int) -> Any:
        with self.client() as client:
            return client.execute_command(*command)  # type: ignore[no-untyped-call]

    def answers(self) -> bool:
        with suppress(*_ERRORS), self.client(timeout=1) as client:
            return bool(client.ping())
        return False

    def info(self, section: str) -> dict[str, Any]:
        with self.client() as client:
            return dict(client.info(section))


class Cluster:
    """Six running servers. `shards` are pairs of a primary and its replica, as they began."""

    def __init__(self, servers: list[ClusterServer]) -> None:
        self.servers = servers
        self.shards = list(zip(servers[:_SHARDS], servers[_SHARDS:], strict=True))

    @property
    def url(self) -> str:
        named = ",".join(f"{server.host}:{server.port}" for server in self.servers[:_SHARDS])
        return f"redis://{named}/0?cluster=true"

    def start(self) -> None:
        """Start the servers, and make them one cluster."""
        for server in self.servers:
            server.start()
        wait_until(lambda: all(server.answers() for server in self.servers), what="six servers")
        self.join()

    def kill(self) -> None:
        for server in self.servers:
            server.kill()

    def join(self) -> None:
        """Make servers that run one cluster."""
        raise NotImplementedError

    def primary_of(self, slot: int) -> ClusterServer:
        """The server that has the slot, as those that answer say."""
        for server in self.servers:
            if server.answers():
                for first, last, (_, port, *_), *_ in server.ask("CLUSTER", "SLOTS"):
                    if first <= slot <= last:
                        return self._at(port)
        raise AssertionError(f"nobody has slot {slot}")

    def primaries(self) -> list[ClusterServer]:
        """Those of all shards, the first slots' first."""
        return [self.primary_of(_SLOTS * number // _SHARDS) for number in range(_SHARDS)]

    def replica_of(self, slot: int) -> ClusterServer:
        for first, last, _, (_, port, *_) in self.primary_of(slot).ask("CLUSTER", "SLOTS"):
            if first <= slot <= last:
                return self._at(port)
        raise AssertionError(f"nobody follows the server of slot {slot}")

    def fail_over(self, slot: int, died: ClusterServer) -> None:
        """Wait until the slot has another server than that which died."""
        raise NotImplementedError

    def stop_replication(self, slot: int) -> None:
        """From now on the replica of this slot's server misses everything."""
        raise NotImplementedError

    def give_back(self, server: ClusterServer) -> None:
        """Start a server that died; where another one took over it follows that."""
        server.start()
        self.wait_for_replicas()

    def wait_for_replicas(self) -> None:
        """Wait until each primary that runs has its replica again, if that runs."""
        wait_until(self._is_whole, what="replicas")

    def _is_whole(self) -> bool:
        running = [server for server in self.servers if server.is_running]
        with suppress(*_ERRORS):
            if not all(_is_ok(server) for server in running):
                return False
            states = [server.info("replication") for server in running]
            primaries = [state for state in states if state["role"] == "master"]
            return len(primaries) == _SHARDS and all(
                state["role"] == "master" or state["master_link_status"] == "up" for state in states
            )
        return False

    def move(self, slot: int, to: ClusterServer) -> None:
        """Give a slot, and all keys in it, to another primary."""
        self.begin_move(slot, to)
        self.end_move(slot, to)

    def begin_move(self, slot: int, to: ClusterServer) -> None:
        """Move the slot's keys. All servers still say that the slot is where it was."""
        raise NotImplementedError

    def end_move(self, slot: int, to: ClusterServer) -> None:
        raise NotImplementedError

    def _at(self, port: int) -> ClusterServer:
        return next(server for server in self.servers if server.port == int(port))


class ValkeyCluster(Cluster):
    def join(self) -> None:
        first, *others = self.servers
        for number, server in enumerate(self.servers[:_SHARDS]):
            ends = _SLOTS * number // _SHARDS, _SLOTS * (number + 1) // _SHARDS - 1
            server.ask("CLUSTER", "ADDSLOTSRANGE", *ends)
        for epoch, server in enumerate(self.servers, 1):
            server.ask("CLUSTER", "SET-CONFIG-EPOCH", epoch)
        for server in others:
            server.ask("CLUSTER", "MEET", first.host, first.port, first.port + _BUS)
        wait_until(lambda: all(len(self._known_to(s)) == len(self.servers) for s in self.servers))
        for primary, replica in self.shards:
            replica.ask("CLUSTER", "REPLICATE", self._id_of(primary))
        wait_until(lambda: all(map(self._is_complete, self.servers)), what="a complete cluster")

    def fail_over(self, slot: int, died: ClusterServer) -> None:
        wait_until(lambda: self.primary_of(slot) is not died, what="a failover")

    def take_back(self) -> None:
        """Give each shard to the server that had it in the beginning, as an operator may when all run."""
        self.wait_for_replicas()
        for first, _ in self.shards:
            if first.info("replication")["role"] != "master":
                first.ask("CLUSTER", "FAILOVER")
                wait_until(lambda: first.info("replication")["role"] == "master")  # noqa: B023
        self.wait_for_replicas()
        wait_until(lambda: all(map(self._is_complete, self.servers)), what="one view of the slots")

    def stop_replication(self, slot: int) -> None:
        primary = self.primary_of(slot)
        primary.ask("ACL", "SETUSER", "default", "-psync", "-sync")
        primary.ask("CLIENT", "KILL", "TYPE", "REPLICA")

    def begin_move(self, slot: int, to: ClusterServer, *, keys: int | None = None) -> None:
        """Move all of the slot's keys, or so many."""
        source = self.primary_of(slot)
        to.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", self._id_of(source))
        source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", self._id_of(to))
        # One key at a time, as slowly as can be: meanwhile an event's keys are on two servers.
        for _ in itertools.count() if keys is None else range(keys):
            found = source.ask("CLUSTER", "GETKEYSINSLOT", slot, 1)
            if not found:
                return
            source.ask("MIGRATE", to.host, to.port, found[0], 0, 5000)

    def end_move(self, slot: int, to: ClusterServer) -> None:
        source = self.primary_of(slot)
        while found := source.ask("CLUSTER", "GETKEYSINSLOT", slot, 1):
            source.ask("MIGRATE", to.host, to.port, found[0], 0, 5000)
        for server in (to, source):
            server.ask("CLUSTER", "SETSLOT", slot, "NODE", self._id_of(to))

    def _id_of(self, server: ClusterServer) -> str:
        return str(server.ask("CLUSTER", "MYID").decode())

    def _known_to(self, server: ClusterServer) -> list[str]:
        known = server.ask("CLUSTER", "NODES").decode().splitlines()
        return [line for line in known if "handshake" not in line]

    def _is_complete(self, server: ClusterServer) -> bool:
        ranges = server.ask("CLUSTER", "SLOTS")
        if len(ranges) != _SHARDS or any(len(nodes) != 2 for _, _, *nodes in ranges):
            return False
        if not _is_ok(server):
            return False
        replication = server.info("replication")
        return bool(replication["role"] == "master" or replication["master_link_status"] == "up")


class KvrocksCluster(Cluster):
    """This is its controller as well: it has the topology, and tells the servers."""

    def __init__(self, servers: list[ClusterServer]) -> None:
        super().__init__(servers)
        self._ids = {server.port: f"{server.port:040d}" for server in servers}
        self._version = 0
        self._slots = {
            primary.port: [(_SLOTS * n // _SHARDS, _SLOTS * (n + 1) // _SHARDS - 1)]
            for n, (primary, _) in enumerate(self.shards)
        }
        self._follows = {replica.port: primary.port for primary, replica in self.shards}

    def join(self) -> None:
        for server in self.servers:
            server.ask("CLUSTERX", "SETNODEID", self._ids[server.port])
        self._change()
        self.wait_for_replicas()

    def fail_over(self, slot: int, died: ClusterServer) -> None:
        heir = next(port for port, primary in self._follows.items() if primary == died.port)
        if not self._at(heir).is_running:
            self._start(self._at(heir))
        self._slots[heir] = self._slots.pop(died.port)
        del self._follows[heir]
        self._follows[died.port] = heir
        self._change()

    def stop_replication(self, slot: int) -> None:
        # It keeps on disk what it has; `fail_over` starts it again.
        self.replica_of(slot).kill()

    def give_back(self, server: ClusterServer) -> None:
        self._start(server)
        self.wait_for_replicas()

    def begin_move(self, slot: int, to: ClusterServer) -> None:
        source = self.primary_of(slot)
        wait_until(lambda: self._migrates(source, slot, to), what="a migration")

    def end_move(self, slot: int, to: ClusterServer) -> None:
        source = self.primary_of(slot)
        ranges = self._slots[source.port]
        self._slots[source.port] = [
            part
            for first, last in ranges
            for part in ((first, min(last, slot - 1)), (max(first, slot + 1), last))
            if part[0] <= part[1]
        ]
        self._slots[to.port].append((slot, slot))
        self._change()

    def _migrates(self, source: ClusterServer, slot: int, to: ClusterServer) -> bool:
        # A server that was a replica before cancels the first one that it is told of.
        with suppress(redis.ResponseError):
            return bool(source.ask("CLUSTERX", "MIGRATE", slot, self._ids[to.port], "SYNC"))
        return False

    def _is_whole(self) -> bool:
        # Some may have been away when the topology changed.
        self._tell()
        return super()._is_whole()

    def _start(self, server: ClusterServer) -> None:
        """It goes by the topology of its last run, until it is told of a newer one."""
        server.start()
        wait_until(server.answers, what="a server of the cluster")

    def _change(self) -> None:
        self._version += 1
        self._tell()

    def _tell(self) -> None:
        """Whoever has this version of the topology already does nothing."""
        lines = []
        for port, slots in self._slots.items():
            named = " ".join(f"{a}-{b}" if a < b else f"{a}" for a, b in slots)
            lines.append(f"{self._ids[port]} {self._at(port).host} {port} master - {named}")
        for port, primary in self._follows.items():
            lines.append(
                f"{self._ids[port]} {self._at(port).host} {port} slave {self._ids[primary]}"
            )
        for server in self.servers:
            if server.answers():
                server.ask("CLUSTERX", "SETNODES", "\n".join(lines), self._version)


@contextmanager
def running_cluster(environment: Mapping[str, str], directory: Path) -> Iterator[Cluster]:
    """Run a cluster of the server that stands for Kvrocks elsewhere, or of that which KVROCKS_BIN names."""
    binary = kvrocks_binary(environment.get("KVROCKS_BIN"))
    servers = []
    for number in range(2 * _SHARDS):
        home = directory / str(number)
        home.mkdir()
        port = free_port_with(_BUS)
        servers.append(ClusterServer(home, cluster_command(binary, _HOST, port), port))
    cluster = (KvrocksCluster if _is_kvrocks(binary) else ValkeyCluster)(servers)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.kill()


def cluster_command(binary: Path, address: str, port: int) -> list[str]:
    """How a server of a cluster is started, which keeps its files in the working directory."""
    listening = [str(binary), "--bind", address, "--port", str(port), "--dir", "."]
    if _is_kvrocks(binary):
        return [
            *listening,
            *("--log-dir", "stdout", "--cluster-enabled", "yes"),
            # Or a server that comes back may keep what it wrote alone, if the others have written more.
            *("--use-rsid-psync", "yes"),
        ]
    return [
        *listening,
        *("--cluster-enabled", "yes", "--cluster-node-timeout", str(_NODE_TIMEOUT_MS)),
        *("--cluster-require-full-coverage", "no", "--cluster-replica-validity-factor", "0"),
        *("--repl-diskless-sync-delay", "0", "--save", "", "--appendonly", "no"),
        *("--protected-mode", "no"),
    ]


def _is_kvrocks(binary: Path) -> bool:
    return binary.name.startswith("kvrocks")
