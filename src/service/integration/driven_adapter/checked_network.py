"""Connections to no address but those of the open internet."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from httpcore import (
    AnyIOBackend,
    AsyncNetworkBackend,
    AsyncNetworkStream,
    ConnectError,
    ConnectTimeout,
)

from src.service.integration.domain.network_address import is_public

Address = IPv4Address | IPv6Address

# A name may have many; each is tried for some seconds at most.
_MOST_ADDRESSES = 4
_CONNECT_SECONDS = 3.0


class UnreachableError(Exception):
    """No connection is made. The text says why, of the receiver."""


class CheckedNetwork(AsyncNetworkBackend):
    """Looks a name up, checks every address that it stands for, and connects to one of these very addresses:
    to what the name stands for a moment later nobody connects."""

    def __init__(self, *, private_allowed: bool) -> None:
        self._private_allowed = private_allowed
        self._network = AnyIOBackend()
        self._lookups: dict[str, asyncio.Future[list[Address]]] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Raises UnreachableError."""
        addresses = await self._addresses(host)
        if not self._private_allowed and not all(map(is_public, addresses)):
            raise UnreachableError("its address is private")
        for address in addresses[:_MOST_ADDRESSES]:
            with contextlib.suppress(ConnectError, ConnectTimeout):
                return await self._network.connect_tcp(
                    str(address), port, _CONNECT_SECONDS, local_address, socket_options
                )
        raise UnreachableError("does not take connections")

    async def _addresses(self, host: str) -> list[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        if (lookup := self._lookups.get(host)) is None:
            lookup = self._lookups[host] = _look_up(host)
            lookup.add_done_callback(lambda _: self._lookups.pop(host, None))
        return await asyncio.shield(lookup)


def _look_up(host: str) -> asyncio.Future[list[Address]]:
    """In a thread of its own. The event loop's few threads are for everybody's names, and one whose servers
    say nothing would keep one for half a minute; nor may it keep the process from ending."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[Address]] = loop.create_future()

    def finish(result: list[Address] | UnreachableError) -> None:
        if found.done():
            return
        if isinstance(result, UnreachableError):
            found.set_exception(result)
        else:
            found.set_result(result)

    def work() -> None:
        result: list[Address] | UnreachableError
        try:
            known = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            result = [ip_address(str(each[4][0])) for each in known]
        except (OSError, ValueError):
            result = UnreachableError("its name stands for no address")
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(finish, result)

    threading.Thread(target=work, name=f"look up {host}", daemon=True).start()
    return found
