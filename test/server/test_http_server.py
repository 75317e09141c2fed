"""The end of a server, for those who have just connected."""

import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import uvicorn

from src.platform.settings import Settings
from src.server.http_protocol import BoundedHttpProtocol
from src.server.http_server import Server
from src.server.listener import listen
from test.support.tiny_app import create_app

_REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with listen(Settings(port=0)) as listener:
        yield listener


async def test_who_has_connected_before_the_end_is_answered(listener: socket.socket) -> None:
    """Nobody has taken them in yet, and their request is on its way or there."""
    settings = Settings()
    protocol: Any = partial(BoundedHttpProtocol, settings=settings)
    config = uvicorn.Config(create_app(settings), http=protocol, lifespan="on", log_config=None)
    server = Server(config, lambda: None)
    config.load()
    server.lifespan = config.lifespan_class(config)
    sockets = [listener, listener.dup()]
    address = listener.getsockname()
    await server.startup(sockets)

    clients = [socket.create_connection(address) for _ in range(5)]
    for client in clients:
        client.sendall(_REQUEST)
    await server.shutdown(sockets)

    for client in clients:
        with client:
            assert client.recv(100).startswith(b"HTTP/1.1 200")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
