"""Work for a client who may hang up before it is done."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import Receive

T = TypeVar("T")


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns. When the client hangs up, cancel it and raise ClientDisconnect.

    For work that is expensive or may have to wait, once the request's body has been read. What must not
    be left half done is protected where it is done, by a Lane or a shield: not here.
    """
    task = asyncio.current_task()
    assert task is not None
    leaving = asyncio.ensure_future(_cancel_when_gone(request.receive, task))
    cancelled_before = task.cancelling()
    try:
        await asyncio.sleep(0)  # so that nothing is begun for a client that has left already
        return await work
    except asyncio.CancelledError:
        if leaving.done() and task.uncancel() <= cancelled_before:
            raise ClientDisconnect from None
        raise
    finally:
        leaving.cancel()
        work.close()


async def _cancel_when_gone(receive: Receive, task: asyncio.Task[Any]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    task.cancel()
