"""A limit on the size of a request's body."""

import asyncio
import contextlib
from collections import deque
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.platform.http.problems import problem_response

# Closing the connection while the client still sends may lose it the response. It may go on this long.
LINGER_SECONDS = 2.0


class BodyLimit:
    """ASGI middleware: a body of more than `max_bytes` is answered 413, and the connection closed.

    The framework's own wraps every message of every stream, keeps the connection open and answers in
    plain text.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            length = headers.get(b"content-length")
            if length is not None:
                if int(length) > self._max_bytes:
                    await self._refuse(scope, receive, send)
                    return
            elif b"transfer-encoding" in headers:
                body = await self._read(receive)
                if body is None:
                    await self._refuse(scope, receive, send)
                    return
                receive = _replaying(body, receive)
        await self._app(scope, receive, send)

    async def _read(self, receive: Receive) -> deque[Message] | None:
        """A body of unknown length, whole; None when it is too large."""
        messages: deque[Message] = deque()
        size = 0
        while True:
            messages.append(await receive())
            size += len(messages[-1].get("body", b""))
            if size > self._max_bytes:
                return None
            if not messages[-1].get("more_body", False):
                return messages

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem_response(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"A body has at most {self._max_bytes:,} bytes.",
            headers={"Connection": "close"},
        )

        async def send_and_linger(message: Message) -> None:
            if message["type"] == "http.response.body":
                await send({**message, "more_body": True})
                await _drain(receive)
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await answer(scope, receive, send_and_linger)


async def _drain(receive: Receive) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while (await receive()).get("more_body", False):
                pass


def _replaying(messages: deque[Message], receive: Receive) -> Receive:
    """A `receive` that returns these messages again, and then those that follow."""

    async def receive_again() -> Message:
        return messages.popleft() if messages else await receive()

    return receive_again
