"""Answers compressed with gzip: for whom, which, how often, and under what tag."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from src.platform.http import compression
from src.platform.http.compression import Compression, SharedBody, accepts_gzip
from src.platform.http.conditions import not_modified
from src.platform.http.head import HeadOfStream
from src.platform.http.responses import JsonBytes

LARGE = b"[" + b'{"status":"available"},' * 100 + b"0]"
HUGE = LARGE * 1000


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    app.add_middleware(Compression)
    shared = SharedBody(LARGE)

    @app.get("/large")
    async def large(request: Request) -> Response:
        headers = {"ETag": '"1:2"', "Cache-Control": "no-cache"}
        if not_modified(request, '"1:2"'):
            return Response(status_code=304, headers=headers)
        return JsonBytes(shared, headers=headers)

    @app.get("/answer")
    async def answer(
        size: int = 5000,
        status: int = 200,
        media_type: str = "application/json",
        name: str = "x-nothing",
        value: str = "",
    ) -> Response:
        return Response(b"x" * size, status, headers={name: value}, media_type=media_type)

    @app.get("/row")
    async def row() -> Response:
        return JsonBytes(LARGE, headers={"ETag": '"row"', "Cache-Control": "no-store"})

    @app.api_route("/pieces", methods=["GET", "HEAD"])
    async def pieces(request: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            for start in range(0, len(HUGE), 100_000):
                yield HUGE[start : start + 100_000]

        if request.method == "HEAD":
            return HeadOfStream({}, "application/json")
        return StreamingResponse(body(), media_type="application/json")

    @app.get("/stream")
    async def stream() -> Response:
        async def body() -> AsyncIterator[bytes]:
            yield b"data: 1\n\n" * 1000

        headers = {"Cache-Control": "no-store, no-transform"}
        return StreamingResponse(body(), media_type="text/event-stream", headers=headers)

    return app


async def fetch(
    app: FastAPI, path: str, accepted: str | None = "gzip", method: str = "GET", **headers: str
) -> httpx.Response:
    """The answer as it was sent."""
    transport = httpx.ASGITransport(app)
    sent = {} if accepted is None else {"Accept-Encoding": accepted}
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        del client.headers["accept-encoding"]
        async with client.stream(method, path, headers=sent | headers) as answer:
            answer._content = b"".join([part async for part in answer.aiter_raw()])
            return answer


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("*", True),
        ("gzip ; q=0.001", True),
        ("*;q=0, gzip", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("*, gzip;q=0", False),
        ("*;q=0", False),
        ("br", False),
        ("identity", False),
        ("notgzip", False),
        ("", False),
        ("gzip;q=nonsense", False),
        ("gzip;q=0.0.1", False),
    ],
)
def test_who_accepts_it(value: str, accepted: bool) -> None:
    assert accepts_gzip(value.encode()) is accepted


@pytest.mark.parametrize("path", ["/large", "/answer", "/answer?status=404", "/row"])
async def test_a_large_text_is_compressed_for_who_accepts_it(app: FastAPI, path: str) -> None:
    plain = await fetch(app, path, None)
    packed = await fetch(app, path)

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(packed.content) < len(plain.content)
    assert gzip.decompress(packed.content) == plain.content


@pytest.mark.parametrize(
    "query",
    [
        "size=1024",
        "size=0",
        "media_type=image/png",
        "media_type=font/woff2",
        "name=Content-Encoding&value=br",
        "name=Cache-Control&value=no-transform",
        "status=206",
    ],
)
async def test_everything_else_is_left_alone(app: FastAPI, query: str) -> None:
    plain = await fetch(app, f"/answer?{query}", None)
    answer = await fetch(app, f"/answer?{query}")

    assert answer.content == plain.content
    assert answer.headers == plain.headers


async def test_a_stream_of_events_is_left_alone(app: FastAPI) -> None:
    assert (await fetch(app, "/stream")).content == b"data: 1\n\n" * 1000


async def test_what_comes_in_pieces_is_one_gzip_member(app: FastAPI) -> None:
    answer = await fetch(app, "/pieces")

    assert "content-length" not in answer.headers
    reader = zlib.decompressobj(31)
    assert reader.decompress(answer.content) == HUGE
    assert reader.eof
    assert reader.unused_data == b""


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_head_of_what_comes_in_pieces_has_the_same_headers(
    app: FastAPI, accepted: str
) -> None:
    told = await fetch(app, "/pieces", accepted, "HEAD")

    assert told.headers == (await fetch(app, "/pieces", accepted)).headers


async def test_a_shared_body_is_compressed_once(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    make = compression._compressor

    def counted(level: int) -> Any:
        made.append(level)
        return make(level)

    monkeypatch.setattr(compression, "_compressor", counted)

    answers = await asyncio.gather(*(fetch(app, "/large") for _ in range(20)))

    assert len({answer.content for answer in answers}) == 1
    assert len(made) == 1


async def test_who_gives_up_does_not_keep_the_others_from_a_shared_body() -> None:
    body = SharedBody(HUGE)
    first, second = (asyncio.ensure_future(body.compressed()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()

    assert gzip.decompress(await second) == HUGE


async def test_others_have_their_turn_while_a_large_one_is_compressed() -> None:
    done = asyncio.ensure_future(SharedBody(HUGE).compressed())
    turns = 0
    while not done.done():
        await asyncio.sleep(0)
        turns += 1

    assert turns > len(HUGE) / compression._AT_ONCE


class TestTheTag:
    async def test_of_compressed_bytes_is_weak(self, app: FastAPI) -> None:
        assert (await fetch(app, "/large")).headers["etag"] == 'W/"1:2"'
        assert (await fetch(app, "/large", None)).headers["etag"] == '"1:2"'

    @pytest.mark.parametrize("accepted", ["gzip", None])
    @pytest.mark.parametrize("tag", ['W/"1:2"', '"1:2"'])
    async def test_of_either_is_confirmed_as_the_client_has_it(
        self, app: FastAPI, accepted: str | None, tag: str
    ) -> None:
        answer = await fetch(app, "/large", accepted, **{"If-None-Match": tag})

        assert answer.status_code == 304
        assert answer.content == b""
        expected = tag if accepted else '"1:2"'
        assert answer.headers["etag"] == expected

    async def test_of_what_nobody_may_store_stays_strong(self, app: FastAPI) -> None:
        answer = await fetch(app, "/row")

        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["etag"] == '"row"'
