"""Which server of a cluster has which keys, and which servers do not answer."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import AskError, ClusterDownError, RedisError

from src.platform.redis_clients import Command, make_client, round_trip
from src.platform.store_urls import Address, ClusterUrl
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.tasks import start_detached

logger = structlog.get_logger(__name__)

# While a server does not answer, or has given slots away.
_SECONDS_APART = 0.2
# A server that takes longer is passed over: another one knows as much.
_READ_TIMEOUT_SECONDS = 0.5

_MAP: tuple[Command, ...] = (("CLUSTER", "NODES"), ("CLUSTER", "SLOTS"))


class ClusterTopology:
    """The map of the slots, as the servers themselves tell it; shared by all who use the cluster.

    Requests never wait for it, but for the first: where one finds the map out of date, that is read again
    in the background, once for all of them, until every server answers. A server that keeps a request
    waiting for too long is *silent*: requests for it are refused at once until it answers a ping.

    A server that was away tells the map of back then, in which it may still have slots that another one
    took over. Kvrocks' servers go by such a map until they are told of a new one, so an older map than the
    last is taken only if no server tells a newer one.
    """

    def __init__(self, url: ClusterUrl, *, timeout: float) -> None:
        self._url = url
        self._timeout = min(timeout, _READ_TIMEOUT_SECONDS)
        # Called when slots have come to another server, by a failover or a move.
        self.on_move: list[Callable[[], None]] = []
        self._slots: list[Address | None] = []
        self._last_read: list[Address | None] = []
        self._epoch = 0
        self._servers: set[Address] = set(url.servers)
        self._silent: set[Address] = set()
        self._suspects: set[Address] = set()
        self._first_read: asyncio.Task[None] | None = None
        self._out_of_date = False
        self._following: asyncio.Task[None] | None = None

    async def known(self) -> None:
        """Wait until the map is known. Raises StoreUnavailableError when no server tells it."""
        if self._slots:
            return
        if self._first_read is None or self._first_read.done():
            self._first_read = start_detached(self._read())
        await asyncio.shield(self._first_read)

    def server_of(self, key: str) -> Address:
        """Raises ClusterDownError when no server has the slot, StoreUnavailableError when that which
        has it is silent."""
        address = self._slots[key_slot(key.encode())]
        if address is None:
            self.read_soon()
            raise ClusterDownError("no server has this slot")
        if address in self._silent:
            raise StoreUnavailableError("Kvrocks") from TimeoutError(
                f"{address[0]}:{address[1]} does not answer"
            )
        return address

    @property
    def primaries(self) -> set[Address]:
        return {address for address in self._slots if address is not None}

    @property
    def servers(self) -> set[Address]:
        """All of them, replicas too."""
        return self._servers

    def redirected(self, error: AskError, by: Address) -> Address:
        """The server that a redirection names; one without a host is on the same machine."""
        return (error.host or by[0], error.port)

    def moved(self, error: AskError, by: Address) -> None:
        """A slot has another server, for good."""
        self._slots[error.slot_id] = self.redirected(error, by)
        self.read_soon()

    def failed(self, address: Address, *, silent: bool) -> None:
        """A server did not do what it was asked; when it was silent, it is asked no more for now."""
        self._suspects.add(address)
        if silent and address not in self._silent:
            logger.warning("a server of the cluster does not answer", address=_text(address))
            self._silent.add(address)
        self.read_soon()

    def read_soon(self) -> None:
        """Read the map again in the background; calls before that is done are one."""
        self._out_of_date = True
        if self._following is None:
            self._following = start_detached(self._follow())

    async def aclose(self) -> None:
        tasks = [task for task in (self._following, self._first_read) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self) -> None:
        try:
            while self._out_of_date or self._silent:
                self._out_of_date = False
                await asyncio.gather(*map(self._ping, tuple(self._silent)))
                with contextlib.suppress(StoreUnavailableError):
                    await self._read()
                await asyncio.sleep(_SECONDS_APART)
        finally:
            self._following = None

    async def _ping(self, address: Address) -> None:
        if address not in self._servers:
            self._silent.discard(address)
            return
        with contextlib.suppress(RedisError, OSError):
            await self._ask(address, ("PING",))
            self._silent.discard(address)
            logger.info("a server of the cluster answers again", address=_text(address))

    async def _read(self) -> None:
        servers = [*self._servers.union(self._url.servers)]
        # Not all instances ask the same one, and those that are in trouble come last.
        random.shuffle(servers)
        suspects, self._suspects = self._suspects, set()
        servers.sort(key=lambda address: address in suspects or address in self._silent)
        failure: Exception = ClusterDownError("no server is named")
        found: list[_Map] = []
        for address in servers:
            try:
                found.append(_Map.told(address, *await self._ask(address, *_MAP)))
            except (RedisError, OSError) as error:
                failure = error
            else:
                if found[-1].epoch >= self._epoch:
                    break
        if not found:
            raise StoreUnavailableError("Kvrocks") from failure
        self._take(max(found, key=lambda told: told.epoch))

    async def _ask(self, address: Address, *commands: Command) -> list[Any]:
        """Over a connection of its own: a pool may be in use by those who wait for the server."""
        client = make_client(self._url.of_server(address), pool_size=1, timeout=self._timeout)
        try:
            answers = await round_trip(client, commands, [False] * len(commands))
        finally:
            await client.aclose(close_connection_pool=True)
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    def _take(self, told: "_Map") -> None:
        slots = told.slots
        before, self._last_read = self._last_read, slots
        self._slots, self._servers, self._epoch = slots.copy(), told.servers, told.epoch
        if before and before != slots:
            moved = sum(old != new for old, new in zip(before, slots, strict=True))
            logger.warning("slots of the cluster have other servers", slots=moved)
            for call in self.on_move:
                call()


@dataclass(frozen=True, slots=True)
class _Map:
    """What a server told. A later map has a higher epoch, or the same: in Kvrocks it is the version of the
    topology, in Valkey and Redis a server that takes slots over has the highest."""

    epoch: int
    slots: list[Address | None]
    servers: set[Address]

    @classmethod
    def told(cls, by: Address, nodes: bytes, ranges: Iterable[Sequence[Any]]) -> "_Map":
        """Raises ClusterDownError when the map is empty."""
        slots: list[Address | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        servers = set()
        for first, last, primary, *replicas in ranges:
            slots[first : last + 1] = [_address(primary, by)] * (last + 1 - first)
            servers |= {_address(server, by) for server in (primary, *replicas)}
        if not servers:
            raise ClusterDownError("no server has any slot")
        return cls(max(int(line.split()[6]) for line in nodes.splitlines()), slots, servers)


def _address(server: Sequence[Any], told_by: Address) -> Address:
    """A server that does not know its own host has that by which it was asked."""
    host = (server[0] or b"").decode()
    return (host if host not in ("", "?") else told_by[0], int(server[1]))


def _text(address: Address) -> str:
    return f"{address[0]}:{address[1]}"
