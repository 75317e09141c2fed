"""The least that an app on the same server can do: the floors of plain answers and of streams."""

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

from src.platform.settings import Settings


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


def _frame(version: int, payload: bytes) -> bytes:
    return b"id: 1:%d\n%b" % (version, payload)


def _contents() -> list[Path]:
    return list(Path(os.environ["BENCH_CONTENTS"]).iterdir())
