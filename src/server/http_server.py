"""One uvicorn server, which tells the app of a shutdown before it waits for open responses."""

import asyncio
import contextlib
import gc
import importlib
import signal
import socket
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import uvicorn

from src.platform.settings import Settings
from src.server.http_protocol import BoundedHttpProtocol

# A shutdown takes at most ten seconds: this, and closing stores that do not answer.
_GRACE_SECONDS = 4
_BACKLOG = 2048
# libuv accepts one connection in each round of the event loop for each listening socket that it knows.
# With one, a busy process lets thousands wait in the backlog, where nothing can refuse them.
_ACCEPTS_AT_ONCE = 16


def run(
    settings: Settings,
    listener: socket.socket,
    app_factory: str,
    *,
    on_ready: Callable[[], None],
) -> int:
    """Serve in this process until SIGINT or SIGTERM; return the exit code, 0 after such an end.

    app_factory names a function from Settings to an ASGI app, as `module:function`.
    """
    _collect_seldom()
    module, _, function = app_factory.partition(":")
    app = getattr(importlib.import_module(module), function)(settings)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=partial(  # type: ignore[arg-type]
            BoundedHttpProtocol,
            settings=settings,
            refuse_early=getattr(getattr(app, "state", None), "refuse_early", None),
        ),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    gc.collect()
    gc.freeze()
    try:
        again = [listener.dup() for _ in range(_ACCEPTS_AT_ONCE - 1)]
        Server(config, on_ready).run(sockets=[listener, *again])
    except SystemExit as failed_start:
        return failed_start.code if isinstance(failed_start.code, int) else 1
    return 0


def _collect_seldom() -> None:
    """Collect cyclic garbage less often; what is loaded at the start is frozen, and not walked over.

    Ten thousand streams are a million objects that stay: with the interpreter's defaults, walking
    over them again and again took a quarter of the time. Requests leave nothing to be collected.
    """
    gc.set_threshold(50_000, 20, 20)


class Server(uvicorn.Server):
    """Uvicorn's server, which tells the app of a shutdown before it waits for open responses.

    An app with endless responses sets `app.state.begin_shutdown`, a function that ends them.
    """

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app: Any = self.config.app
        begin_shutdown = getattr(getattr(app, "state", None), "begin_shutdown", None)
        if begin_shutdown is not None:
            begin_shutdown()
        if sockets:
            await self._stop_listening(sockets)
        await super().shutdown(sockets)

    async def _stop_listening(self, sockets: list[socket.socket]) -> None:
        """Take in who has connected and was not accepted yet. With the last socket that listens the kernel
        resets their connections, and a proxy may not send a POST again that was on its way in one."""
        last = sockets[0].dup()
        last.setblocking(False)
        for server in self.servers:
            server.close()
        for each in sockets:
            each.close()
        waiting = []
        with last, contextlib.suppress(OSError):
            while True:  # until nobody is left, or this process may have no more files
                waiting.append(last.accept()[0])
        for connection in waiting:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Uvicorn's own handler also notes the signal, to raise it again when all is done: that
        # would end the process before our callers have stopped the embedded servers.
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True
