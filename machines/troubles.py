"""What is done to the hosts: delays, partitions of every pair of sides, a failover, a rolling restart."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial

from machines.balancers import BALANCERS, Balancer, HAProxy, Nginx
from machines.rules import Rules, ways_between
from machines.site import APPS, BALANCER, CLIENTS, DATABASES, HOSTS, NODES, REDIS, SHARDS, Site
from soak.postgres_pair import Server

EVERYBODY = frozenset(range(SHARDS))
NOBODY: frozenset[int] = frozenset()

# A partition's length: longer than a failover of the cluster, and than what the balancers wait.
_CUT_SECONDS = 8.0
_DELAYED_SECONDS = 5.0
_FAILOVER_SECONDS = 3.0
# After this time nobody is sent to an instance that has fallen silent; who was has given up, or was hung up on.
_NOTICED_SECONDS = 5.0
# An instance that is taken out answers what it has been asked within this time.
_DRAIN_SECONDS = 1.0

STORES = (*DATABASES, *NODES, REDIS)
PRIMARY, STANDBY = DATABASES


@dataclass(frozen=True, slots=True)
class Trouble:
    """`apply` makes the trouble inside its block, and ends it with the block.

    `served` are the shards whose buyers must be served while it lasts, without a failure once `within`
    seconds have passed.
    """

    name: str
    apply: Callable[[Site], AbstractAsyncContextManager[None]]
    served: frozenset[int] = EVERYBODY
    within: float = 0.0
    seconds: float = _CUT_SECONDS
    balancers: tuple[type[Balancer], ...] = (HAProxy,)
    # Whether no failure is allowed to anybody, sellers included, from first to last.
    flawless: bool = False


@contextlib.asynccontextmanager
async def _delayed(seconds: float, site: Site) -> AsyncIterator[None]:
    site.network.obey(Rules(delay=seconds))
    yield
    site.network.obey(Rules())


@contextlib.asynccontextmanager
async def _cut(
    side: Iterable[str], other: Iterable[str], site: Site, *, back: bool = True
) -> AsyncIterator[None]:
    numbers = site.network.numbers
    site.network.obey(Rules(cut=ways_between(numbers(side), numbers(other), back=back)))
    yield
    site.network.obey(Rules())


@contextlib.asynccontextmanager
async def _primary_lost(site: Site) -> AsyncIterator[None]:
    """The standby is promoted, and the old primary ended before the others see it again."""
    old = site.pair.primary
    assert isinstance(old, Server)
    host = next(name for name in DATABASES if site.network[name].address == old.reached_at)
    async with _cut([host], _all_but(host), site):
        await asyncio.sleep(_FAILOVER_SECONDS)
        await site.pair.promote()
        yield
        await asyncio.to_thread(old.die)
    await site.renew_standby()


@contextlib.asynccontextmanager
async def _rolling_restart(site: Site) -> AsyncIterator[None]:
    for instance in site.instances:
        site.balancer.take_out(instance.host)
        await asyncio.sleep(_DRAIN_SECONDS)
        await instance.stop()
        await instance.start()
        site.balancer.put_back(instance.host)
        await asyncio.sleep(_DRAIN_SECONDS)
    yield


def _all_but(*names: str) -> list[str]:
    return [name for name in HOSTS if name not in names]


def _partition(
    name: str,
    side: Iterable[str],
    other: Iterable[str],
    *,
    back: bool = True,
    served: frozenset[int] = EVERYBODY,
    within: float = 0.0,
    balancers: tuple[type[Balancer], ...] = (HAProxy,),
) -> Trouble:
    apply = partial(_cut, tuple(side), tuple(other), back=back)
    return Trouble(name, apply, served, within, balancers=balancers)


_THE_OTHERS_EVENTS = frozenset({1, 2})
_FIRST_APP, _FIRST_NODE = APPS[0], NODES[0]

TROUBLES = (
    Trouble("5 ms each way, everywhere", partial(_delayed, 0.005), seconds=_DELAYED_SECONDS),
    Trouble("50 ms each way, everywhere", partial(_delayed, 0.05), seconds=_DELAYED_SECONDS),
    _partition("instances cut off from database primary", APPS, [PRIMARY], served=NOBODY),
    _partition("instances → database primary, one way", APPS, [PRIMARY], back=False, served=NOBODY),
    _partition("instances cut off from database standby", APPS, [STANDBY], within=3),
    _partition(
        "database primary cut off from its synchronous standby", [PRIMARY], [STANDBY], served=NOBODY
    ),
    _partition(
        "instances cut off from one node of the cluster",
        APPS,
        [_FIRST_NODE],
        served=_THE_OTHERS_EVENTS,
    ),
    _partition("one node cut off from the other nodes", [_FIRST_NODE], NODES[1:], within=6),
    _partition(
        "one node → the other nodes, one way", [_FIRST_NODE], NODES[1:], back=False, within=6
    ),
    _partition("one node cut off from everything", [_FIRST_NODE], _all_but(_FIRST_NODE), within=6),
    _partition("instances cut off from all nodes", APPS, NODES, served=NOBODY),
    _partition("instances cut off from Redis", APPS, [REDIS]),
    _partition("one instance cut off from all stores", [_FIRST_APP], STORES, within=6),
    _partition(
        "balancer cut off from one instance",
        [BALANCER],
        [_FIRST_APP],
        within=_NOTICED_SECONDS,
        balancers=BALANCERS,
    ),
    _partition(
        "one instance cut off from everything",
        [_FIRST_APP],
        _all_but(_FIRST_APP),
        within=_NOTICED_SECONDS,
        balancers=BALANCERS,
    ),
    _partition("clients cut off from balancer", [CLIENTS], [BALANCER], served=NOBODY),
    Trouble(
        "database primary cut off from everything, its standby promoted",
        _primary_lost,
        within=3,
    ),
    Trouble(
        "rolling restart", _rolling_restart, seconds=0, balancers=(Nginx, HAProxy), flawless=True
    ),
)
