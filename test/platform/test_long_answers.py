"""Long answers are made as they are taken, a piece at a time."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest
from fastapi import Request
from starlette.responses import Response

from src.platform.http.long_answers import LongAnswers
from src.service.shared_kernel.errors import OverloadedError, StoreUnavailableError

SCOPE: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": []}
PIECES = 50


class Client:
    """Takes an answer, unless told not to."""

    def __init__(self) -> None:
        self.takes = asyncio.Event()
        self.left = asyncio.Event()
        self.body = b""
        self.whole = False

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.takes.wait()
        self.body += message.get("body", b"")
        self.whole = message["type"] == "http.response.body" and not message.get("more_body")

    async def take(self, answer: Response) -> None:
        await answer(SCOPE, self.receive, self.send)


class Pieces:
    def __init__(self) -> None:
        self.made = 0

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(PIECES):
            self.made += 1
            yield b"x"


def long_answers(*, at_once: int = 1, send_timeout: float = 60) -> LongAnswers:
    return LongAnswers(at_once=at_once, timeout=0.01, send_timeout=send_timeout)


async def test_a_short_one_is_sent_as_any_other() -> None:
    answers, client = long_answers(), Client()
    client.takes.set()

    answer = answers.answer(iter([b"{}"]), await answers.acquire(Request(SCOPE)))
    await client.take(answer)

    assert answer.headers["content-length"] == "2"
    assert client.body == b"{}"
    (await answers.acquire(Request(SCOPE))).release()  # the place is free again


async def test_no_more_than_so_many_are_under_way() -> None:
    answers, client, pieces = long_answers(), Client(), Pieces()
    answer = answers.answer(iter(pieces), await answers.acquire(Request(SCOPE)))
    taking = asyncio.ensure_future(client.take(answer))

    with pytest.raises(OverloadedError):
        await answers.acquire(Request(SCOPE))

    client.takes.set()
    await taking
    assert client.body == b"x" * PIECES
    assert client.whole
    (await answers.acquire(Request(SCOPE))).release()


async def test_a_slow_client_has_little_made_in_advance() -> None:
    answers, client, pieces = long_answers(), Client(), Pieces()
    answer = answers.answer(iter(pieces), await answers.acquire(Request(SCOPE)))
    taking = asyncio.ensure_future(client.take(answer))
    await asyncio.sleep(0)

    assert pieces.made <= 3
    client.takes.set()
    await taking


async def test_a_client_that_takes_nothing_loses_its_slot() -> None:
    answers, client = long_answers(send_timeout=0.01), Client()

    await client.take(answers.answer(iter(Pieces()), await answers.acquire(Request(SCOPE))))

    assert not client.whole
    (await answers.acquire(Request(SCOPE))).release()


async def test_nothing_more_is_made_for_a_client_that_has_left() -> None:
    answers, client, pieces = long_answers(), Client(), Pieces()
    client.takes.set()
    client.left.set()

    await client.take(answers.answer(iter(pieces), await answers.acquire(Request(SCOPE))))

    assert pieces.made < PIECES


async def test_others_are_served_between_two_pieces() -> None:
    answers, client, pieces = long_answers(at_once=9), Client(), Pieces()
    client.takes.set()
    taking = [
        asyncio.ensure_future(
            client.take(answers.answer(iter(pieces), await answers.acquire(Request(SCOPE))))
        )
        for _ in range(9)
    ]
    most = 0
    while not all(task.done() for task in taking):
        before = pieces.made
        await asyncio.sleep(0)
        most = max(most, pieces.made - before)

    assert most <= 1


class Fetched:
    """Pieces that come from elsewhere, until that fails."""

    def __init__(self, *, fails_after: int = PIECES) -> None:
        self.made = 0
        self.closed = False
        self._fails_after = fails_after

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        try:
            for _ in range(PIECES):
                if self.made == self._fails_after:
                    raise StoreUnavailableError("PostgreSQL")
                self.made += 1
                yield b"x"
        finally:
            self.closed = True


async def streamed(answers: LongAnswers, fetched: Fetched) -> Response:
    slot = await answers.acquire(Request(SCOPE))
    return await answers.stream(fetched.pieces(), slot, "text/csv")


class TestFetchedOnes:
    async def test_are_fetched_as_they_are_taken(self) -> None:
        answers, client, fetched = long_answers(), Client(), Fetched()
        taking = asyncio.ensure_future(client.take(await streamed(answers, fetched)))
        await asyncio.sleep(0)

        assert fetched.made <= 2
        client.takes.set()
        await taking
        assert client.body == b"x" * PIECES
        assert client.whole
        assert fetched.closed
        (await answers.acquire(Request(SCOPE))).release()

    async def test_that_cannot_be_begun_are_an_error(self) -> None:
        answers = long_answers()

        with pytest.raises(StoreUnavailableError):
            await streamed(answers, Fetched(fails_after=0))

        (await answers.acquire(Request(SCOPE))).release()

    async def test_that_cannot_be_ended_are_cut_off(self) -> None:
        answers, client, fetched = long_answers(), Client(), Fetched(fails_after=5)
        client.takes.set()

        await client.take(await streamed(answers, fetched))

        assert client.body == b"x" * 5
        assert not client.whole
        assert fetched.closed
        (await answers.acquire(Request(SCOPE))).release()

    async def test_are_left_by_a_client_that_takes_nothing(self) -> None:
        answers, client, fetched = long_answers(send_timeout=0.01), Client(), Fetched()

        await client.take(await streamed(answers, fetched))

        assert not client.whole
        assert fetched.closed
