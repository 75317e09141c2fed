"""Many who want the same dear thing at once: those who left cost nothing, nobody waits for long."""

import asyncio
import json
import re
import socket
from collections import Counter
from urllib.parse import urlsplit

import httpx
import pytest

from kit.waiting import TIMEOUT, wait_until
from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.accounts import PASSWORD
from test.support.api import (
    Api,
    Json,
    event_request,
    new_account,
    one_subsection,
    problem_of,
)
from test.support.service import ServiceProcess
from test.support.stores import query

CROWD = 200


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    """One whose counts are not others' too."""
    return start_module_service()


def hang_up_after(
    service: ServiceProcess, asked: str, body: Json | None = None, token: str = ""
) -> None:
    """Send a request and leave before it is answered."""
    address = urlsplit(service.base_url)
    content = "" if body is None else json.dumps(body)
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"{asked} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        f"{authorization}Content-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), TIMEOUT) as connection:
        connection.sendall((head + content).encode())


def answered(api: Api, route: str) -> int:
    """How many POST requests of this route have ended, by the service's own count."""
    pattern = rf'http_requests_total{{method="POST",route="{route}",status="\d+"}} (\d+)'
    return sum(map(int, re.findall(pattern, api.visitor().get("/metrics").text)))


def rows(service: ServiceProcess, table: str) -> int:
    [(count,)] = query(service.settings, f'SELECT count(*) FROM "{table}"')
    return int(count)


def credentials(account: Json) -> Json:
    return {"email": account["email"], "password": PASSWORD}


def test_registrations_that_hung_up_are_dropped(service: ServiceProcess) -> None:
    with api_of(service) as api:
        visitor, account = api.visitor(), new_account()
        assert visitor.post("/api/user", account).status_code == 201
        accounts, ended = rows(service, "user"), answered(api, "/api/user") + CROWD
        for _ in range(CROWD):
            hang_up_after(service, "POST /api/user", new_account())

        assert visitor.post("/api/user/login", credentials(account)).status_code == 200

        wait_until(lambda: answered(api, "/api/user") == ended, what="the end of every request")
        assert rows(service, "user") - accounts < CROWD / 4


def test_large_creations_that_hung_up_are_dropped(service: ServiceProcess) -> None:
    with api_of(service) as api:
        seller, many = api.seller(), 20
        for _ in range(many):
            large = event_request(seating_config=one_subsection(60, 100))
            hang_up_after(service, "POST /api/event", large, seller.token)

        assert seller.create_event()["status"] == "available"

        wait_until(lambda: answered(api, "/api/event") == many + 1, what="every request's end")
        begun = rows(service, "event")
        assert begun < many / 2
        finished = "SELECT 1 FROM event WHERE status = 'available'"
        wait_until(
            lambda: len(query(service.settings, finished)) == begun,
            what="the end of what had begun",
        )


def test_an_events_tickets_are_not_read_for_who_hung_up(service: ServiceProcess) -> None:
    gone = 'method="GET",route="/api/event/{event_id}",status="499"'
    with api_of(service) as api:
        event = api.seller().create_event(seating_config=one_subsection(100, 200))

        def dropped() -> bool:
            hang_up_after(service, f"GET /api/event/{event['id']}")
            return gone in api.visitor().get("/metrics").text

        wait_until(dropped, what="a request that was given up")
        assert len(api.visitor().event(event["id"])["tickets"]) == 20_000


def test_who_cannot_be_served_soon_is_refused_and_others_are_not(service: ServiceProcess) -> None:
    async def ask(http: httpx.AsyncClient, path: str, body: Json) -> httpx.Response:
        return await http.post(path, json=body)

    async def rush() -> tuple[list[httpx.Response], httpx.Response]:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        async with httpx.AsyncClient(
            base_url=service.base_url, timeout=TIMEOUT, trust_env=False, limits=limits
        ) as http:
            account = new_account()
            assert (await ask(http, "/api/user", account)).status_code == 201
            crowd = asyncio.gather(*(ask(http, "/api/user", new_account()) for _ in range(CROWD)))
            login = await ask(http, "/api/user/login", credentials(account))
            return await crowd, login

    crowd, login = asyncio.run(rush())

    assert login.status_code == 200
    statuses = Counter(answer.status_code for answer in crowd)
    assert set(statuses) == {201, 503}
    for answer in crowd:
        if answer.status_code == 503:
            assert problem_of(answer, 503)["type"] == "urn:ticketing:problem:overloaded"
            assert 1 <= int(answer.headers["retry-after"]) <= 3
