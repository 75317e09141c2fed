"""Every request has an id, is counted and timed, and is logged when it matters."""

import re
import time
import uuid

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.platform.metrics import Metrics

logger = structlog.get_logger(__name__)

_HEADER = b"x-request-id"
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_QUIET = {"GET", "HEAD", "OPTIONS"}


class RequestLog:
    """ASGI middleware. Takes the caller's X-Request-ID if it is a plain one, else makes one."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _sent_id(scope) or uuid.uuid4().hex.encode()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        started = time.perf_counter()
        status = 500
        streaming = False

        async def send_with_id(message: Message) -> None:
            nonlocal status, streaming
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = [*message["headers"], (_HEADER, request_id)]
                streaming = any(v.startswith(b"text/event-stream") for _, v in headers)
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._record(scope, status, time.perf_counter() - started, streaming)

    def _record(self, scope: Scope, status: int, seconds: float, streaming: bool) -> None:
        method = scope["method"]
        # The pattern, not the path: a label per event would never end.
        route = getattr(scope.get("route"), "path", "unknown")
        self._metrics.requests.labels(method, route, status).inc()
        if not streaming:
            self._metrics.seconds.labels(method, route).observe(seconds)
        if status >= 500:
            log = logger.warning
        elif method in _QUIET:
            log = logger.debug
        else:
            log = logger.info
        log("request", method=method, path=scope["path"], status=status, ms=round(seconds * 1e3, 1))


def _sent_id(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == _HEADER and _ID.fullmatch(value):
            return bytes(value)
    return None
