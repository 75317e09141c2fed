"""Seat state on a cluster: a server of it dies, or stands still, and slots move, all under load.

A buyer buys one seat after the other of an event on each server, and each event has a watcher. In the end the
stores agree, what was answered as sold is sold, and every watcher's map is exact.
"""

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial

import httpx
import pytest

from kit.clusters import Cluster, ClusterServer, slot_of
from kit.waiting import wait_until
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SubsectionKey
from test.conftest import StartService
from test.support.api import Api, ApiClient, one_subsection, overview_path, problem_of, statuses
from test.support.cli import ticketing
from test.support.metrics import metric
from test.support.service import ServiceProcess
from test.support.sse import LiveStream

# More than can be asked for while a server is away: each refusal costs one, too.
_SEATS = 4_000
# A refusal comes within two seconds; the machine may be busy with other tests.
_SLACK_SECONDS = 4.0


@pytest.fixture(scope="module")
def service(cluster: Cluster, start_module_service: StartService) -> ServiceProcess:
    return start_module_service(
        kvrocks_url=cluster.url,
        reconcile_interval_seconds=1,
        pending_ttl_seconds=2,
        store_timeout_seconds=0.9 + _SLACK_SECONDS / 2,
        answer_timeout_seconds=2 + _SLACK_SECONDS,
    )


@dataclass
class Sale:
    """An event, what its buyer was answered, and the map of its watcher."""

    event_id: int
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    bought: set[str] = field(default_factory=set)
    map: dict[str, str] = field(default_factory=dict)


