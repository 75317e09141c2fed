"""Metrics for the operator; each app has a registry of its own.

With several worker processes each writes its figures to files that all of them read, so that the answer of
any one speaks for all. Which it is, the library decides when it is imported, by the environment.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from heapq import nlargest
from operator import itemgetter
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from src.platform.durations import Durations
from src.platform.store_figures import ANSWER_BUCKETS, WAIT_BUCKETS, StoreFigures
from src.service.shared_kernel.ids import EventId

# The environment variable that names the folder of the worker processes' files.
WORKERS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

_REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
# The window of merging is 0.1 s, and what Pub/Sub has lost is found after 3.
_AGE_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BACKGROUND_BUCKETS = (0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)
_DELIVERY_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LINES_NAMED = 20
# The library's name for the files with the gauges of one living process.
_LIVE_GAUGES = re.compile(r"gauge_live[a-z]*_(\d+)\.db")


class Metrics:
    """Durations in seconds. Streams count as requests when they end, without a duration."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._watched: list[tuple[Gauge, Callable[[], int]]] = []
        self._counted: list[_Counted] = []
        self._stores: list[StoreFigures] = []
        self._gathered_ages = Durations(_AGE_BUCKETS)
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "http_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "http_request_duration_seconds",
            "Time to answer",
            ["method", "route"],
            buckets=_REQUEST_BUCKETS,
            registry=self.registry,
        )
        self.problems = Counter(
            "http_problems",
            "Requests answered with a problem that has a type of its own",
            ["type"],
            registry=self.registry,
        )
        self.queue_refusals = Counter(
            "queue_refusals",
            "Requests refused because too many wanted the same, by what they wanted",
            ["queue"],
            registry=self.registry,
        )
        self.repairs = Counter(
            "repairs", "What the reconciler mended", ["kind"], registry=self.registry
        )
        self.expired = Counter(
            "reservations_expired", "Holds whose time was up", registry=self.registry
        )
        # Added up over the processes that live.
        self._streams = Gauge(
            "sse_clients",
            "Live streams that are open",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._stream_limit = Gauge(
            "sse_clients_limit",
            "Live streams that may be open",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._messages, self._merged, self._skipped = (
            Counter(name, text, registry=self.registry)
            for name, text in (
                ("sse_messages", "Messages of events that live streams were given to send"),
                ("sse_changes_merged", "Changes that went out in a message with an earlier change"),
                (
                    "sse_messages_skipped",
                    "Messages that slow clients were given a newer one in place of",
                ),
            )
        )
        self._ages = _GatheredHistogram(
            "sse_message_age_seconds",
            "Time from when a process has committed a change until it has given a message about it to all of"
            " its own streams that are not busy; of the oldest change in the message",
            buckets=_AGE_BUCKETS,
            registry=self.registry,
        )
        self._connections = Gauge(
            "store_connections",
            "Connections to a store that are in use",
            ["store", "pool"],
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._connection_limits = Gauge(
            "store_connections_limit",
            "Connections to a store that there may be",
            ["store", "pool"],
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._waits = _GatheredHistogram(
            "store_connection_wait_seconds",
            "Time that requests waited for a connection to a store, or for it to be opened, of those that"
            " waited for more than a millisecond",
            ["store", "pool"],
            buckets=WAIT_BUCKETS,
            registry=self.registry,
        )
        self._answers = _GatheredHistogram(
            "store_duration_seconds",
            "Time of a round trip to a store, or of a transaction, waiting for the connection included",
            ["store", "operation"],
            buckets=ANSWER_BUCKETS,
            registry=self.registry,
        )
        self.background_failures = Counter(
            "background_failures",
            "Rounds of background work that failed",
            ["task"],
            registry=self.registry,
        )
        self.background_seconds = Histogram(
            "background_duration_seconds",
            "Time that one round of background work took",
            ["task"],
            buckets=_BACKGROUND_BUCKETS,
            registry=self.registry,
        )
        self._lines = _Reading(
            "waiting_line_length",
            f"Who is in line and whose turn has not come, of the {_LINES_NAMED} longest lines and of all others",
            "event_id",
        )
        self._outbox_messages = _Reading(
            "outbox_messages", "Messages that wait to be passed on", "listener"
        )
        self._outbox_age = _Reading(
            "outbox_age_seconds", "For how long the oldest of them has waited", "listener"
        )
        self._readings = (self._lines, self._outbox_messages, self._outbox_age)
        for reading in self._readings:
            self.registry.register(reading)
        self._deliveries = Counter(
            "webhook_deliveries",
            "Attempts to send a message to a webhook",
            ["outcome"],
            registry=self.registry,
        )
        self._delivery_seconds = Histogram(
            "webhook_delivery_duration_seconds",
            "Time until a webhook had answered, or had not",
            buckets=_DELIVERY_BUCKETS,
            registry=self.registry,
        )

    def expect_webhook_outcomes(self, outcomes: Iterable[str]) -> None:
        """Report them from the start: an increase is only seen from a value on."""
        for outcome in outcomes:
            self._deliveries.labels(outcome)

    def webhook_attempt(self, outcome: str, seconds: float) -> None:
        """Count an attempt, of which this came."""
        self._deliveries.labels(outcome).inc()
        self._delivery_seconds.observe(seconds)

    def watch_streams(
        self,
        count: Callable[[], int],
        *,
        limit: int,
        sent: Callable[[], int],
        merged: Callable[[], int],
        skipped: Callable[[], int],
    ) -> None:
        """Report what these return as the number of open streams, and as the numbers of messages until
        now."""
        self._watched.append((self._streams, count))
        self._watched.append((self._stream_limit, lambda: limit))
        for counter, total in (
            (self._messages, sent),
            (self._merged, merged),
            (self._skipped, skipped),
        ):
            self._counted.append(_Counted(counter, total))

    def observe_message_age(self, seconds: float) -> None:
        """Streams were given a message about what happened so long ago."""
        self._gathered_ages.observe("", seconds)

    def watch_lines(self, lengths: Callable[[], Mapping[EventId, int]]) -> None:
        """Report what `lengths` returns as the number of those who wait in each line."""
        self._lines.read = lambda: _longest(lengths())

    def show_backlog(self, listener: str, messages: int, seconds: float) -> None:
        """Report that so many messages wait to be passed on, and for how long the oldest does."""
        self._outbox_messages.values[listener] = messages
        self._outbox_age.values[listener] = seconds

    def watch_store(self, figures: StoreFigures) -> None:
        """Report what is gathered there."""
        labels = (figures.store, figures.pool)
        self._watched.append((self._connections.labels(*labels), figures.in_use))
        self._watched.append((self._connection_limits.labels(*labels), figures.limit))
        self._stores.append(figures)

    def sample(self) -> None:
        """Write down what is watched: another process, asked for the metrics, cannot count it here."""
        for gauge, count in self._watched:
            gauge.set(count())
        for counted in self._counted:
            counted.sample()
        for _, counts, total in self._gathered_ages.take():
            self._ages.add(counts, total)
        for figures in self._stores:
            for operation, counts, total in figures.answers.take():
                self._answers.labels(figures.store, operation).add(counts, total)
            for pool, counts, total in figures.waits.take():
                self._waits.labels(figures.store, pool).add(counts, total)

    def as_text(self) -> bytes:
        """All of it, in Prometheus' text form; reads files where there are several processes."""
        folder = os.environ.get(WORKERS_FOLDER)
        if folder is None:
            return generate_latest(self.registry)
        of_all = CollectorRegistry()
        MultiProcessCollector(of_all, folder)  # type: ignore[no-untyped-call]
        of_all.register(_WorkerProcesses(Path(folder)))
        for reading in self._readings:
            of_all.register(reading)
        return generate_latest(of_all)


class _Counted:
    """What is counted elsewhere, too often to count it here."""

    def __init__(self, counter: Counter, total: Callable[[], int]) -> None:
        self._counter = counter
        self._total = total
        self._seen = 0

    def sample(self) -> None:
        total = self._total()
        self._counter.inc(total - self._seen)
        self._seen = total


class _GatheredHistogram(Histogram):
    """Takes many observations at once, which the library's own cannot."""

    def add(self, counts: Sequence[int], total: float) -> None:
        """So many in each bucket, and the sum of them all."""
        for bucket, count in zip(self._buckets, counts, strict=True):
            if count:
                bucket.inc(count)
        self._sum.inc(total)


class _Reading(Collector):
    """A gauge of what every process reads from a store alike: it needs no adding up, and whoever is asked
    for the metrics says what it read last. What is no longer there is no longer said."""

    def __init__(self, name: str, text: str, label: str) -> None:
        self._name = name
        self._text = text
        self._label = label
        self.values: dict[str, float] = {}
        self.read: Callable[[], Mapping[str, float]] = lambda: self.values

    def collect(self) -> Iterable[Metric]:
        gauge = GaugeMetricFamily(self._name, self._text, labels=[self._label])
        for label, value in self.read().items():
            gauge.add_metric([label], value)
        yield gauge


def _longest(lengths: Mapping[EventId, int]) -> Mapping[str, float]:
    """A label for every event would never end. The sum is that of all lines."""
    longest = nlargest(_LINES_NAMED, lengths.items(), key=itemgetter(1))
    named: dict[str, float] = {str(event_id): length for event_id, length in longest}
    if len(longest) < len(lengths):
        named["others"] = sum(lengths.values()) - sum(named.values())
    return named


class _WorkerProcesses(Collector):
    """CPU time, memory and open files of each worker process, by its `pid`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        merged: dict[str, Metric] = {}
        for pid in sorted(_living(self._folder)):
            for metric in ProcessCollector(pid=partial(int, pid), registry=None).collect():
                into = merged.setdefault(
                    metric.name, Metric(metric.name, metric.documentation, metric.type)
                )
                for sample in metric.samples:
                    into.add_sample(sample.name, {"pid": str(pid)}, sample.value)
        return merged.values()


def _living(folder: Path) -> Iterator[int]:
    for file in folder.iterdir():
        if found := _LIVE_GAUGES.fullmatch(file.name):
            yield int(found[1])
