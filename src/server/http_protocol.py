"""HTTP/1.1 with deadlines and limits, on top of uvicorn's protocol.

Uvicorn waits for ever for the rest of a request, buffers as much of its head as comes, does not notice
that a client has left while another request of it is queued, and sends chunks to HTTP/1.0 clients.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from uvicorn._types import ASGI3Application, ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from src.platform.http.body_limit import LINGER_SECONDS
from src.platform.http.overload_protection import CONNECTION, Connection
from src.platform.http.problems import problem_response
from src.platform.http.security_headers import SecurityHeaders
from src.platform.settings import Settings
from src.service.shared_kernel.watchdog import Watchdog

_MAX_TARGET = 8 * 1024
_MAX_HEAD = 32 * 1024
# When the server ends, a connection is closed that has been idle for so long. A proxy may send a request into
# one that is just being closed, and may not send a POST again. One in steady use has a request sooner, whose
# answer ends it.
_IDLE_AT_THE_END_SECONDS = 2.0
# Also for one that has been idle for longer: something may be on its way.
_LAST_REQUEST_SECONDS = 0.25
# The largest request, as a multiple of the largest body. A body that is too large is the app's to
# answer; this is for what may come around one, such as a trailer, which the parser keeps until it ends.
_MAX_BODIES = 16
# With more requests than these waiting for the answer under way, no more is read from their client.
_MAX_PIPELINED = 16
# How much longer than announced an idle connection is kept: a request may have been on its way.
KEEP_ALIVE_GRACE_SECONDS = 5

# From the method, the address and the headers of a request: the first line of its answer and the rest,
# which says nothing of the connection; or None for the app to answer.
RefuseEarly = Callable[[bytes, bytes, list[tuple[bytes, bytes]]], tuple[bytes, bytes] | None]

_BODY_HEADERS = {b"content-length", b"transfer-encoding"}
_CLOSE = (b"connection", b"close")
_DISCARDED: deque[tuple[bytes, bytes]] = deque(maxlen=0)


class BoundedHttpProtocol(HttpToolsProtocol):
    """As uvicorn's, but a request must arrive in time and have a limited size.

    Its head must arrive within REQUEST_TIMEOUT_SECONDS, and its body within as many after that, or
    it is answered 408. Too long an address is 414, too large a head 431. All of these close the
    connection. A response under way is never cut off.

    A response announces that an idle connection is kept for KEEP_ALIVE_SECONDS; it is closed some
    seconds later. So a client that keeps to that time never sends a request into a connection that is
    just being closed.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        settings: Settings,
        refuse_early: RefuseEarly | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._refuse_early = refuse_early
        self._refused_early = False  # the request that comes in
        self._settings = settings
        self.timeout_keep_alive = settings.keep_alive_seconds + KEEP_ALIVE_GRACE_SECONDS
        self._keep_alive = (b"keep-alive", b"timeout=%d" % settings.keep_alive_seconds)
        # The request that is being answered; `cycle` is the last one that came.
        self._running: RequestResponseCycle | None = None
        self._refusal: HTTPStatus | None = None
        self._refused = False
        self._in_head = True
        self._received = 0
        self._ending = False
        self._connection = Connection()
        self._watchdog: Watchdog  # runs while the rest of a head, or of a body, is waited for

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watchdog = Watchdog(self._time_out)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connection.lost = True
        self._watchdog.close()
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if not (self._watchdog.running or self._answering):
            self._expect_head()  # even for the empty lines that may precede it
        self._received += len(data)
        super().data_received(data)
        if self._refused or not self._watchdog.running:
            return
        if self._in_head:
            if self._received > _MAX_HEAD:
                self._refuse(self._too_much_head() or HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._received > _MAX_BODIES * self._settings.max_body_bytes:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if not self._watchdog.running:
            self._expect_head()

    def on_headers_complete(self) -> None:
        if self._received > _MAX_TARGET:
            self._refusal = self._too_much_head()
            if self._refusal:
                raise ValueError(self._refusal.phrase)  # ends the parsing, and is answered below
        if not self._is_refused_early():
            self._begin_cycle()
        # What comes after a chunked body must not pass for headers (RFC 9110, 6.5.1): a proxy hands
        # it on, and the client could say in it which address it comes from.
        self.headers = _DISCARDED  # type: ignore[assignment]
        self._in_head = False
        self._watchdog.start(self._settings.request_timeout_seconds)

    def _begin_cycle(self) -> None:
        self.scope[CONNECTION] = self._connection  # type: ignore[literal-required]
        super().on_headers_complete()
        if self._ending:
            self.cycle.keep_alive = False
        if self.cycle.keep_alive:
            self.cycle.default_headers = [*self.cycle.default_headers, self._keep_alive]
            if not _BODY_HEADERS.isdisjoint(dict(self.headers)):
                _retract_keep_alive(self.cycle, self.server_state.default_headers)
        if self.parser.get_http_version() == "1.0":
            _send_without_chunks(self.cycle)
        if self.pipeline and len(self.pipeline) <= _MAX_PIPELINED:
            # Uvicorn stops reading while a request waits, and so would not see the client leave, which
            # for one that waits behind a stream may be for ever.
            self.flow.resume_reading()

    def _is_refused_early(self) -> bool:
        """Answer what `refuse_early` refuses, with one write and no task: there may be thousands a
        second. What is not plain is left to the app, which refuses it too."""
        if (
            self._refuse_early is None
            or self._answering
            or self._ending
            or self.flow.write_paused
            or self.expect_100_continue
            or not self.parser.should_keep_alive()
            or self.parser.get_http_version() != "1.1"
            or self.parser.should_upgrade()
        ):
            return False
        answer = self._refuse_early(self.parser.get_method(), self.url, self.headers)
        if answer is None:
            return False
        first_line, rest = answer
        own = [*self.server_state.default_headers, self._keep_alive]
        lines = [b"%b: %b\r\n" % header for header in own]
        self.transport.write(b"".join([first_line, *lines, rest]))
        self.server_state.total_requests += 1
        self._refused_early = True
        return True

    def on_body(self, body: bytes) -> None:
        if not self._refused_early:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._refused_early:
            self._refused_early = False
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            super().on_message_complete()
        self._watchdog.stop()
        self._in_head = True
        self._received = 0

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def shutdown(self) -> None:
        """Called when the server ends: answer what was sent before, then close the connection.

        Uvicorn closes an idle one at once, and a request that is on its way is lost.
        """
        self._ending = True
        if self._answering:
            super().shutdown()
            return
        left = _LAST_REQUEST_SECONDS
        if self.timeout_keep_alive_task is not None:  # it was answered, and runs out
            idle_since = self.timeout_keep_alive_task.when() - self.timeout_keep_alive
            left = max(left, idle_since + _IDLE_AT_THE_END_SECONDS - self.loop.time())
        self.loop.call_later(left, self.loop.call_soon, super().shutdown)

    def send_400_response(self, msg: str) -> None:
        """Called when what came is not HTTP/1.1."""
        self._refuse(self._refusal or HTTPStatus.BAD_REQUEST)

    def _unsupported_upgrade_warning(self) -> None:
        """Called when a client offers to change the protocol: it is answered in this one.

        What it sends after that may be no request, so the connection is closed after the response.
        """
        self.cycle.keep_alive = False
        self.cycle.default_headers = self.server_state.default_headers

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_head(self) -> None:
        self._in_head = True
        self._received = 0
        self._watchdog.start(self._settings.request_timeout_seconds)

    def _time_out(self) -> None:
        if self._refused:
            self.transport.close()
        elif self._busy:
            self._watchdog.start(self._settings.request_timeout_seconds)
        elif not self.transport.is_closing():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    @property
    def _busy(self) -> bool:
        """Whether closing the connection would cut off a response, to this request or one before."""
        return self._answering and bool(
            self._in_head or self.pipeline or self.cycle.response_started
        )

    def _refuse(self, status: HTTPStatus) -> None:
        """Close the connection; with a response, if a request has begun that has none yet."""
        idle = self._in_head and self._received == 0
        answered = self._busy or not (self._in_head or self._answering)
        if self._answering:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if idle or answered:
            self.transport.close()
            return
        self._refused = True
        self.transport.write(_REFUSALS[status])
        self.transport.write_eof()
        self._watchdog.start(LINGER_SECONDS)

    def _too_much_head(self) -> HTTPStatus | None:
        if len(self.url) > _MAX_TARGET:
            return HTTPStatus.REQUEST_URI_TOO_LONG
        head = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if head > _MAX_HEAD else None


def _send_without_chunks(cycle: RequestResponseCycle) -> None:
    """End a body without a length by closing the connection, as HTTP/1.0 does."""
    cycle.chunked_encoding = False
    send = cycle.send

    async def send_as_it_is(message: ASGISendEvent) -> None:
        if message["type"] == "http.response.body":
            cycle.expected_content_length = len(message.get("body", b""))
        await send(message)

    cycle.send = send_as_it_is  # type: ignore[method-assign]


def _retract_keep_alive(
    cycle: RequestResponseCycle, default_headers: list[tuple[bytes, bytes]]
) -> None:
    """Announce nothing in a response that closes the connection, as a 413 does."""
    send = cycle.send

    async def send_truly(message: ASGISendEvent) -> None:
        if message["type"] == "http.response.start":
            if _CLOSE in message["headers"]:
                cycle.default_headers = default_headers
            # This belongs to the cycle: left there, only the garbage collector would undo the circle.
            del cycle.send
        await send(message)

    cycle.send = send_truly  # type: ignore[method-assign]


_DETAILS = {
    HTTPStatus.BAD_REQUEST: "This is not a request of HTTP/1.1.",
    HTTPStatus.REQUEST_TIMEOUT: "The rest of the request did not come in time.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.REQUEST_URI_TOO_LONG: f"The address is longer than {_MAX_TARGET:,} bytes.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: f"The head is larger than {_MAX_HEAD:,} bytes.",
}


def _as_sent(answer: Response) -> bytes:
    status = HTTPStatus(answer.status_code)
    headers = SecurityHeaders(https=False).added_to(answer.raw_headers)
    lines = [
        b"HTTP/1.1 %d %b" % (status, status.phrase.encode()),
        *(b"%b: %b" % header for header in headers),
        b"",
        bytes(answer.body),
    ]
    return b"\r\n".join(lines)


_REFUSALS = {
    status: _as_sent(problem_response(status, detail, headers={"Connection": "close"}))
    for status, detail in _DETAILS.items()
}
