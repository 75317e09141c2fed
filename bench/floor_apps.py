"""The least that an app on the same server can do: the floors of plain answers, streams and joins."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from bench import stores
from bench.bare_line import BareLine
from src.platform.settings import Settings
from src.service.shared_kernel.ids import UserId


def constant_json(_settings: Settings) -> FastAPI:
    """GET /NAME answers the bytes of that file."""
    contents = {path.name: path.read_bytes() for path in _contents()}
    app = FastAPI()

    @app.get("/{name}")
    async def constant(name: str) -> Response:
        return Response(contents[name], media_type="application/json")

    return app


def one_frame_for_all(_settings: Settings) -> Starlette:
    """GET /stream sends the frame now and after each POST /change; the same bytes to everybody."""
    [path] = (path for path in _contents() if path.name == "frame")
    payload = path.read_bytes()
    version = 1
    frame = _frame(version, payload)
    changed = asyncio.Event()
    ending = False

    async def stream(_request: Request) -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            while not ending:
                yield frame
                await changed.wait()

        return StreamingResponse(body(), media_type="text/event-stream")

    async def change(_request: Request) -> JSONResponse:
        nonlocal version, frame, changed
        at = time.time()
        version += 1
        frame = _frame(version, payload)
        changed.set()
        changed = asyncio.Event()
        return JSONResponse({"version": version, "at": at})

    def end() -> None:
        nonlocal ending
        ending = True
        changed.set()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.begin_shutdown = end
        yield

    routes = [Route("/stream", stream), Route("/change", change, methods=["POST"])]
    return Starlette(routes=routes, lifespan=lifespan)


def bare_lines(_settings: Settings) -> Starlette:
    """POST /EVENT/BUYER answers the entry; nobody is asked who they are, and nothing is looked up."""
    [path] = (path for path in _contents() if path.name == "database")
    lines: dict[int, BareLine] = {}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        database = await stores.connect_to(path.read_text())
        app.state.database = database
        yield
        await database.close()

    async def begin(request: Request) -> JSONResponse:
        event_id = request.path_params["event_id"]
        lines[event_id] = await BareLine.begin(request.app.state.database, event_id)
        return JSONResponse({})

    async def join(request: Request) -> JSONResponse:
        line = lines[request.path_params["event_id"]]
        return JSONResponse({"entry": await line.join(UserId(request.path_params["buyer_id"]))})

    routes = [
        Route("/{event_id:int}/{buyer_id:int}", join, methods=["POST"]),
        Route("/{event_id:int}", begin, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def _frame(version: int, payload: bytes) -> bytes:
    return b"id: 1:%d\n%b" % (version, payload)


def _contents() -> list[Path]:
    return list(Path(os.environ["BENCH_CONTENTS"]).iterdir())
