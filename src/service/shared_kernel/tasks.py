"""Tasks that belong to no request."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")


def start_detached(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start a task that knows nothing of the request which happens to start it: neither its
    deadline nor its id in the logs. Whoever calls this keeps the task."""
    return asyncio.get_running_loop().create_task(work, context=Context())
