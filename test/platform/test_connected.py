"""Work for a client is given up when the client hangs up, and nobody calls that a mistake."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest
import structlog
from fastapi import FastAPI, Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.types import Message

from src.platform.http.access_log import AccessLog
from src.platform.http.body_limit import BodyLimit
from src.platform.http.connected import while_connected
from src.platform.http.problem_handlers import add_problem_handlers
from src.platform.http.problems import answer_internal_error
from src.platform.http.security_headers import SecurityHeaders
from src.platform.metrics import Metrics
from test.fake.clock import everything_ready, in_no_time


class Client:
    """The client of a request; it stays until it hangs up."""

    def __init__(self) -> None:
        self._gone = asyncio.Event()
        self._body: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive(self) -> Message:
        if self._body:
            return self._body.pop()
        await self._gone.wait()
        return {"type": "http.disconnect"}

    def hang_up(self) -> None:
        self._gone.set()

    def waits_for(self, work: Coroutine[Any, Any, str]) -> asyncio.Task[str]:
        request = Request({"type": "http"}, self.receive)
        return asyncio.ensure_future(while_connected(request, work))


@in_no_time
async def test_what_the_work_returns_is_returned_and_nothing_goes_on() -> None:
    async def work() -> str:
        await asyncio.sleep(5)
        return "done"

    assert await Client().waits_for(work()) == "done"

    assert asyncio.all_tasks() == {asyncio.current_task()}


@in_no_time
async def test_what_the_work_raises_is_raised() -> None:
    async def work() -> str:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await Client().waits_for(work())


@in_no_time
async def test_work_is_cancelled_when_the_client_hangs_up_and_comes_to_its_end_before() -> None:
    client = Client()
    steps = []

    async def work() -> str:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(1)
            steps.append("tidied up")
        return "never"

    waiting = client.waits_for(work())
    await everything_ready()
    client.hang_up()

    with pytest.raises(ClientDisconnect):
        await waiting
    assert steps == ["tidied up"]


@in_no_time
async def test_nothing_is_begun_for_a_client_that_has_left_already() -> None:
    begun = []
    client = Client()
    client.hang_up()

    async def work() -> str:
        begun.append("work")
        return "done"

    with pytest.raises(ClientDisconnect):
        await client.waits_for(work())
    assert begun == []


@in_no_time
async def test_work_is_cancelled_with_the_request() -> None:
    ended = asyncio.Event()

    async def work() -> str:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return "never"

    waiting = Client().waits_for(work())
    await everything_ready()
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended.is_set()


class Body(BaseModel):
    name: str


@in_no_time
async def test_a_client_that_left_is_no_mistake_in_metrics_and_log() -> None:
    metrics = Metrics()
    app = FastAPI()
    app.add_middleware(BodyLimit, max_bytes=100)
    app.add_middleware(
        AccessLog,
        metrics=metrics,
        headers=SecurityHeaders(https=False),
        on_exception=answer_internal_error,
    )
    add_problem_handlers(app, {})

    @app.post("/dear")
    async def dear(request: Request, body: Body) -> str:
        return await while_connected(request, asyncio.sleep(60, body.name))

    content = json.dumps({"name": "Ann"}).encode()
    messages: list[Message] = [
        {"type": "http.request", "body": content},
        {"type": "http.disconnect"},
    ]
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
    ]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/dear",
        "query_string": b"",
        "headers": headers,
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    with structlog.testing.capture_logs() as logs:
        await app(scope, receive, send)

    labels = {"method": "POST", "route": "/dear", "status": "499"}
    assert metrics.registry.get_sample_value("http_requests_total", labels) == 1
    assert [entry["log_level"] for entry in logs if entry["log_level"] != "info"] == []
    assert sent[0]["status"] == 499
