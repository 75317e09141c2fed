"""Traces of requests, by OpenTelemetry, where the environment says to whom they are sent.

The usual `OTEL_*` variables decide; FastAPI itself reads them, and what sends is the extra `otel`. Without
them nothing is traced, and none of it is imported.
"""

import os
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import Link

from src.platform.settings import SettingError

_ENDPOINTS = tuple(f"OTEL_EXPORTER_OTLP_{kind}ENDPOINT" for kind in ("", "TRACES_", "METRICS_"))
# The end of a process waits for what is still to be sent, a few times: it has ten seconds in all.
_SEND_SECONDS = "1"
_tracer = trace.get_tracer("ticketing")


def telemetry() -> TelemetryConfig:
    """What FastAPI has to know; the drivers of the stores are told here. Raises SettingError."""
    if not any(map(os.environ.get, _ENDPOINTS)):
        return {"tracing": False, "metrics": False, "logs": False}
    try:
        from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
        from opentelemetry.instrumentation.redis import RedisInstrumentor
        from opentelemetry.sdk.trace import TracerProvider  # noqa: F401 - FastAPI sends with it
    except ImportError as missing:
        raise SettingError(
            "Traces are sent by packages of the extra `otel`, which are not installed:"
            f" pip install 'event-ticketing[otel]' ({missing})"
        ) from missing
    os.environ.setdefault("OTEL_SERVICE_NAME", "ticketing")
    os.environ.setdefault("OTEL_EXPORTER_OTLP_TIMEOUT", _SEND_SECONDS)
    drivers = (AsyncPGInstrumentor(), RedisInstrumentor())  # type: ignore[no-untyped-call]
    for instrumentor in drivers:
        if not instrumentor.is_instrumented_by_opentelemetry:
            instrumentor.instrument()
    return {"auto_configure": True, "logs": False, "exclude": _is_stream}


def current_trace() -> Context | None:
    """Where work that is done later, for this request and others, belongs; None where nothing is traced."""
    return context.get_current() if trace.get_current_span().get_span_context().is_valid else None


@contextmanager
def on_behalf_of(name: str, traces: Sequence[Context | None]) -> Iterator[None]:
    """Work that several requests share: it is in the trace of the first, and linked with the others'."""
    traced = [one for one in traces if one is not None]
    if not traced:
        yield
        return
    first, *others = traced
    links = [Link(trace.get_current_span(other).get_span_context()) for other in others]
    attributes = {"batch.size": len(traces)}
    with _tracer.start_as_current_span(name, first, links=links, attributes=attributes):
        yield


def _is_stream(scope: MutableMapping[str, Any]) -> bool:
    """A stream lasts for hours, and would be one span."""
    return bool(scope["path"].endswith("/sse"))
