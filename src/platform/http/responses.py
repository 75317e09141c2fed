"""Responses made of bytes that are JSON already."""

import functools
import weakref
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response

from src.platform.http.compression import SharedBody
from src.service.shared_kernel.paging import Page

Source = TypeVar("Source")


class JsonBytes(Response):
    media_type = "application/json"


def once_per_source(render: Callable[[Source], bytes]) -> Callable[[Source], SharedBody]:
    """Render each object once, and compress it once, for all who were given the very same one; for objects that never
    change. What was rendered is forgotten with its source."""
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


def next_link(request: Request, page: Page[Any]) -> Mapping[str, str]:
    """The Link header that leads to the next page, if there is one."""
    if page.next_cursor is None:
        return {}
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
    query.append(("cursor", page.next_cursor))
    return {"Link": f'<{request.scope["path"]}?{urlencode(query)}>; rel="next"'}
