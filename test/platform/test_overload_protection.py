"""Requests of one kind queue, or are refused in a way that costs next to nothing."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from starlette.types import Message, Receive, Scope, Send

from src.platform.http.overload_protection import (
    CONNECTION,
    Connection,
    EarlyRefusal,
    OverloadProtection,
)
from src.platform.http.security_headers import SecurityHeaders
from src.platform.load_limit import LoadLimit
from src.platform.metrics import Metrics
from test.fake.clock import everything_ready

AT_ONCE = 8
QUEUE_SECONDS = 0.1
# More than are served at once and wait for their turn.
CROWD = 100


class App:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.under_way = 0
        self.bodies = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.under_way += 1
        try:
            if scope["method"] == "POST":
                await self.open.wait()
        finally:
            self.under_way -= 1
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def limit() -> LoadLimit:
    return LoadLimit("reserve seats", at_once=AT_ONCE, work=1.0, queue=QUEUE_SECONDS)


@pytest.fixture
def protection(app: App, limit: LoadLimit) -> OverloadProtection:
    return OverloadProtection(app, "POST", "/seats", limit)


@pytest_asyncio.fixture
async def client(protection: OverloadProtection) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(protection)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        yield client


async def test_what_cannot_be_served_in_time_is_refused_and_the_rest_is_served(
    app: App, client: httpx.AsyncClient
) -> None:
    crowd = [asyncio.ensure_future(client.post("/seats")) for _ in range(500)]
    refused = [await done for done in asyncio.as_completed(crowd[400:])]

    assert {answer.status_code for answer in refused} == {503}
    assert refused[0].json()["type"] == "urn:ticketing:problem:overloaded"
    assert len({answer.headers["retry-after"] for answer in refused}) == 3
    assert app.under_way == AT_ONCE

    app.open.set()
    served = [answer for answer in await asyncio.gather(*crowd) if answer.status_code == 201]
    assert len(served) >= AT_ONCE


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/seats/1/confirm"), ("DELETE", "/seats/1"), ("GET", "/seats")]
)
async def test_everything_else_goes_ahead_of_the_queue(
    app: App, client: httpx.AsyncClient, method: str, path: str
) -> None:
    """Whoever holds seats must be able to buy them."""
    crowd = [asyncio.ensure_future(client.post("/seats")) for _ in range(CROWD)]
    await crowd[-1]

    other = asyncio.ensure_future(client.request(method, path))
    await everything_ready()
    assert other.done() or app.under_way > AT_ONCE

    app.open.set()
    assert (await other).status_code == 201
    await asyncio.gather(*crowd)


async def test_nothing_is_done_for_who_has_hung_up_in_the_queue(
    app: App, protection: OverloadProtection
) -> None:
    sent: list[int] = []

    async def receive() -> Message:
        return await asyncio.Future()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            sent.append(message["status"])

    def request(connection: Connection) -> asyncio.Task[None]:
        scope = {"type": "http", "method": "POST", "path": "/seats", CONNECTION: connection}
        return asyncio.ensure_future(protection(scope, receive, send))

    first = [request(Connection()) for _ in range(AT_ONCE)]
    gone = Connection()
    last = request(gone)
    await asyncio.sleep(0)
    gone.lost = True
    app.open.set()
    await asyncio.gather(*first, last)

    assert sorted(sent) == [201] * AT_ONCE + [499]


class TestAnEarlyRefusal:
    """What the server sends by itself."""

    @pytest.fixture
    def metrics(self) -> Metrics:
        return Metrics()

    @pytest.fixture
    def refuse(self, limit: LoadLimit, metrics: Metrics) -> EarlyRefusal:
        return EarlyRefusal(
            "POST",
            "/seats",
            limit,
            metrics=metrics,
            headers=SecurityHeaders(https=False),
            unless=[b"origin"],
        )

    @pytest_asyncio.fixture
    async def full(self, app: App, client: httpx.AsyncClient) -> AsyncIterator[httpx.Response]:
        """A crowd that is more than can be served, and what the app refuses one of them with."""
        crowd = [asyncio.ensure_future(client.post("/seats")) for _ in range(CROWD)]
        refused = await crowd[-1]
        yield refused
        app.open.set()
        await asyncio.gather(*crowd)

    async def test_says_what_the_app_would(
        self, refuse: EarlyRefusal, full: httpx.Response
    ) -> None:
        answer = refuse(b"POST", b"/seats", [(b"x-request-id", b"mine")])

        assert answer is not None
        first_line, rest = answer
        head, _, body = rest.partition(b"\r\n\r\n")
        headers = dict(line.split(b": ", 1) for line in head.split(b"\r\n"))
        assert first_line == b"HTTP/1.1 503 Service Unavailable\r\n"
        assert json.loads(body) == full.json()
        assert int(headers[b"content-length"]) == len(body)
        assert headers[b"content-type"] == b"application/problem+json"
        assert int(headers[b"retry-after"]) > 0
        assert headers[b"x-request-id"] == b"mine"
        assert headers[b"cache-control"] == b"no-store"

    @pytest.mark.usefixtures("full")
    async def test_has_an_id_and_is_counted(self, refuse: EarlyRefusal, metrics: Metrics) -> None:
        answers = [refuse(b"POST", b"/seats", []) for _ in range(3)]

        assert len({rest for _, rest in filter(None, answers)}) == 3
        labels = {"method": "POST", "route": "/seats", "status": "503"}
        assert metrics.registry.get_sample_value("http_requests_total", labels) == 3
        queue = {"queue": "reserve seats"}
        assert metrics.registry.get_sample_value("queue_refusals_total", queue) == 3

    @pytest.mark.usefixtures("full")
    @pytest.mark.parametrize(
        ("method", "target", "headers"),
        [
            (b"GET", b"/seats", []),
            (b"POST", b"/seats/1/confirm", []),
            (b"POST", b"/seats", [(b"origin", b"https://shop.example")]),
        ],
    )
    async def test_is_not_for_what_the_app_has_to_answer(
        self,
        refuse: EarlyRefusal,
        method: bytes,
        target: bytes,
        headers: list[tuple[bytes, bytes]],
    ) -> None:
        assert refuse(method, target, headers) is None

    @pytest.mark.usefixtures("full")
    async def test_leaves_the_spread_of_the_refusals_alone_where_the_app_has_to_answer(
        self, refuse: EarlyRefusal, limit: LoadLimit
    ) -> None:
        for _ in range(50_000):  # serving as many would take minutes
            refuse(b"POST", b"/seats", [(b"origin", b"https://shop.example")])

        refusals = [limit.refusal() for _ in range(50)]
        assert max(refusal.retry_after for refusal in filter(None, refusals)) <= 5

    async def test_is_for_nobody_while_all_can_be_served(self, refuse: EarlyRefusal) -> None:
        assert refuse(b"POST", b"/seats", []) is None
