"""The seat state store for contract tests: the ports' fakes, and their adapters on a real server and on
a simulated one."""

import random
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import pytest
from redis.asyncio import Redis

from kit.clusters import Cluster
from simulation.kvrocks import KvrocksServer
from simulation.redis_client import SimulatedRedis
from simulation.timeline import Clock, Timeline
from src.platform.kvrocks import Kvrocks, SingleKvrocks
from src.platform.kvrocks_clients import make_kvrocks
from src.platform.redis_clients import send
from src.platform.seat_state_writer import write_seat_state
from src.platform.store_figures import StoreFigures
from src.service.reservation.app.interface.seat_inventory import SeatInventory
from src.service.reservation.app.interface.seat_state_store import SeatStateStore
from src.service.reservation.driven_adapter.kvrocks_seat_inventory import KvrocksSeatInventory
from src.service.reservation.driven_adapter.kvrocks_seat_state_store import KvrocksSeatStateStore
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import SeatStateQuery
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.stored_seat_state import StoredSeats
from src.service.ticketing.driven_adapter.state.seat_state_query_handler_impl import (
    KvrocksSeatStateQuery,
)
from test.fake.kvrocks import FakeKvrocks, FakeSeatInventory, FakeSeatStateQuery, FakeSeatStateStore
from test.fake.people import HOUSE
from test.support.infrastructure import Infrastructure

_PENDING_SECONDS = 60.0


class SeatStores(Protocol):
    """Three ports on the same keys, and ways around them. Events have the seats of HOUSE."""

    inventory: SeatInventory
    query: SeatStateQuery
    store: SeatStateStore

    async def add(self, event_id: EventId, *, closed: bool = False) -> None:
        """Write the event's first state."""
        ...

    async def lose(self, event_id: EventId) -> None:
        """Lose the event's state, but not its pending entries."""
        ...

    async def add_stray(self, event_id: EventId) -> str:
        """Write a key that has the event's name and is no part of its state; return the key."""
        ...

    async def overdue(self, event_id: EventId) -> None:
        """Let the deadlines of the event's pending entries pass."""
        ...


class FakeSeats(SeatStores):
    def __init__(self) -> None:
        self._kvrocks = FakeKvrocks(pending_seconds=_PENDING_SECONDS)
        self.inventory = FakeSeatInventory(self._kvrocks)
        self.query = FakeSeatStateQuery(self._kvrocks)
        self.store = self._store = FakeSeatStateStore(self._kvrocks)

    async def add(self, event_id: EventId, *, closed: bool = False) -> None:
        self._kvrocks.add(event_id, HOUSE).closed = closed

    async def lose(self, event_id: EventId) -> None:
        self._kvrocks.events.pop(event_id, None)

    async def add_stray(self, event_id: EventId) -> str:
        self._store.strays.append(f"event:{{{event_id}}}:odd")
        return self._store.strays[-1]

    async def overdue(self, event_id: EventId) -> None:
        self._kvrocks.now += _PENDING_SECONDS


class KvrocksSeats(SeatStores):
    """Under a key prefix of its own."""

    def __init__(self, kvrocks: Kvrocks, keys: SeatStateKeys) -> None:
        self._kvrocks = kvrocks
        self._keys = keys
        self.inventory = KvrocksSeatInventory(
            kvrocks, keys, pending_seconds=_PENDING_SECONDS, timeout=10.0
        )
        self.query = KvrocksSeatStateQuery(kvrocks, keys, timeout=10.0)
        self.store = KvrocksSeatStateStore(kvrocks, keys, timeout=10.0)

    async def add(self, event_id: EventId, *, closed: bool = False) -> None:
        first = StoredSeats.first(HOUSE)
        state = StoredSeats(first.version, closed, first.seats)
        await write_seat_state(self._kvrocks, self._keys, event_id, HOUSE, state)

    async def lose(self, event_id: EventId) -> None:
        await ask(self._kvrocks, "DEL", *self._keys.whole_state(event_id, HOUSE.subsections))

    async def add_stray(self, event_id: EventId) -> str:
        key = self._keys.layout(event_id).replace("layout", "odd")
        await ask(self._kvrocks, "SET", key, "odd")
        return key

    async def overdue(self, event_id: EventId) -> None:
        key = self._keys.pending(event_id)
        for member in await ask(self._kvrocks, "ZRANGE", key, 0, -1):
            await ask(self._kvrocks, "ZADD", key, 1, member)


def simulated_seats() -> KvrocksSeats:
    """The adapters on the server of the simulation."""
    server = KvrocksServer(Timeline(random.Random(1)), Clock(offset=1e9))
    client = SimulatedRedis(server, None, timeout=10.0)
    return KvrocksSeats(SingleKvrocks(client.as_redis()), SeatStateKeys())


@asynccontextmanager
async def kvrocks_seats(url: str) -> AsyncIterator[KvrocksSeats]:
    """The adapters on this server, or on this cluster."""
    pool = StoreFigures("kvrocks", "sales", 3)
    [kvrocks] = make_kvrocks(url, [pool], retry_reads=[False], timeout=10.0)
    keys = SeatStateKeys(f"contract-{uuid.uuid4().hex}:")
    try:
        yield KvrocksSeats(kvrocks, keys)
        for server in await kvrocks.servers():
            async for key in server.scan_iter(f"{keys.prefix}*", count=1000):
                await server.delete(key)
    finally:
        await kvrocks.aclose()


async def ask(kvrocks: Kvrocks, name: str, key: str, *arguments: str | int | bytes) -> Any:
    """Send one command to the server that has the key."""
    return await kvrocks.routed(
        key, lambda server, asking: send(server, (name, key, *arguments), asking=asking)
    )


async def server_of(kvrocks: Kvrocks, key: str) -> Redis:
    """The server that has the key."""

    async def itself(server: Redis, _asking: bool) -> Redis:
        return server

    return await kvrocks.routed(key, itself)


def seat_state_url(request: pytest.FixtureRequest) -> str | None:
    """Where the port of a contract test is tried: `fake` is None, `kvrocks` one server, `cluster` several."""
    if request.param == "fake":
        return None
    if request.param == "kvrocks":
        infrastructure: Infrastructure = request.getfixturevalue("infrastructure")
        return infrastructure.kvrocks_url
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.url
