"""Responses made of bytes that are JSON already."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from src.service.shared_kernel.paging import Page


class JsonBytes(Response):
    media_type = "application/json"


def not_modified(request: Request, etag: str) -> bool:
    """Whether the client says that it has this very state already (If-None-Match)."""
    known = request.headers.get("if-none-match")
    return known is not None and (
        known.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]
    )


def next_link(request: Request, page: Page[Any]) -> Mapping[str, str]:
    """The Link header that leads to the next page, if there is one."""
    if page.next_cursor is None:
        return {}
    url = request.url.include_query_params(cursor=page.next_cursor)
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}
