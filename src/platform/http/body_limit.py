"""A limit to the size of a request's body."""

import asyncio
import contextlib
from collections import deque
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.platform.http.problems import problem_response

# Hanging up on what a client still sends may cost it the answer, so it is let finish for so long.
LINGER_SECONDS = 2.0


class BodyLimit:
    """ASGI middleware: a body of more than `most` bytes is answered 413, and the connection ends.

    Written here rather than taken from the framework, whose own stands in the way of every message
    of every stream, keeps the connection, and answers in plain text.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            length = headers.get(b"content-length")
            if length is not None:
                if int(length) > self._most:
                    await self._refuse(scope, receive, send)
                    return
            elif b"transfer-encoding" in headers:
                body = await self._read(receive)
                if body is None:
                    await self._refuse(scope, receive, send)
                    return
                receive = _given_back(body, receive)
        await self._app(scope, receive, send)

    async def _read(self, receive: Receive) -> deque[Message] | None:
        """All that comes of a body that does not say its length; None when it is too large."""
        messages: deque[Message] = deque()
        size = 0
        while True:
            messages.append(await receive())
            size += len(messages[-1].get("body", b""))
            if size > self._most:
                return None
            if not messages[-1].get("more_body", False):
                return messages

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem_response(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"A body has at most {self._most:,} bytes.",
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


def _given_back(messages: deque[Message], receive: Receive) -> Receive:
    """A `receive` that gives these messages again, and then what comes after them."""

    async def receive_again() -> Message:
        return messages.popleft() if messages else await receive()

    return receive_again
