"""Readers queue for slots; a request that changes something does not wait for them."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from starlette.types import Message, Receive, Scope, Send

from src.platform.http import read_limit
from src.platform.http.access_log import AccessLog
from src.platform.http.problems import answer_internal_error
from src.platform.http.read_limit import ReadLimit, release_slot
from src.platform.http.security_headers import SecurityHeaders
from src.platform.metrics import Metrics
from src.service.shared_kernel.deadline import until_deadline

# More than are worked on at once.
MANY = 100


class App:
    """Answers when it is told to, and remembers how many it answered at the same time."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.under_way = self.most = 0
        self.began = asyncio.Condition()
        self.time_left: float | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/stream":
            release_slot(scope)
        self.time_left = until_deadline()
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        async with self.began:
            self.began.notify_all()
        try:
            if scope["method"] != "POST":
                await self.open.wait()
        finally:
            self.under_way -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def answers(self, number: int) -> None:
        async with self.began:
            await self.began.wait_for(lambda: self.under_way == number)


@pytest.fixture
def app() -> App:
    return App()


@pytest_asyncio.fixture
async def client(app: App) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(ReadLimit(app, timeout=7))
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        yield client


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_concurrent_readers_are_limited(
    app: App, client: httpx.AsyncClient, method: str
) -> None:
    readers = [asyncio.ensure_future(client.request(method, "/")) for _ in range(MANY)]
    await app.answers(read_limit._CONCURRENT_READERS)
    app.open.set()

    assert {answer.status_code for answer in await asyncio.gather(*readers)} == {200}
    assert app.most == read_limit._CONCURRENT_READERS


async def test_a_change_goes_ahead_of_them(app: App, client: httpx.AsyncClient) -> None:
    readers = [asyncio.ensure_future(client.get("/")) for _ in range(MANY)]
    await app.answers(read_limit._CONCURRENT_READERS)

    assert (await client.post("/")).status_code == 200

    app.open.set()
    await asyncio.gather(*readers)


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
async def test_so_does_who_looks_after_the_service(
    app: App, client: httpx.AsyncClient, path: str
) -> None:
    readers = [asyncio.ensure_future(client.get("/")) for _ in range(MANY)]
    await app.answers(read_limit._CONCURRENT_READERS)

    probe = asyncio.ensure_future(client.get(path))
    await app.answers(read_limit._CONCURRENT_READERS + 1)

    app.open.set()
    await asyncio.gather(probe, *readers)


async def test_a_response_that_goes_on_gives_its_slot_back(
    app: App, client: httpx.AsyncClient
) -> None:
    readers = [asyncio.ensure_future(client.get("/stream")) for _ in range(MANY)]
    await app.answers(MANY)
    app.open.set()
    await asyncio.gather(*readers)


async def test_who_would_wait_too_long_is_told_to_come_again(
    app: App, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_limit, "_QUEUE_TIMEOUT_SECONDS", 0.01)
    metrics = Metrics()
    logged = AccessLog(
        ReadLimit(app, timeout=7), metrics, SecurityHeaders(https=False), answer_internal_error
    )
    transport = httpx.ASGITransport(logged)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as hasty:
        first = [
            asyncio.ensure_future(hasty.get("/")) for _ in range(read_limit._CONCURRENT_READERS)
        ]
        await app.answers(read_limit._CONCURRENT_READERS)
        answer = await hasty.get("/")
        app.open.set()
        await asyncio.gather(*first)

    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:ticketing:problem:overloaded"
    assert int(answer.headers["retry-after"]) > 0
    refused = {"http_problems_total": {"type": "overloaded"}}
    refused["queue_refusals_total"] = {"queue": "look at this"}
    for name, labels in refused.items():
        assert metrics.registry.get_sample_value(name, labels) == 1


async def test_who_hangs_up_in_the_queue_is_not_answered(app: App) -> None:
    limit = ReadLimit(app, timeout=7)
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    sent: list[int] = []

    async def stay() -> Message:
        return await asyncio.Future()

    async def leave() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            sent.append(message["status"])

    served = [
        asyncio.ensure_future(limit(dict(scope), stay, send))
        for _ in range(read_limit._CONCURRENT_READERS)
    ]
    await app.answers(read_limit._CONCURRENT_READERS)
    await limit(dict(scope), leave, send)
    app.open.set()
    await asyncio.gather(*served)

    assert sorted(sent) == [200] * read_limit._CONCURRENT_READERS + [499]
    assert app.most == read_limit._CONCURRENT_READERS


async def test_what_was_received_in_the_queue_is_received_again(app: App) -> None:
    """A GET may have a body."""
    received: list[bytes] = []

    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/last":
            received.append((await receive())["body"])
        await app(scope, receive, send)

    limit = ReadLimit(reading, timeout=7)
    transport = httpx.ASGITransport(limit)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        first = [
            asyncio.ensure_future(client.get("/")) for _ in range(read_limit._CONCURRENT_READERS)
        ]
        await app.answers(read_limit._CONCURRENT_READERS)
        last = asyncio.ensure_future(client.request("GET", "/last", content=b"a body"))
        await asyncio.sleep(0)
        app.open.set()
        await asyncio.gather(*first, last)

    assert received == [b"a body"]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_every_request_has_a_deadline_from_its_slot_on(
    app: App, client: httpx.AsyncClient, method: str
) -> None:
    app.open.set()
    await client.request(method, "/")

    assert app.time_left is not None
    assert 0 < app.time_left <= 7
