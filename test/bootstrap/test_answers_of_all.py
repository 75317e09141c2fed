"""What every answer carries, also that of a mistake of ours."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse
from structlog.testing import capture_logs

from src.bootstrap.app import create_app
from src.platform.http.access_log import AccessLog
from src.platform.http.problem_handlers import add_problem_handlers
from src.platform.http.problems import answer_internal_error
from src.platform.http.security_headers import SecurityHeaders
from src.platform.metrics import Metrics
from src.platform.settings import Settings
from test.support.waiting import eventually

MANY = 500
ORIGINS = "https://shop.example, http://localhost:3000"


def app_with(headers: SecurityHeaders) -> FastAPI:
    app = FastAPI()
    app.add_middleware(
        AccessLog, metrics=Metrics(), headers=headers, on_exception=answer_internal_error
    )
    add_problem_handlers(app, {})

    @app.get("/mistake")
    async def mistake() -> None:
        raise ValueError("a password")

    @app.get("/page")
    async def page() -> Response:
        own = {"Content-Security-Policy": "default-src 'self'", "Cache-Control": "no-cache"}
        return Response("<p>", headers=own)

    return app


async def fetch(app: FastAPI, path: str, method: str = "GET", **options: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        return await client.request(method, path, **options)


@pytest.mark.parametrize(("path", "status"), [("/mistake", 500), ("/nothing", 404)])
async def test_data_is_not_to_be_kept_guessed_at_or_framed(path: str, status: int) -> None:
    answer = await fetch(app_with(SecurityHeaders(https=False)), path)

    assert answer.status_code == status
    assert "password" not in answer.text
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    policy = answer.headers["content-security-policy"]
    assert policy == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_mistake_is_answered_in_full_and_logged_once() -> None:
    """It goes no further, so the server keeps the connection and logs nothing itself."""
    transport = httpx.ASGITransport(
        app_with(SecurityHeaders(https=False)), raise_app_exceptions=True
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        with capture_logs() as logs:
            answer = await client.get("/mistake")

    assert answer.status_code == 500
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert [entry["log_level"] for entry in logs if entry.get("exc_info")] == ["error"]


async def test_of_very_many_requests_some_are_logged_and_the_others_counted() -> None:
    """A refusal is cheap, and its line in the log is not."""
    transport = httpx.ASGITransport(app_with(SecurityHeaders(https=False)))
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        with capture_logs() as logs:
            await asyncio.gather(*[client.get("/mistake") for _ in range(MANY)])
            lines = [entry for entry in logs if entry["event"] == "request"]

            async def count_of_others() -> list[int]:
                return [entry["count"] for entry in logs if "count" in entry]

            assert await eventually(count_of_others) == [MANY - len(lines)]


async def test_a_mistake_in_the_middle_of_an_answer_ends_it() -> None:
    app = app_with(SecurityHeaders(https=False))

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            yield b"half"
            raise ValueError("no more")

        return StreamingResponse(body())

    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        with pytest.raises(ValueError, match="no more"):
            await client.get("/half")


async def test_an_answer_may_have_a_policy_of_its_own() -> None:
    answer = await fetch(app_with(SecurityHeaders(https=False)), "/page")

    assert answer.headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert answer.headers.get_list("cache-control") == ["no-cache"]


@pytest.mark.parametrize("https", [False, True])
async def test_browsers_are_held_to_https_only_where_it_is_in_use(https: bool) -> None:
    answer = await fetch(create_app(Settings(cookie_secure=https)), "/health/live")

    assert answer.is_success
    assert ("strict-transport-security" in answer.headers) is https


# One of each for all that ask: to make an app takes half a second.


@pytest.fixture(scope="module")
def closed() -> FastAPI:
    return create_app(Settings())


@pytest.fixture(scope="module")
def opened() -> FastAPI:
    app = create_app(Settings(cors_origins=ORIGINS))

    @app.get("/mistake")
    async def mistake() -> None:
        raise ValueError

    return app


class TestAnotherOrigin:
    """`ORIGINS` are trusted by one app and not by the other."""

    @pytest.mark.parametrize("origin", ["https://shop.example", "http://localhost:3000"])
    async def test_may_read_what_it_is_allowed_to(self, opened: FastAPI, origin: str) -> None:
        answer = await fetch(opened, "/health/live", headers={"Origin": origin})

        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "Origin" in answer.headers["vary"]
        shown = {
            name.strip() for name in answer.headers["access-control-expose-headers"].split(",")
        }
        assert shown >= {"ETag", "Link", "Location", "Retry-After", "X-Request-ID", "RateLimit"}

    @pytest.mark.parametrize(
        "origin",
        ["https://evil.example", "null", "https://shop.example.evil", "http://shop.example"],
    )
    async def test_reads_nothing_when_it_is_not_listed(self, opened: FastAPI, origin: str) -> None:
        answer = await fetch(opened, "/health/live", headers={"Origin": origin})

        assert "access-control-allow-origin" not in answer.headers

    async def test_reads_nothing_unless_it_is_set(self, closed: FastAPI) -> None:
        answer = await fetch(closed, "/health/live", headers={"Origin": "https://shop.example"})

        assert not [name for name in answer.headers if name.startswith("access-control-")]

    async def test_is_told_what_it_may_send(self, opened: FastAPI) -> None:
        asked = {
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, content-type, idempotency-key",
        }
        answer = await fetch(opened, "/api/event/1", "OPTIONS", headers=asked)

        assert answer.is_success
        assert "PATCH" in answer.headers["access-control-allow-methods"]
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize(
        ("method", "headers"),
        [
            ("GET", "last-event-id, cache-control"),
            ("GET", "If-None-Match,Accept,Accept-Language"),
            ("PATCH", "if-match, content-type, authorization"),
            ("POST", "traceparent, tracestate, baggage, idempotency-key"),
            ("HEAD", "authorization, x-request-id"),
        ],
    )
    async def test_may_send_what_its_clients_send(
        self, opened: FastAPI, method: str, headers: str
    ) -> None:
        asked = {
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        }
        answer = await fetch(opened, "/api/event/1", "OPTIONS", headers=asked)

        assert answer.status_code == 200
        allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
        assert {name.strip().lower() for name in headers.split(",")} <= set(allowed)

    @pytest.mark.parametrize(
        ("status", "request_"),
        [
            (500, ("GET", "/mistake", {})),
            (413, ("POST", "/api/user", {"Content-Length": "99999999"})),
            (404, ("GET", "/nothing", {})),
            (405, ("PUT", "/api/event", {"Authorization": "Bearer x"})),
        ],
        ids=lambda value: str(value) if isinstance(value, int) else "",
    )
    async def test_can_read_refusals_and_mistakes_too(
        self, opened: FastAPI, status: int, request_: tuple[str, str, dict[str, str]]
    ) -> None:
        method, path, headers = request_
        origin = "https://shop.example"
        answer = await fetch(opened, path, method, headers={"Origin": origin, **headers})

        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == origin
        assert "X-Request-ID" in answer.headers["access-control-expose-headers"]

    async def test_is_refused_its_preflight_when_it_is_not_listed(
        self, opened: FastAPI, closed: FastAPI
    ) -> None:
        asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        for app in (opened, closed):
            answer = await fetch(app, "/api/event", "OPTIONS", headers=asked)

            assert answer.is_client_error
            assert "access-control-allow-origin" not in answer.headers

    @pytest.mark.parametrize(
        "sent",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "http://here:8001"},
            {"Origin": "null"},
            {"Origin": "http://[here"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://sibling.here"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://evil.example", "Authorization": "Basic YTpi"},
        ],
        ids=str,
    )
    @pytest.mark.parametrize(
        ("method", "path"),
        [("POST", "/api/reservation/1/confirm"), ("DELETE", "/api/reservation/1"), ("POST", "/x")],
    )
    async def test_changes_nothing_in_a_visitors_name(
        self, opened: FastAPI, method: str, path: str, sent: dict[str, str]
    ) -> None:
        answer = await fetch(opened, path, method, headers={"Cookie": "access_token=x", **sent})

        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:ticketing:problem:foreign-origin"

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"Origin": "http://here"},
            {"Origin": "http://HERE"},
            {"Sec-Fetch-Site": "same-origin", "Origin": "https://outside.example"},
            {"Sec-Fetch-Site": "none"},
            {"Sec-Fetch-Site": "cross-site", "Origin": "https://shop.example"},
            {"Origin": "https://shop.example"},
            {"Origin": "https://evil.example", "Authorization": "Bearer abc"},
        ],
        ids=str,
    )
    async def test_is_not_seen_where_there_is_none(
        self, opened: FastAPI, sent: dict[str, str]
    ) -> None:
        answer = await fetch(opened, "/x", "POST", headers=sent)

        assert answer.status_code == 404

    async def test_may_look(self, closed: FastAPI) -> None:
        answer = await fetch(closed, "/health/live", headers={"Sec-Fetch-Site": "cross-site"})

        assert answer.is_success


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "shop.example",
        "https://shop.example/",
        "https://shop.example/path",
        "https://*.example",
        "https://Shop.example",
        "https://shop.example:443",
        "null",
        "http://a.example https://b.example",
    ],
)
def test_only_exact_origins_can_be_set(origins: str) -> None:
    with pytest.raises(ValueError, match="is not an origin like"):
        Settings(cors_origins=origins)
