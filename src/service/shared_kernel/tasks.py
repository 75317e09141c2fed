"""Tasks that belong to no request, and work that must not keep others waiting."""

import asyncio
import time
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")


def start_detached(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start a task that knows nothing of the request which happens to start it: neither its
    deadline nor its id in the logs. Whoever calls this keeps the task."""
    return asyncio.get_running_loop().create_task(work, context=Context())


# Everybody else waits for as long.
_LONGEST_STRETCH_SECONDS = 0.01


class Pauses:
    """For long work that awaits nothing by itself: now and then, lets everybody else be served."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def pause_if_due(self) -> None:
        if time.perf_counter() - self._since > _LONGEST_STRETCH_SECONDS:
            await asyncio.sleep(0)
            self._since = time.perf_counter()
