"""The quick way to an endpoint answers as the framework's does."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, StrictInt

from src.platform.http.fast_path_route import FastPathRoute
from src.platform.http.parameters import Flag, Number
from src.platform.http.problem_handlers import add_problem_handlers
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.platform.http.strict_route import StrictRoute
from src.service.shared_kernel.errors import EventNotFoundError, NotSignedInError

ADDRESSES = [
    *("/list", "/list?limit=7", "/list?limit=0", "/list?limit=seven", "/list?unknown=1", "/list?"),
    *("/list?limit=1_0", "/list?limit=1&limit=2", "/list?limit=%31", "/list?x=%FF", "/list?x=%00"),
    *("/seat/7/%FF", "/seat/7/%ED%A0%80", "/seat/7/Cafe%CC%81", "/seat/7/A?tickets=yes"),
    *("/seat/7/A", "/seat/007/A", "/seat/0/A", "/seat/-1/A", "/seat/+7/A", "/seat/7.0/A"),
    *("/seat/seven/A", "/seat/%EF%BC%97/A", "/seat/1_000/A", "/seat/%207/A", "/seat/7%0A/A"),
    *("/seat/7/%E6%90%96%E6%BB%BE", "/seat/7/%00", "/seat/7/A%20B", "/seat/7/A?tickets=maybe"),
    *(f"/seat/{'9' * 18}/A", f"/seat/{'9' * 19}/A", f"/seat/{'9' * 5000}/A"),
    *("/missing/3", "/missing/three", "/nowhere", "/needs", "/needs?what=this"),
]

JSON = {"Content-Type": "application/json"}
OWNER = {"Authorization": "Owner"}

BODIES: list[tuple[bytes, dict[str, str]]] = [
    *((body, JSON | OWNER) for body in (
        b'{"count": 2}', b'{"count": 2, "names": ["A", "\\u9928"]}', b'{"count": 2, "other": 1}',
        b'{"count": 1, "count": 2}', b'{"count": 2, "other": {"a": 1, "a": 1}}', b' {"count": 2} \n', b'{"count": 2, "price": 1.5}',
        b'{"count": 2, "price": NaN}', b'{"count": 2, "price": 1e400}',
        b'{"count": 0}', b'{"count": "2"}', b'{"count": true}', b'{"count": 2.0}', b'{"count": null}',
        b'{"count": 999999999999999999999999999999}', b'{"count": -9223372036854775809}',
        b'{"count": 2, "names": "A"}', b'{"count": 2, "names": ["\\ud800"]}', b'{"count": 2, "names": [1]}',
        b'{"count": 2, "names": ["\xed\xa0\x80"]}', b'{"\\udc00": 1}', b'{"count": 2, "names": ["\\u0000"]}',
        b'{"count": Infinity}', b'{"count": %s}' % (b"9" * 5000),
        b"{}", b"null", b"[]", b"2", b'"count"', b"", b"{", b'{"count": 2}x', b"\xff", b"\x00",
        b"[" * 30_000, b'\xef\xbb\xbf{"count": 2}', '{"count": 2}'.encode("utf-16"),
    )),
    *((b'{"count": 2}', OWNER | {"Content-Type": kind}) for kind in (
        "application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json",
        "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data", "",
    )),
    (b'{"count": 2}', OWNER), (b'{"count": 2}', JSON), (b'{"count": 0}', JSON), (b"{", JSON),
    *((b'{"count": 2}', JSON | OWNER | {"Note": note}) for note in ("", "one", "\u00e9")),
]  # fmt: skip


class Wish(BaseModel):
    count: Annotated[StrictInt, Field(ge=1)]
    names: list[str] = []
    price: float = 0.0


class Owner:
    async def __call__(self, request: Request) -> str:
        owner = request.headers.get("authorization")
        if owner is None:
            raise NotSignedInError("Sign in first.")
        return owner


async def shelf_of(request: Request) -> str:
    return request.headers.get("host", "")


def an_app(route_class: type[APIRoute]) -> FastAPI:
    router = APIRouter(route_class=route_class)

    @router.get("/list")
    async def many(request: Request, limit: Annotated[Number, Query(ge=1)] = 50) -> Response:
        return Response(f"{request.url.path} {limit!r}")

    @router.get("/seat/{number}/{section}")
    async def one(request: Request, number: Number, section: str, tickets: Flag = True) -> Response:
        return Response(f"{request.method} {number!r} {section!r} {tickets!r}")

    @router.get("/missing/{number}")
    async def missing(request: Request, number: Number) -> Response:
        raise EventNotFoundError(number)

    @router.post("/wish/{number}")
    async def wish(
        request: Request,
        number: Number,
        body: Wish,
        owner: Annotated[str, Depends(Owner())],
        shelf: Annotated[str, Depends(shelf_of)],
        note: Annotated[str | None, Header()] = None,
        again: Flag = False,
    ) -> Response:
        return Response(f"{request.method} {number} {body!r} {owner} {shelf} {note!r} {again}")

    @router.get("/needs")
    async def needs(request: Request, what: str) -> Response:
        return Response(what)

    app = FastAPI()
    app.router.routes.extend(router.routes)
    add_problem_handlers(app, SHARED_PROBLEMS)
    return app


@pytest.fixture
async def quick() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(an_app(FastPathRoute)) as client:
        yield client


def client_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address[:30])
async def test_answers_alike(quick: httpx.AsyncClient, address: str) -> None:
    async with client_of(an_app(StrictRoute)) as interpreted:
        expected = await interpreted.get(address)

    answer = await quick.get(address)

    assert (answer.status_code, answer.text) == (expected.status_code, expected.text)


@pytest.mark.parametrize("address", ["/wish/7", "/wish/x", "/wish/7?again=true", "/wish/7?again=x"])
async def test_takes_bodies_alike(quick: httpx.AsyncClient, address: str) -> None:
    async with client_of(an_app(StrictRoute)) as interpreted:
        for body, headers in BODIES:
            latin = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
            expected = await interpreted.post(address, content=body, headers=latin)

            answer = await quick.post(address, content=body, headers=latin)

            assert (answer.status_code, answer.text) == (expected.status_code, expected.text), body


async def test_is_described_alike() -> None:
    assert an_app(FastPathRoute).openapi() == an_app(StrictRoute).openapi()


async def test_does_without_the_framework_where_nothing_is_to_be_interpreted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def interpreted(_: Request) -> Response:
        return Response("interpreted")

    monkeypatch.setattr(StrictRoute, "get_route_handler", lambda _: interpreted)

    async with client_of(an_app(FastPathRoute)) as quick:
        assert (await quick.get("/list")).text == "/list 50"
        assert (await quick.get("/seat/7/A")).text == "GET 7 'A' True"
        assert (await quick.get("/seat/7/A?tickets=false")).text == "interpreted"
        assert (await quick.get("/seat/x/A")).text == "interpreted"
        good = await quick.post("/wish/7", content=b'{"count": 2}', headers=JSON | OWNER)
        assert good.text == "POST 7 Wish(count=2, names=[], price=0.0) Owner test None False"
        bad = await quick.post("/wish/7", content=b'{"count": 0}', headers=JSON | OWNER)
        assert bad.text == "interpreted"
