"""What several endpoints take and answer, with what the API's description says of it."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from src.platform.http.parameters import PLAIN_DIGITS
from src.service.shared_kernel.paging import MAX_PAGE

ID_SCHEMA: dict[str, Any] = {
    "format": "int64",
    "minimum": 1,
    "maximum": 2**63 - 1,
    "examples": [1],
}

Id = Annotated[int, Field(json_schema_extra=ID_SCHEMA)]
Count = Annotated[int, Field(ge=0)]
Position = Annotated[int, Field(ge=1, description="Counted from 1.")]

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
