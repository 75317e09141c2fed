"""What operators and tools see."""

import re

import pytest

from kit.waiting import wait_until
from test.support.api import ApiClient, Json
from test.support.described import described_api
from test.support.metrics import metric


class TestHealth:
    def test_the_process_lives(self, visitor: ApiClient) -> None:
        assert visitor.get("/health/live").json() == {"status": "live"}

    def test_every_store_is_named(self, visitor: ApiClient) -> None:
        answer = visitor.get("/health/ready")

        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json() == {
            "status": "ready",
            "stores": {"postgres": "up", "kvrocks": "up", "redis": "up"},
        }


class TestMetrics:
    def test_count_requests_by_route_and_status(self, visitor: ApiClient, event: Json) -> None:
        route = "/api/event/{event_id}/all_subsection_status"

        def counted() -> float:
            return metric(visitor, _requests(route))

        before = counted()
        visitor.overview(event["id"])

        assert counted() == before + 1

    def test_never_grow_with_addresses_that_are_not(self, visitor: ApiClient) -> None:
        visitor.get("/nowhere/an-address-that-is-not")

        assert "an-address-that-is-not" not in visitor.get("/metrics").text

    def test_name_the_pages(self, visitor: ApiClient) -> None:
        visitor.get("/event/1")

        assert metric(visitor, _requests("/event/{event_id:event_id}")) > 0
        assert metric(visitor, _requests("/metrics")) > 0

    def test_count_what_is_refused_by_its_reason(self, visitor: ApiClient) -> None:
        name = 'http_problems_total{type="event-not-found"}'
        before = metric(visitor, name)
        visitor.get("/api/event/999999")

        assert metric(visitor, name) == before + 1

    def test_tell_how_long_the_stores_take(
        self, visitor: ApiClient, buyer: ApiClient, event: Json
    ) -> None:
        held = buyer.reserve(event["id"], "A-1-1-1")
        buyer.confirm(held["id"])
        figures = visitor.get("/metrics").text

        for store, operation in {
            ("postgres", "reserve"),
            ("postgres", "confirm"),
            ("postgres", "find revoked tokens"),
            ("postgres", "create an event"),
            ("kvrocks", "take"),
            ("kvrocks", "change"),
            ("redis", "publish"),
        }:
            labels = f'operation="{operation}",store="{store}"'
            assert f"store_duration_seconds_count{{{labels}}}" in figures
        assert metric(visitor, 'store_connections{pool="sales",store="postgres"}') <= metric(
            visitor, 'store_connections_limit{pool="sales",store="postgres"}'
        )

    def test_tell_of_the_process(self, visitor: ApiClient) -> None:
        assert metric(visitor, "process_cpu_seconds_total") > 0
        assert metric(visitor, "process_resident_memory_bytes") > 1e7

    def test_tell_how_many_streams_are_open(self, visitor: ApiClient, event: Json) -> None:
        wait_until(lambda: metric(visitor, "sse_clients") == 0, what="the end of other streams")
        with visitor.watch(event["id"]) as stream:
            stream.next()
            assert metric(visitor, "sse_clients") == 1


class TestARequestId:
    def test_is_taken_from_the_caller(self, visitor: ApiClient) -> None:
        answer = visitor.get("/health/live", headers={"X-Request-ID": "trace-1.a_b"})

        assert answer.headers["x-request-id"] == "trace-1.a_b"

    @pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "<script>", "a\tb"])
    def test_is_made_when_the_callers_is_not_plain(self, visitor: ApiClient, sent: str) -> None:
        answer = visitor.get("/health/live", headers={"X-Request-ID": sent})

        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])

    def test_is_on_refusals_too(self, visitor: ApiClient) -> None:
        first, second = visitor.get("/nowhere"), visitor.get("/nowhere")

        assert first.headers["x-request-id"] != second.headers["x-request-id"]


def test_the_api_describes_itself(visitor: ApiClient) -> None:
    """What the description says, its own tests look at."""
    assert visitor.get("/openapi.json").json() == described_api()


def _requests(route: str) -> str:
    return f'http_requests_total{{method="GET",route="{route}",status="200"}}'
