"""What one request may cost the others: readers take turns, and nobody asks the stores for long."""

from collections import deque

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.platform.http.connected import while_connected
from src.platform.http.problems import SHARED_PROBLEMS, answer_to, nobody
from src.service.shared_kernel.deadline import deadline
from src.service.shared_kernel.errors import OverloadedError
from src.service.shared_kernel.lane import Lane, Slot

_READERS = {"GET", "HEAD"}
_READERS_AT_ONCE = 64
_READER_WAITS_SECONDS = 10.0

# For those who look after the service, and have to see that it is busy.
_NEVER_WAIT = ("/health/", "/metrics")

_TURN = "ticketing.turn"


class ReadLimit:
    """ASGI middleware. Of requests that only read, a bounded number is worked on at the same time;
    the others wait in line, or are answered 503. So a request that changes something never stands
    behind more than that, whatever the number of readers.

    From its turn on, a request has `seconds` for all that it asks of the stores.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds
        self._readers = Lane("look at this", at_once=_READERS_AT_ONCE, wait=_READER_WAITS_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] not in _READERS or scope["path"].startswith(_NEVER_WAIT):
            with deadline(self._seconds):
                await self._app(scope, receive, send)
        else:
            await self._read_in_turn(scope, receive, send)

    async def _read_in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if self._readers.is_free:
                turn = await self._readers.turn()
            else:
                heard = _Heard(receive)
                receive = heard.receive
                # Whoever hangs up while they wait leaves the line.
                turn = await while_connected(Request(scope, heard.listen), self._readers.turn())
        except OverloadedError as error:
            await answer_to(error, SHARED_PROBLEMS[OverloadedError])(scope, receive, send)
            return
        except ClientDisconnect:
            await nobody()(scope, receive, send)
            return
        scope[_TURN] = turn
        try:
            with deadline(self._seconds):
                await self._app(scope, receive, send)
        finally:
            turn.end()


class _Heard:
    """What a client sends while it waits, to be received again in its turn."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: deque[Message] = deque()

    async def listen(self) -> Message:
        message = await self._receive()
        self._messages.append(message)
        return message

    async def receive(self) -> Message:
        return self._messages.popleft() if self._messages else await self._receive()


def release_slot(scope: Scope) -> None:
    """Let the next reader go ahead. For a response that goes on for long but costs little."""
    turn: Slot | None = scope.get(_TURN)
    if turn is not None:
        turn.end()
