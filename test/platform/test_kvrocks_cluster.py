"""A cluster's servers are found, also while a slot moves, and asked for once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from redis.exceptions import RedisError

from kit.clusters import Cluster, ClusterServer, ValkeyCluster, slot_of
from src.platform.cluster_topology import ClusterTopology
from src.platform.kvrocks import Kvrocks
from src.platform.kvrocks_clients import make_kvrocks
from src.platform.redis_clients import Command, round_trip, transaction
from src.platform.store_figures import StoreFigures
from src.platform.store_urls import Address, ClusterUrl
from src.service.shared_kernel.errors import StoreUnavailableError
from test.support.infrastructure import Infrastructure
from test.support.seat_stores import ask
from test.support.waiting import eventually

# No event of another test has this id, whatever its prefix: the slot is this one's alone.
_EVENT = 987_654_321
_LAYOUT, _VERSION = f"event:{{{_EVENT}}}:layout", f"event:{{{_EVENT}}}:version"
_SLOT = slot_of(_EVENT)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Kvrocks]:
    [kvrocks] = make_kvrocks(
        url, [StoreFigures("kvrocks", "sales", 2)], retry_reads=[False], timeout=10.0
    )
    try:
        yield kvrocks
    finally:
        await kvrocks.aclose()


@pytest_asyncio.fixture
async def kvrocks(cluster: Cluster) -> AsyncIterator[Kvrocks]:
    async with opened(cluster.url) as kvrocks:
        yield kvrocks
        await ask(kvrocks, "DEL", _LAYOUT, _VERSION)


class TestASlotOnItsWay:
    @pytest.fixture(autouse=True)
    async def _both_keys(self, kvrocks: Kvrocks) -> None:
        for key in (_LAYOUT, _VERSION):
            await ask(kvrocks, "SET", key, "1")

    @pytest.fixture
    def target(self, cluster: Cluster) -> ClusterServer:
        return next(s for s in cluster.primaries() if s is not cluster.primary_of(_SLOT))

    async def test_is_asked_for_where_its_keys_are_already(
        self, kvrocks: Kvrocks, cluster: Cluster, target: ClusterServer
    ) -> None:
        cluster.begin_move(_SLOT, target)
        try:
            assert await ask(kvrocks, "GET", _LAYOUT) == b"1"

            async def write(server: Any, asking: bool) -> list[Any]:
                async with transaction(server, asking=asking) as steps:
                    steps.set(_VERSION, "2")
                    steps.set(_LAYOUT, "3")
                    return await steps.execute()

            assert await kvrocks.routed(_LAYOUT, write) == [True, True]
            [values] = await kvrocks.routed_each(
                [_LAYOUT],
                lambda server, _, asking: round_trip(
                    server, [("MGET", _LAYOUT, _VERSION)], [asking]
                ),
            )
            assert values == [b"3", b"2"]
        finally:
            cluster.end_move(_SLOT, target)
        assert await ask(kvrocks, "GET", _LAYOUT) == b"3"

    async def test_is_waited_for_while_its_keys_are_on_two_servers(
        self, kvrocks: Kvrocks, cluster: Cluster, target: ClusterServer
    ) -> None:
        if not isinstance(cluster, ValkeyCluster):
            pytest.skip("in Kvrocks no slot is on two servers: it moves as a whole")
        cluster.begin_move(_SLOT, target, keys=1)
        reading = asyncio.create_task(ask(kvrocks, "MGET", _LAYOUT, _VERSION))
        done, _ = await asyncio.wait([reading], timeout=0.1)
        assert not done

        await asyncio.to_thread(cluster.end_move, _SLOT, target)

        assert await reading == [b"1", b"1"]


async def test_an_address_of_one_server_does_not_fit_a_cluster(cluster: Cluster) -> None:
    server = cluster.primary_of(0)
    async with opened(f"redis://127.0.0.1:{server.port}/0") as kvrocks:
        with pytest.raises(RedisError, match="add \\?cluster=true"):
            await kvrocks.ping()
        with pytest.raises(RedisError, match="add \\?cluster=true"):
            await asyncio.gather(*(ask(kvrocks, "GET", f"event:{{{n}}}:layout") for n in range(9)))


async def test_an_address_of_a_cluster_does_not_fit_one_server(
    infrastructure: Infrastructure,
) -> None:
    async with opened(f"{infrastructure.kvrocks_url}?cluster=true") as kvrocks:
        with pytest.raises(StoreUnavailableError) as raised:
            await kvrocks.ping()
    assert "cluster" in raised.value.reason.lower()


_A_HAS_ALL = [[0, 16383, [b"a", 1], [b"b", 2]]]
_B_HAS_ALL = [[0, 16383, [b"b", 2], [b"a", 1]]]


class CountedTopology(ClusterTopology):
    """Of two servers, `a` and `b`. The map is what `slots` has, since `epoch`; servers that are `down` say
    nothing, those that were `away` the map of epoch 1, in which `a` has all slots."""

    def __init__(self) -> None:
        url = ClusterUrl.of("redis://a:1,b:2/0?cluster=true")
        assert url is not None
        super().__init__(url, timeout=1.0)
        self.asked: list[tuple[str, str]] = []
        self.down: set[str] = set()
        self.away: set[str] = set()
        self.epoch = 1
        self.slots = _A_HAS_ALL

    async def _ask(self, address: Address, *commands: Command) -> list[Any]:
        self.asked.append((address[0], str(commands[0][0])))
        await asyncio.sleep(0)
        if address[0] in self.down:
            raise TimeoutError("silent")
        epoch, slots = (1, _A_HAS_ALL) if address[0] in self.away else (self.epoch, self.slots)
        return [b"id host:1@2 master - 0 0 %d connected" % epoch, slots]

    def count(self, name: str) -> int:
        return sum(command == name for _, command in self.asked)


@pytest_asyncio.fixture
async def topology() -> AsyncIterator[CountedTopology]:
    topology = CountedTopology()
    await topology.known()
    yield topology
    await topology.aclose()


async def until(condition: Callable[[], bool]) -> None:
    async def holds() -> bool:
        return condition()

    await eventually(holds, within=10)


class TestTheMap:
    async def test_is_read_once_by_all_who_come_first(self) -> None:
        topology = CountedTopology()

        await asyncio.gather(*(topology.known() for _ in range(20)))

        assert topology.count("CLUSTER") == 1
        assert topology.server_of(_LAYOUT) == ("a", 1)

    async def test_is_read_again_once_for_all_who_failed_and_nobody_waits(
        self, topology: CountedTopology
    ) -> None:
        moves: list[int] = []
        topology.on_move.append(lambda: moves.append(1))
        topology.slots = _B_HAS_ALL

        for _ in range(20):
            topology.failed(("a", 1), silent=False)

        assert topology.server_of(_LAYOUT) == ("a", 1)
        await until(lambda: topology.server_of(_LAYOUT) == ("b", 2))
        assert topology.count("CLUSTER") == 2
        assert topology.asked[-1][0] == "b"  # not the one that failed
        assert moves == [1]

    async def test_refuses_for_a_silent_server_until_it_answers(
        self, topology: CountedTopology
    ) -> None:
        topology.down = {"a"}
        topology.failed(("a", 1), silent=True)
        with pytest.raises(StoreUnavailableError):
            topology.server_of(_LAYOUT)

        topology.down = set()

        await until(lambda: topology.count("PING") > 0)
        await until(lambda: not topology._silent)
        assert topology.server_of(_LAYOUT) == ("a", 1)

    async def test_keeps_what_it_knows_when_nobody_answers(self, topology: CountedTopology) -> None:
        topology.down = {"a", "b"}

        topology.failed(("b", 2), silent=False)
        await until(lambda: topology.count("CLUSTER") == 3)

        assert topology.server_of(_LAYOUT) == ("a", 1)

    async def test_is_not_that_of_a_server_which_was_away(self, topology: CountedTopology) -> None:
        topology.epoch, topology.slots, topology.away = 2, _B_HAS_ALL, {"a"}
        topology.failed(("a", 1), silent=False)
        await until(lambda: topology.server_of(_LAYOUT) == ("b", 2))

        topology.failed(("b", 2), silent=False)  # so `a` is asked first
        await until(lambda: [name for name, _ in topology.asked[-2:]] == ["a", "b"])
        await until(lambda: topology._following is None)

        assert topology.server_of(_LAYOUT) == ("b", 2)

    async def test_is_an_older_one_where_nobody_knows_of_a_newer(
        self, topology: CountedTopology
    ) -> None:
        """As of a cluster that was made anew."""
        topology.epoch, topology.slots, topology.away = 2, _B_HAS_ALL, {"a"}
        topology.failed(("a", 1), silent=False)
        await until(lambda: topology.server_of(_LAYOUT) == ("b", 2))

        topology.down = {"b"}
        topology.failed(("b", 2), silent=False)

        await until(lambda: topology.server_of(_LAYOUT) == ("a", 1))
