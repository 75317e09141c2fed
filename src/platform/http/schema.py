"""What several endpoints take and answer, with what the API's description says of it."""

from typing import Annotated, Any

from pydantic import Field

ID_SCHEMA: dict[str, Any] = {
    "format": "int64",
    "minimum": 1,
    "maximum": 2**63 - 1,
    "examples": [1],
}

Id = Annotated[int, Field(json_schema_extra=ID_SCHEMA)]
Count = Annotated[int, Field(ge=0)]
Position = Annotated[int, Field(ge=1, description="Counted from 1.")]


def absent() -> Any:
    """`default_factory` of a field that answers leave out where it does not apply."""
    return None
