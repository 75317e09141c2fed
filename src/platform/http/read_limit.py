"""What one request may cost the others: a limit to concurrent readers, and a deadline for all."""

from collections import deque

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.platform.http.access_log import note_problem
from src.platform.http.connected import while_connected
from src.platform.http.problems import answer_to, client_left
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.service.shared_kernel.deadline import deadline
from src.service.shared_kernel.errors import OverloadedError
from src.service.shared_kernel.lane import Lane, Slot

_READING = {"GET", "HEAD"}
_CONCURRENT_READERS = 64
_QUEUE_TIMEOUT_SECONDS = 10.0

# For operators, who have to see that the service is busy.
_UNLIMITED = ("/health/", "/metrics")

_SLOT = "ticketing.reader_slot"


class ReadLimit:
    """ASGI middleware: the limit to concurrent readers. The others queue, or are answered 503. So a
    request that changes something never waits behind more than that, whatever their number.

    Once it has its slot, a request has `timeout` seconds for all of its work in the stores.
    """

    def __init__(self, app: ASGIApp, timeout: float) -> None:
        self._app = app
        self._timeout = timeout
        self._readers = Lane(
            "look at this", at_once=_CONCURRENT_READERS, timeout=_QUEUE_TIMEOUT_SECONDS
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] not in _READING or scope["path"].startswith(_UNLIMITED):
            with deadline(self._timeout):
                await self._app(scope, receive, send)
        else:
            await self._read(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if self._readers.is_free:
                slot = await self._readers.acquire()
            else:
                buffer = _ReceiveBuffer(receive)
                receive = buffer.receive
                # A client that hangs up while it waits leaves the queue.
                slot = await while_connected(Request(scope, buffer.peek), self._readers.acquire())
        except OverloadedError as error:
            note_problem(scope, error)
            await answer_to(error, SHARED_PROBLEMS[OverloadedError])(scope, receive, send)
            return
        except ClientDisconnect:
            await client_left()(scope, receive, send)
            return
        scope[_SLOT] = slot
        try:
            with deadline(self._timeout):
                await self._app(scope, receive, send)
        finally:
            slot.release()


class _ReceiveBuffer:
    """What a client sends while it waits, to be received again by the app."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: deque[Message] = deque()

    async def peek(self) -> Message:
        message = await self._receive()
        self._messages.append(message)
        return message

    async def receive(self) -> Message:
        return self._messages.popleft() if self._messages else await self._receive()


def release_slot(scope: Scope) -> None:
    """Let the next reader go ahead. For a response that goes on for long but costs little."""
    slot: Slot | None = scope.get(_SLOT)
    if slot is not None:
        slot.release()
