"""What is traced, where nothing is sent and where the packages that send are missing."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer

from src.platform import tracing
from src.platform.settings import SettingError


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


@pytest.fixture
def tracer(exported: InMemorySpanExporter) -> Tracer:
    return tracing._tracer


def test_shared_work_is_in_the_first_trace_and_linked_with_the_others(
    exported: InMemorySpanExporter, tracer: Tracer
) -> None:
    contexts = []
    for name in ("first", "second"):
        with tracer.start_as_current_span(name):
            contexts.append(tracing.current_trace())

    with tracing.on_behalf_of("batch", [None, *contexts]), tracer.start_as_current_span("call"):
        assert trace.get_current_span().is_recording()

    spans = {span.name: span for span in exported.get_finished_spans()}
    assert _parent(spans["call"]) == _id(spans["batch"])
    assert _parent(spans["batch"]) == _id(spans["first"])
    assert [link.context.span_id for link in spans["batch"].links] == [_id(spans["second"])]
    assert dict(spans["batch"].attributes or {}) == {"batch.size": 3}


def test_work_for_nobody_who_is_traced_is_not(exported: InMemorySpanExporter) -> None:
    assert tracing.current_trace() is None
    with tracing.on_behalf_of("batch", [None]):
        pass
    assert exported.get_finished_spans() == ()


def test_without_an_endpoint_nothing_that_sends_is_imported() -> None:
    program = (
        "import sys; from src.platform.tracing import telemetry;"
        "assert telemetry() == {'tracing': False, 'metrics': False, 'logs': False};"
        "import src.bootstrap.app;"
        "print([name for name in sys.modules if name.startswith("
        "('opentelemetry.exporter', 'opentelemetry.instrumentation'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_an_endpoint_without_the_packages_is_a_clear_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.instrumentation.redis", None)
    with pytest.raises(SettingError, match="otel"):
        tracing.telemetry()


def _id(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def _parent(span: ReadableSpan) -> int:
    assert span.parent is not None
    return int(span.parent.span_id)
