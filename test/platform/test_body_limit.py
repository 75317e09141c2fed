"""Bodies that are too large are refused before they are read."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from starlette.types import Message, Receive, Scope, Send

from src.platform.http.body_limit import BodyLimit

_MOST = 10


class Exchange:
    """One request to an app behind the limit, which notes the body that it gets."""

    def __init__(
        self, headers: dict[str, str], parts: Sequence[bytes], *, cut: bool = False
    ) -> None:
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._parts = list(parts)
        self._cut = cut
        self.read = 0
        self.body: list[Message] | None = None
        self.answer: list[Message] = []

    async def run(self) -> "Exchange":
        scope = {"type": "http", "method": "POST", "path": "/", "headers": self._headers}
        await BodyLimit(self._app, max_bytes=_MOST)(scope, self._receive, self._send)
        return self

    @property
    def status(self) -> int:
        return int(self.answer[0]["status"])

    async def _app(self, _scope: Scope, receive: Receive, send: Send) -> None:
        self.body = [await receive()]
        while self.body[-1].get("more_body"):
            self.body.append(await receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def _receive(self) -> Message:
        if self.read == len(self._parts):
            if self._cut:
                return {"type": "http.disconnect"}
            await asyncio.Event().wait()
        self.read += 1
        last = self.read == len(self._parts) and not self._cut
        return {"type": "http.request", "body": self._parts[self.read - 1], "more_body": not last}

    async def _send(self, message: Message) -> None:
        if len(self.answer) == 1 and self.status == 413:
            assert self.read == 0 or b"content-length" not in dict(self._headers)
        self.answer.append(message)

    def see_refused(self) -> None:
        start, body, *_ = self.answer
        headers = dict(start["headers"])
        assert start["status"] == 413
        assert headers[b"connection"] == b"close"
        assert headers[b"content-type"] == b"application/problem+json"
        assert json.loads(body["body"])["status"] == 413
        assert self.body is None


@pytest.mark.parametrize("length", ["11", "999999999999"])
async def test_a_length_beyond_the_limit_is_refused_unread(length: str) -> None:
    exchange = Exchange({"content-length": length}, [b"x"] * 3)

    (await exchange.run()).see_refused()


async def test_the_client_has_the_answer_before_the_rest_is_read() -> None:
    exchange = Exchange({"content-length": "30"}, [b"x" * 10] * 3)
    read_at = []
    send = exchange._send

    async def noting(message: Message) -> None:
        read_at.append(exchange.read)
        await send(message)

    exchange._send = noting  # type: ignore[method-assign]
    await exchange.run()

    assert read_at == [0, 0, 3]
    assert [m.get("more_body", False) for m in exchange.answer] == [False, True, False]


async def test_a_body_without_a_length_is_cut_off_when_it_passes_the_limit() -> None:
    exchange = Exchange({"transfer-encoding": "chunked"}, [b"x" * 6] * 4)

    (await exchange.run()).see_refused()


@pytest.mark.parametrize("headers", [{"content-length": "10"}, {"transfer-encoding": "chunked"}])
async def test_what_is_just_allowed_comes_through(headers: dict[str, str]) -> None:
    exchange = await Exchange(headers, [b"x" * 4, b"y" * 6]).run()

    assert exchange.status == 200
    assert exchange.body == [
        {"type": "http.request", "body": b"xxxx", "more_body": True},
        {"type": "http.request", "body": b"yyyyyy", "more_body": False},
    ]


async def test_a_body_that_is_cut_short_does_not_pass_for_a_whole_one() -> None:
    exchange = await Exchange({"transfer-encoding": "chunked"}, [b"{}"], cut=True).run()

    assert exchange.body
    assert exchange.body[-1] == {"type": "http.disconnect"}


async def test_without_a_body_nothing_is_read() -> None:
    exchange = Exchange({}, [b""])
    await exchange.run()

    assert exchange.status == 200
