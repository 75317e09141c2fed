"""Responses made of bytes that are JSON already."""

import asyncio
import functools
import weakref
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Request, Response

from src.platform.http.compression import SharedBody
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.tasks import start_detached

Source = TypeVar("Source")


class JsonBytes(Response):
    media_type = "application/json"


def once_per_source(render: Callable[[Source], bytes]) -> Callable[[Source], SharedBody]:
    """Render each object once, and compress it once, for all who were given the very same one; for
    objects that never change. What was rendered is forgotten with its source."""
    rendered: dict[int, tuple[weakref.ref[Source], SharedBody]] = {}

    @functools.wraps(render)
    def body(source: Source) -> SharedBody:
        number = id(source)
        known = rendered.get(number)
        if known is not None and known[0]() is source:
            return known[1]
        made = SharedBody(render(source))
        rendered[number] = (weakref.ref(source, lambda _: rendered.pop(number, None)), made)
        return made

    return body


def made_once_per_source(
    render: Callable[[Source], Awaitable[bytes]],
) -> Callable[[Source], Awaitable[SharedBody]]:
    """As `once_per_source`, for what takes so long to render that others are served meanwhile."""
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


def next_link(request: Request, page: Page[Any]) -> Mapping[str, str]:
    """The Link header that leads to the next page, if there is one."""
    if page.next_cursor is None:
        return {}
    query = f"cursor={quote(page.next_cursor, safe='')}"
    if request.scope["query_string"]:
        others = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
        query = "&".join(filter(None, (urlencode(others), query)))
    return {"Link": f'<{request.scope["path"]}?{query}>; rel="next"'}
