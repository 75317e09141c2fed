"""Responses made of bytes that are JSON already."""

import asyncio
import functools
import weakref
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import Response

from src.platform.http.compression import SharedBody
from src.service.shared_kernel.tasks import start_detached

Source = TypeVar("Source")


class JsonBytes(Response):
    media_type = "application/json"


def once_per_source(
    render: Callable[[Source], Awaitable[bytes]],
) -> Callable[[Source], Awaitable[SharedBody]]:
    """Render each object once, and compress it once, for all who were given the very same one; for
    objects that never change, and that take so long to render that others are served meanwhile.
    What was rendered is forgotten with its source."""
    rendered: dict[int, tuple[weakref.ref[Source], asyncio.Task[SharedBody]]] = {}

    async def start(source: Source) -> SharedBody:
        return SharedBody(await render(source))

    @functools.wraps(render)
    async def body(source: Source) -> SharedBody:
        number = id(source)
        known = rendered.get(number)
        if known is None or known[0]() is not source:
            known = (
                weakref.ref(source, lambda _: rendered.pop(number, None)),
                start_detached(start(source)),
            )
            rendered[number] = known
        making = known[1]
        return making.result() if making.done() else await asyncio.shield(making)

    return body