class Market:
    """An event on each server of the cluster."""

    def __init__(self, api: Api, cluster: Cluster, service: ServiceProcess) -> None:
        self.service = service
        self.seller = api.seller()
        self._cluster = cluster
        self._buyers = [api.buyer() for _ in range(3)]

    def slot(self, sale: Sale) -> int:
        return slot_of(sale.event_id, self.service.settings.key_prefix)

    def server(self, sale: Sale) -> ClusterServer:
        return self._cluster.primary_of(self.slot(sale))

    def seats(self, sale: Sale) -> dict[str, str]:
        return statuses(self.seller.seats(sale.event_id))

    @contextmanager
    def open(self) -> Iterator[list[Sale]]:
        """Buyers buy, and watchers watch, an event on each of the three servers inside the block."""
        found: dict[int, Sale] = {}
        while len(found) < 3:
            event = self.seller.create_event(seating_config=one_subsection(_SEATS // 5, 5))
            sale = Sale(event["id"])
            found.setdefault(self.server(sale).port, sale)
        sales = list(found.values())
        over = threading.Event()
        with ExitStack() as stack:
            streams = [
                stack.enter_context(self.seller.watch_seats(sale.event_id, delta=True))
                for sale in sales
            ]
            threads = [
                threading.Thread(target=work, args=(sale, *what))
                for work, others in ((_buy, self._buyers), (_watch, streams))
                for sale, *what in zip(sales, others, [over] * len(sales), strict=True)
            ]
            for thread in threads:
                thread.start()
            try:
                wait_until(lambda: all(sale.bought for sale in sales), what="first sales")
                yield sales
                before = {sale.event_id: len(sale.bought) for sale in sales}
                wait_until(
                    lambda: all(len(sale.bought) > before[sale.event_id] + 3 for sale in sales),
                    what="sales afterwards",
                )
                over.set()
                self._settle(sales)
            finally:
                over.set()
                for sale in sales:
                    self.seller.change_event(sale.event_id, status="ended")  # ends the streams
                for thread in threads:
                    thread.join()

    def _settle(self, sales: list[Sale]) -> None:
        """See that nothing was lost, and no map is wrong."""
        for sale in sales:
            wait_until(partial(self._is_exact, sale), what=f"the map of event {sale.event_id}")
        wait_until(
            lambda: ticketing(self.service.settings, "verify").returncode == 0, what="agreement"
        )

    def _is_exact(self, sale: Sale) -> bool:
        bought = sale.bought.copy()  # the last sale may still be under way
        answer = self.seller.get(f"/api/event/{sale.event_id}")
        if answer.status_code != 200:
            return False
        found = statuses(answer.json())
        assert bought <= {seat for seat, status in found.items() if status == "sold"}
        return sale.map == found


def _buy(sale: Sale, buyer: ApiClient, over: threading.Event) -> None:
    seats = (f"A-1-{row}-{seat}" for row in range(1, _SEATS // 5 + 1) for seat in range(1, 6))
    while not over.wait(0.02):
        seat = next(seats)
        began = time.monotonic()
        answer = buyer.post("/api/reservation", {"event_id": sale.event_id, "seats": [seat]})
        sale.slowest = max(sale.slowest, time.monotonic() - began)
        sale.statuses[answer.status_code] += 1
        if answer.status_code == 201:
            buyer.confirm(answer.json()["id"])
            sale.bought.add(seat)


def _watch(sale: Sale, stream: LiveStream, _over: threading.Event) -> None:
    while True:
        try:
            message = stream.next()
        except (AssertionError, httpx.HTTPError):
            return
        sale.map |= statuses(message.data)


@pytest.fixture(scope="module")
def market(api: Api, cluster: Cluster, service: ServiceProcess) -> Market:
    return Market(api, cluster, service)


def test_a_server_that_dies_takes_its_events_with_it_and_no_others(
    market: Market, cluster: Cluster
) -> None:
    with market.open() as (struck, *others):
        slot, died = market.slot(struck), market.server(struck)
        died.kill()
        wait_until(lambda: struck.statuses[503], what="a refusal")
        sold_meanwhile = [len(sale.bought) for sale in others]
        cluster.fail_over(slot, died)
        cluster.give_back(died)

    assert struck.statuses.keys() == {201, 503}
    assert struck.slowest < 2 + _SLACK_SECONDS
    assert [sale.statuses.keys() for sale in others] == [{201}, {201}]
    assert all(len(sale.bought) > n for sale, n in zip(others, sold_meanwhile, strict=True))


def test_a_server_that_stands_still_is_as_dead(market: Market, cluster: Cluster) -> None:
    with market.open() as (struck, *others):
        slot, stopped = market.slot(struck), market.server(struck)
        stopped.send_signal(signal.SIGSTOP)
        try:
            wait_until(lambda: struck.statuses[503] > 3, what="refusals")
            cluster.fail_over(slot, stopped)
        finally:
            stopped.send_signal(signal.SIGCONT)
        cluster.wait_for_replicas()

    assert struck.statuses.keys() == {201, 503}
    assert struck.slowest < 2 + _SLACK_SECONDS
    assert [sale.statuses.keys() for sale in others] == [{201}, {201}]


def test_a_replica_that_lacks_the_latest_sales_takes_over(market: Market, cluster: Cluster) -> None:
    """It sells again under versions that watchers have seen with other seats."""
    corrections = 'repairs_total{kind="seats_corrected"}'
    before = metric(market.seller, corrections)
    with market.open() as (struck, *_):
        slot, died = market.slot(struck), market.server(struck)
        cluster.stop_replication(slot)
        known = len(struck.bought)
        wait_until(lambda: len(struck.bought) > known + 5, what="sales that will be lost")
        died.kill()
        cluster.fail_over(slot, died)
        cluster.give_back(died)

    # All but one that was under way just then: it is settled as a pending hold.
    assert metric(market.seller, corrections) >= before + 5


def test_slots_may_move(market: Market, cluster: Cluster) -> None:
    with market.open() as (moved, *others):
        first, *targets = (market.server(sale) for sale in (moved, *others))
        for target in (*targets, first):
            cluster.move(market.slot(moved), target)
            sold = len(moved.bought)
            wait_until(lambda: len(moved.bought) > sold, what="a sale at the new server")  # noqa: B023

    assert [sale.statuses.keys() for sale in (moved, *others)] == [{201}] * 3


def test_a_server_without_a_replica_takes_nothing_else_with_it(
    market: Market, cluster: Cluster
) -> None:
    """What goes through all events goes on with the others. The server comes back without its data."""
    with market.open() as (struck, other, third):
        died, replica = market.server(struck), cluster.replica_of(market.slot(struck))
        replica.kill()
        died.kill()
        settings = market.service.settings
        keys = SeatStateKeys(settings.key_prefix)
        seats = keys.seats(EventId(other.event_id), SubsectionKey("A", 1))
        market.server(other).ask("SETRANGE", seats, _SEATS - 1, "2")

        wait_until(
            lambda: (
                market.seller.get("/health/ready").json()
                == {
                    "status": "degraded",
                    "stores": {"postgres": "up", "kvrocks": "partly up", "redis": "up"},
                }
            ),
            what="a degraded service",
        )
        problem_of(market.seller.get(overview_path(struck.event_id)), 503)
        wait_until(
            lambda: market.seats(other)[f"A-1-{_SEATS // 5}-5"] == "available",
            what="a correction on another server",
        )
        found = ticketing(settings, "verify")
        assert found.returncode == 1
        assert "a server of Kvrocks does not answer, which has these events" in found.stdout
        cluster.give_back(died)
        cluster.give_back(replica)

    assert [sale.statuses.keys() for sale in (other, third)] == [{201}, {201}]
