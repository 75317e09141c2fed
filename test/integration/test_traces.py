"""One trace leads from a request through the stores to what other instances are told."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from kit.ports import free_port
from kit.waiting import wait_until
from test.conftest import StartService
from test.support.api import Api, ApiClient
from test.support.service import ServiceProcess

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


@dataclass
class Receiver:
    """What was sent to an OTLP endpoint."""

    url: str = ""
    spans: list[Span] = field(default_factory=list)
    metrics: set[str] = field(default_factory=set)

    def take(self, path: str, body: bytes) -> None:
        if path == "/v1/traces":
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.spans += [span for scope in resource.scope_spans for span in scope.spans]
        elif path == "/v1/metrics":
            for of_one in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                self.metrics |= {m.name for scope in of_one.scope_metrics for m in scope.metrics}

    def trace(self, trace_id: str) -> list[Span]:
        return [span for span in list(self.spans) if span.trace_id.hex() == trace_id]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            received.take(self.path, self.rfile.read(length))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield received
        server.shutdown()


@pytest.fixture(scope="module")
def service(receiver: Receiver, start_module_service: StartService) -> Iterator[ServiceProcess]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        patch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        patch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "200")
        yield start_module_service(log_format="json")


def test_a_reservation_is_one_trace(
    api: Api, seller: ApiClient, buyer: ApiClient, service: ServiceProcess, receiver: Receiver
) -> None:
    event = seller.create_event()
    request = {"event_id": event["id"], "seats": ["A-1-1-1"]}
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    with api.visitor().watch(event["id"]) as stream:
        stream.next()
        assert buyer.post("/api/reservation", request, headers=headers).status_code == 201

    def published() -> bool:
        return any("PUBLISH" in span.name for span in receiver.trace(TRACE))

    wait_until(published, what="the trace to reach the publish")
    spans = receiver.trace(TRACE)
    by_id = {span.span_id: span for span in spans}
    [root] = [span for span in spans if span.parent_span_id.hex() == PARENT]
    assert root.name == "POST /api/reservation"

    # What the store calls are part of leads to the request.
    calls = [span for span in spans if span.kind == Span.SpanKind.SPAN_KIND_CLIENT]
    for call in calls:
        above = call
        while above is not root:
            above = by_id[above.parent_span_id]
    assert {"EVALSHA", "PUBLISH"} <= {call.name for call in calls}
    statements = [
        attribute.value.string_value
        for call in calls
        for attribute in call.attributes
        if attribute.key == "db.statement"
    ]
    assert any("INSERT INTO reservation" in statement for statement in statements)
    assert not any("A-1-1-1" in statement for statement in statements)


def test_streams_are_not_traced(
    api: Api, seller: ApiClient, service: ServiceProcess, receiver: Receiver
) -> None:
    event = seller.create_event()
    with api.visitor().watch(event["id"]) as stream:
        stream.next()
    api.visitor().get("/health/live")

    wait_until(
        lambda: any(span.name == "GET /health/live" for span in list(receiver.spans)),
        what="a trace of what was asked for later",
    )
    assert not any("sse" in span.name for span in list(receiver.spans))


def test_a_line_in_the_log_names_the_trace(visitor: ApiClient, service: ServiceProcess) -> None:
    trace_id = os.urandom(16).hex()
    visitor.get("/nowhere", headers={"traceparent": f"00-{trace_id}-{PARENT}-01"})

    log = Path(service.log)
    wait_until(lambda: f'"trace_id":"{trace_id}"' in log.read_text(), what="a line with the trace")


def test_a_receiver_that_is_gone_does_not_hold_up_the_end(start_service: StartService) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
        service = start_service()
    httpx.get(f"{service.base_url}/health/live").raise_for_status()

    began = time.monotonic()
    service.stop()

    assert time.monotonic() - began < 10


def test_metrics_are_sent_too(service: ServiceProcess, receiver: Receiver) -> None:
    wait_until(
        lambda: "http.server.request.duration" in receiver.metrics, what="the metrics of requests"
    )
