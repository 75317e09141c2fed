"""The quick way to an endpoint answers as the framework's does."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.routing import APIRoute

from src.platform.http.problems import SHARED_PROBLEMS, add_problem_handlers
from src.platform.http.quick_route import QuickRoute
from src.service.shared_kernel.errors import EventNotFoundError

ADDRESSES = [
    *("/list", "/list?limit=7", "/list?limit=0", "/list?limit=seven", "/list?unknown=1", "/list?"),
    *("/seat/7/A", "/seat/007/A", "/seat/0/A", "/seat/-1/A", "/seat/+7/A", "/seat/7.0/A"),
    *("/seat/seven/A", "/seat/%EF%BC%97/A", "/seat/1_000/A", "/seat/%207/A", "/seat/7%0A/A"),
    *("/seat/7/%E6%90%96%E6%BB%BE", "/seat/7/%00", "/seat/7/A%20B", "/seat/7/A?tickets=maybe"),
    *(f"/seat/{'9' * 18}/A", f"/seat/{'9' * 19}/A", f"/seat/{'9' * 5000}/A"),
    *("/missing/3", "/missing/three", "/nowhere"),
]


def an_app(route_class: type[APIRoute]) -> FastAPI:
    router = APIRouter(route_class=route_class)

    @router.get("/list")
    async def many(request: Request, limit: Annotated[int, Query(ge=1)] = 50) -> Response:
        return Response(f"{request.url.path} {limit!r}")

    @router.get("/seat/{number}/{section}")
    async def one(request: Request, number: int, section: str, tickets: bool = True) -> Response:
        return Response(f"{request.method} {number!r} {section!r} {tickets!r}")

    @router.get("/missing/{number}")
    async def missing(request: Request, number: int) -> Response:
        raise EventNotFoundError(f"There is no event {number}.")

    app = FastAPI()
    app.router.routes.extend(router.routes)
    add_problem_handlers(app, SHARED_PROBLEMS)
    return app


@pytest.fixture
async def quick() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(an_app(QuickRoute)) as client:
        yield client


def client_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address[:30])
async def test_answers_alike(quick: httpx.AsyncClient, address: str) -> None:
    async with client_of(an_app(APIRoute)) as interpreted:
        expected = await interpreted.get(address)

    answer = await quick.get(address)

    assert (answer.status_code, answer.text) == (expected.status_code, expected.text)


async def test_is_described_alike() -> None:
    assert an_app(QuickRoute).openapi() == an_app(APIRoute).openapi()


async def test_does_without_the_framework_where_nothing_is_to_be_interpreted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def interpreted(_: Request) -> Response:
        return Response("interpreted")

    monkeypatch.setattr(APIRoute, "get_route_handler", lambda _: interpreted)

    async with client_of(an_app(QuickRoute)) as quick:
        assert (await quick.get("/list")).text == "/list 50"
        assert (await quick.get("/seat/7/A")).text == "GET 7 'A' True"
        assert (await quick.get("/seat/7/A?tickets=false")).text == "interpreted"
        assert (await quick.get("/seat/x/A")).text == "interpreted"
