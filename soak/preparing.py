"""What a run needs before it begins. A machine that stands still for a moment may cost the service's
first answer; that is no reason to end everything."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from kit.api import Account, Size, create_event
from kit.http_client import LOOPBACK, Connection

T = TypeVar("T")

_TIMEOUT_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


async def tried_again(make: Callable[[], Awaitable[T]]) -> T:
    """Return what make() does, after as many refusals and lost connections as a minute allows.

    What a failed try leaves behind must be in nobody's way.
    """
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while True:
        try:
            return await make()
        except (RuntimeError, OSError):
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)


async def new_event(port: int, seller: Account, size: Size, host: str = LOOPBACK) -> int:
    """The id of an event that is on sale. Failed tries may leave others of the same seller."""

    async def create() -> int:
        connection = await Connection.open(port, host)
        try:
            return await create_event(connection, seller, size)
        finally:
            connection.close()

    return await tried_again(create)
