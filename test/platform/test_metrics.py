"""What is gathered in the process comes out as if it had been observed one by one."""

import asyncio
from functools import partial
from time import perf_counter

from prometheus_client import CollectorRegistry, Histogram

from src.platform.durations import Durations
from src.platform.metrics import Metrics
from src.platform.store_figures import ANSWER_BUCKETS, StoreFigures
from src.service.shared_kernel.ids import EventId

TIMES = [0.0, 0.0005, 0.00051, 0.004, 0.004, 2.5, 2.6, 40.0]


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    metrics.sample()
    return metrics.registry.get_sample_value(name, labels)


def test_times_are_in_the_buckets_of_prometheus() -> None:
    expected = CollectorRegistry()
    histogram = Histogram("times", "", buckets=ANSWER_BUCKETS, registry=expected)
    gathered, metrics = StoreFigures("postgres", "sales"), Metrics()
    metrics.watch_store(gathered)
    for seconds in TIMES:
        histogram.observe(seconds)
        gathered.answers.observe("confirm", seconds)

    labels = {"store": "postgres", "operation": "confirm"}
    name = "store_duration_seconds"
    assert value(metrics, f"{name}_count", **labels) == len(TIMES)
    assert value(metrics, f"{name}_sum", **labels) == sum(TIMES)
    for bound in [*map(str, ANSWER_BUCKETS), "+Inf"]:
        assert value(metrics, f"{name}_bucket", **labels, le=bound) == expected.get_sample_value(
            "times_bucket", {"le": bound}
        ), bound


def test_what_was_taken_is_not_taken_again() -> None:
    durations = Durations((1.0,))
    durations.observe("read", 0.5)
    assert list(durations.take()) == [("read", [1, 0], 0.5)]
    assert list(durations.take()) == []
    durations.observe("read", 2.0)
    assert list(durations.take()) == [("read", [0, 1], 2.0)]


async def test_only_who_has_to_wait_for_a_connection_waits() -> None:
    figures, metrics = StoreFigures("redis", "all"), Metrics()
    metrics.watch_store(figures)
    labels = {"store": "redis", "pool": "all"}
    figures.connected(perf_counter())
    assert value(metrics, "store_connection_wait_seconds_count", **labels) is None

    began = perf_counter()
    await asyncio.sleep(0.002)
    figures.connected(began)
    assert value(metrics, "store_connection_wait_seconds_count", **labels) == 1


def test_two_pools_of_a_store_add_up() -> None:
    metrics = Metrics()
    for pool, size in (("sales", 20), ("reads", 4)):
        figures = StoreFigures("postgres", pool, size)
        figures.count(partial(int, size / 2))
        metrics.watch_store(figures)
        figures.answers.observe("ping", 0.001)

    assert value(metrics, "store_duration_seconds_count", store="postgres", operation="ping") == 2.0
    for pool, size in (("sales", 20), ("reads", 4)):
        of_pool = {"store": "postgres", "pool": pool}
        assert value(metrics, "store_connections", **of_pool) == size / 2
        assert value(metrics, "store_connections_limit", **of_pool) == size


def test_of_very_many_lines_the_longest_are_named() -> None:
    metrics = Metrics()
    metrics.watch_lines(lambda: {EventId(number): 10 * number for number in range(1, 101)})

    def length(event_id: str) -> float | None:
        return value(metrics, "waiting_line_length", event_id=event_id)

    assert [length("100"), length("81"), length("80")] == [1000, 810, None]
    assert length("others") == sum(range(10, 801, 10))


def test_a_line_that_is_no_more_is_no_more_named() -> None:
    metrics = Metrics()
    lines = {EventId(7): 3}
    metrics.watch_lines(lambda: lines)
    assert value(metrics, "waiting_line_length", event_id="7") == 3

    lines.clear()

    assert value(metrics, "waiting_line_length", event_id="7") is None
