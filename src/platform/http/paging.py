"""Pages of a list: how a client asks for one, and where the next one is."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Query, Request
from pydantic import Field

from src.platform.http.parameters import PLAIN_DIGITS
from src.service.shared_kernel.paging import MAX_PAGE, Page

Limit = Annotated[
    int,
    # The bounds stand before the digits, or pydantic does not know how to describe them.
    Field(ge=1, le=MAX_PAGE),
    PLAIN_DIGITS,
    Query(description="How many a page has at most."),
]
Cursor = Annotated[
    str | None, Query(description="Where the page begins: from the `Link` to the next one.")
]


def next_link(request: Request, page: Page[Any]) -> Mapping[str, str]:
    """The Link header that leads to the next page, if there is one."""
    if page.next_cursor is None:
        return {}
    query = f"cursor={quote(page.next_cursor, safe='')}"
    if request.scope["query_string"]:
        others = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
        query = "&".join(filter(None, (urlencode(others), query)))
    return {"Link": f'<{request.scope["path"]}?{query}>; rel="next"'}
