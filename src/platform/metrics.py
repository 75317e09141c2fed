"""Metrics for the operator; each app has a registry of its own."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """Durations in seconds. Streams count as requests when they end, without a duration."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "http_request_seconds",
            "Time to answer",
            ["method", "route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.repairs = Counter(
            "repairs", "What the reconciler mended", ["kind"], registry=self.registry
        )
        self.expired = Counter(
            "reservations_expired", "Holds whose time was up", registry=self.registry
        )
        self._streams = Gauge("sse_clients", "Live streams that are open", registry=self.registry)

    def watch_streams(self, count: Callable[[], int]) -> None:
        """Report what `count` returns as the number of open streams."""
        self._streams.set_function(count)
