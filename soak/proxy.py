"""Something between the service and a store that delays, cuts answers in two, or swallows all."""

import asyncio
import contextlib
import enum
import random
from collections.abc import AsyncIterator, Awaitable, Callable

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_PIECE = 1 << 16
_DELAY_SECONDS = 0.3
_CUT_ONE_IN = 1 / 3
_LAST_BYTES = 3


class Mode(enum.Enum):
    """What the proxy does with what passes through it."""

    THROUGH = "through"
    DELAY = "delay"
    CUT = "cut"
    SWALLOW = "swallow"


class Proxy:
    """Carries bytes between its clients and a store.

    When delaying, each piece of an answer comes 0.3 s late. When cutting, one answer in three ends
    after a few bytes, and the connection with it.
    """

    def __init__(self, connect: Callable[[], Awaitable[Streams]], chance: random.Random) -> None:
        self._connect = connect
        self._chance = chance
        self._clients: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._mode = Mode.THROUGH
        self._server: asyncio.Server | None = None

    async def listen_tcp(self) -> int:
        """Listen on a loopback port, and return it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def listen_unix(self, path: str) -> None:
        self._server = await asyncio.start_unix_server(self._serve, path)

    @contextlib.asynccontextmanager
    async def doing(self, mode: Mode) -> AsyncIterator[None]:
        """Be in this mode inside the block; afterwards pass everything on, to new connections."""
        self._mode = mode
        try:
            yield
        finally:
            self._mode = Mode.THROUGH
            self.cut_all()

    def cut_all(self) -> None:
        for client in list(self._clients.values()):
            client.transport.abort()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut_all()
        for task in list(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients[task] = writer
        store: asyncio.StreamWriter | None = None
        try:
            from_store, store = await self._connect()
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._carry(reader, store, answers=False))
                ways.create_task(self._carry(from_store, writer, answers=True))
        except* (OSError, RuntimeError):  # uvloop says RuntimeError of a closed transport
            pass  # either end is gone, and with it the other
        finally:
            del self._clients[task]
            writer.transport.abort()
            if store is not None:
                store.transport.abort()

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while piece := await source.read(_PIECE):
            mode = self._mode
            if mode is Mode.SWALLOW:
                continue
            if answers and mode is Mode.CUT and self._chance.random() < _CUT_ONE_IN:
                sink.write(piece[: min(_LAST_BYTES, len(piece) - 1)])
                await sink.drain()
                break
            if answers and mode is Mode.DELAY:
                await asyncio.sleep(_DELAY_SECONDS)
            sink.write(piece)
            await sink.drain()
        raise ConnectionResetError
