"""The program `ticketing` whose event loop logs what keeps it for more than 100 ms."""

import asyncio
import socket

from src import cli
from src.server import http_server


class WatchedServer(http_server.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_debug(True)
        await super().startup(sockets)


def main() -> None:
    http_server.Server = WatchedServer  # type: ignore[misc]
    cli.main()
