"""Clients of Kvrocks, as its address wants them: of one server, or of a cluster."""

from collections.abc import Callable, Sequence
from functools import partial

from redis.asyncio import Redis

from src.platform.cluster_topology import ClusterTopology
from src.platform.kvrocks import Kvrocks, SingleKvrocks
from src.platform.kvrocks_cluster import KvrocksCluster
from src.platform.redis_clients import make_client
from src.platform.store_figures import StoreFigures
from src.platform.store_urls import Address, ClusterUrl


def make_kvrocks(
    url: str, pools: Sequence[StoreFigures], *, retry_reads: Sequence[bool], timeout: float
) -> list[Kvrocks]:
    """Return a client for each of these pools, which have at most `size` connections to each server.
    Those of a cluster share the map of its slots."""
    cluster = ClusterUrl.of(url)
    topology = ClusterTopology(cluster, timeout=timeout) if cluster else None
    clients: list[Kvrocks] = []
    for pool, retry in zip(pools, retry_reads, strict=True):
        make = partial(
            make_client, pool_size=pool.size, timeout=timeout, retry_reads=retry, figures=pool
        )
        if cluster is None or topology is None:
            clients.append(SingleKvrocks(make(url)))
        else:
            clients.append(
                KvrocksCluster(
                    topology,
                    partial(_make_server, cluster, make),
                    timeout=timeout,
                )
            )
    return clients


def _make_server(cluster: ClusterUrl, make: Callable[[str], Redis], address: Address) -> Redis:
    return make(cluster.of_server(address))
