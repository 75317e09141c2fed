"""An app with an endless stream, to see how the server around it starts and ends."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from src.platform.settings import Settings


def create_app(settings: Settings) -> Starlette:
    """GET / tells the process, its settings and its client; /stream ends at shutdown; /flood never ends."""
    ending = asyncio.Event()

    async def about(request: Request) -> JSONResponse:
        secret = settings.jwt_secret.get_secret_value() if settings.jwt_secret else None
        return JSONResponse(
            {
                "pid": os.getpid(),
                "url": settings.database_url,
                "secret": secret,
                "client": request.client.host if request.client else None,
                "scheme": request.url.scheme,
            }
        )

    async def stream(_request: Request) -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            yield b"open\n"
            await ending.wait()
            yield b"bye\n"

        return StreamingResponse(body())

    async def flood(_request: Request) -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield bytes(65536)
                    await asyncio.sleep(0)
            finally:
                print("flood ended", flush=True)  # noqa: T201

        return StreamingResponse(body())

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.begin_shutdown = ending.set
        yield
        print("lifespan ended", flush=True)  # noqa: T201

    routes = [Route("/", about), Route("/stream", stream), Route("/flood", flood)]
    return Starlette(routes=routes, lifespan=lifespan)


def create_broken_app(_settings: Settings) -> Starlette:
    """An app that cannot start."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        raise RuntimeError("no start")
        yield

    return Starlette(lifespan=lifespan)
