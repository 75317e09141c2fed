"""Every request has an id, is counted and timed, and is logged when it matters.

Every answer passes here, also that of a mistake of ours, and gets the headers that all have.
"""

import asyncio
import logging
import os
import re
import time
from collections.abc import Awaitable, Iterable
from contextvars import Context
from functools import cache

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.platform.http.security_headers import SecurityHeaders
from src.platform.metrics import Metrics
from src.service.shared_kernel.errors import OverloadedError, ServiceError

logger = structlog.get_logger(__name__)
_stdlib_logger = logging.getLogger(__name__)

REQUEST_ID = b"x-request-id"
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


# More than this of one second say no more, and each takes longer than refusing a request does.
_LINES_A_SECOND = 100

# The scope's keys of the type of the problem that a request is answered with, and of the queue that refused it.
_PROBLEM_TYPE = "ticketing.problem_type"
_QUEUE = "ticketing.queue"

# The scope's key of a `send` for the body of a response that has begun.
DIRECT_SEND = "ticketing.direct_send"


class AccessLog:
    """ASGI middleware. Takes the caller's X-Request-ID if it is a plain one, else makes one.

    An exception that nothing else answers is logged here, once, and answered by `on_exception`. The
    framework would raise it again after its answer, and the server then close the connection without
    having said so; this answer is complete, so the connection goes on.
    """

    def __init__(
        self, app: ASGIApp, metrics: Metrics, headers: SecurityHeaders, on_exception: ASGIApp
    ) -> None:
        self._app = app
        self._headers = headers
        self._on_exception = on_exception
        # A label's metric is looked up once, not once a request.
        self._count = cache(metrics.requests.labels)
        self._time = cache(metrics.seconds.labels)
        self._problems = cache(metrics.problems.labels)
        self._refusals = cache(metrics.queue_refusals.labels)
        self._lines = _Lines()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = sent_request_id(scope["headers"]) or os.urandom(16).hex().encode()
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        started = time.perf_counter()
        status = 0
        streaming = False

        # For the messages of a stream that has begun: what stands between looks at the beginning
        # alone, and with thousands of clients each step costs.
        scope[DIRECT_SEND] = send

        # Not a coroutine of its own: it passes on every message of every response.
        def send_with_id(message: Message) -> Awaitable[None]:
            nonlocal status, streaming
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = self._headers.added_to([*message["headers"], (REQUEST_ID, request_id)])
                message["headers"] = headers
                for name, value in headers:
                    if name == b"content-type":
                        streaming = value.startswith(b"text/event-stream")
            return send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            if status:
                raise  # an answer is cut short: the server logs it and closes the connection
            logger.exception("unexpected exception", method=scope["method"], path=scope["path"])
            await self._on_exception(scope, receive, send_with_id)
        finally:
            # The scope is what `send` belongs to: a circle, which only the garbage collector would undo.
            del scope[DIRECT_SEND]
            self._record(scope, status or 500, time.perf_counter() - started, streaming)

    def _record(self, scope: Scope, status: int, seconds: float, streaming: bool) -> None:
        method = scope["method"]
        # The pattern, not the path: a label per event would never end.
        route = getattr(scope.get("route"), "path", "unknown")
        self._count(method, route, status).inc()
        if problem_type := scope.get(_PROBLEM_TYPE):
            self._problems(problem_type).inc()
        if queue := scope.get(_QUEUE):
            self._refusals(queue).inc()
        if not streaming:
            self._time(method, route).observe(seconds)
        level = _level(status)
        if _stdlib_logger.isEnabledFor(level) and (level == logging.DEBUG or self._lines.take()):
            logger.log(
                level,
                "request",
                method=method,
                path=scope["path"],
                status=status,
                ms=round(seconds * 1e3, 1),
            )


def note_problem(scope: Scope, error: ServiceError) -> None:
    """For the metrics: the request is answered with this."""
    scope[_PROBLEM_TYPE] = error.type
    if isinstance(error, OverloadedError):
        scope[_QUEUE] = error.purpose


class _Lines:
    """The lines that may still be written in this second. One line says how many were not."""

    def __init__(self) -> None:
        self._left = _LINES_A_SECOND
        self._missing = 0
        self._next: asyncio.TimerHandle | None = None

    def take(self) -> bool:
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(
                1.0, self._begin_again, context=Context()
            )
        if self._left > 0:
            self._left -= 1
            return True
        self._missing += 1
        return False

    def _begin_again(self) -> None:
        if self._missing:
            logger.warning("requests that have no line of their own", count=self._missing)
        self._left, self._missing, self._next = _LINES_A_SECOND, 0, None


def _level(status: int) -> int:
    if status >= 500:
        return logging.WARNING
    # What went well is in the metrics and, when it changed anything, in Postgres.
    return logging.INFO if status >= 400 else logging.DEBUG


def sent_request_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The caller's own, if it is a plain one."""
    for name, value in headers:
        if name == REQUEST_ID and _ID.fullmatch(value):
            return bytes(value)
    return None
