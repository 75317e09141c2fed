"""Many who want the same dear thing at once: those who left cost nothing, nobody waits for long."""

import asyncio
import json
import re
import socket
from collections import Counter
from urllib.parse import urlsplit

import httpx
import pytest

from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.api import PASSWORD, Api, Json, new_account, problem_of
from test.support.service import ServiceProcess
from test.support.stores import query
from test.support.waiting import PATIENCE, wait_until

CROWD = 200


@pytest.fixture
def service(start_service: StartService) -> ServiceProcess:
    """One whose counts are not others' too."""
    return start_service()


def hang_up_after(service: ServiceProcess, path: str, body: Json) -> None:
    """Send a request and leave before it is answered."""
    address = urlsplit(service.base_url)
    content = json.dumps(body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), PATIENCE) as connection:
        connection.sendall((head + content).encode())


def statuses_of(api: Api, route: str) -> Counter[str]:
    """How many POST requests of this route ended with each status, by the service's metrics."""
    pattern = rf'http_requests_total{{method="POST",route="{route}",status="(\d+)"}} (\d+)'
    found = re.findall(pattern, api.visitor().get("/metrics").text)
    return Counter({status: int(count) for status, count in found})


def credentials(account: Json) -> Json:
    return {"email": account["email"], "password": PASSWORD}


def test_registrations_that_hung_up_are_dropped(service: ServiceProcess) -> None:
    with api_of(service) as api:
        visitor, account = api.visitor(), new_account()
        assert visitor.post("/api/user", account).status_code == 201
        for _ in range(CROWD):
            hang_up_after(service, "/api/user", new_account())

        assert visitor.post("/api/user/login", credentials(account)).status_code == 200

        def ended() -> Counter[str] | None:
            statuses = statuses_of(api, "/api/user")
            return statuses if statuses.total() == CROWD + 1 else None

        statuses = wait_until(ended, what="the end of every registration")
    assert statuses["201"] < CROWD / 4
    [(accounts,)] = query(service.settings, 'SELECT count(*) FROM "user"')
    assert accounts < CROWD / 4


def test_who_cannot_be_served_soon_is_refused_and_others_are_not(service: ServiceProcess) -> None:
    async def ask(http: httpx.AsyncClient, path: str, body: Json) -> httpx.Response:
        return await http.post(path, json=body)

    async def rush() -> tuple[list[httpx.Response], httpx.Response]:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        async with httpx.AsyncClient(
            base_url=service.base_url, timeout=PATIENCE, trust_env=False, limits=limits
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
