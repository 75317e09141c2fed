"""What the endpoints of events take from a path or a query."""

from typing import Annotated

from fastapi import Path, Query

from src.platform.http.parameters import Flag, Number
from src.platform.http.schema import ID_SCHEMA

PathId = Annotated[Number, Path(description="The event's `id`.", json_schema_extra=ID_SCHEMA)]
PathSection = Annotated[
    str, Path(description="A section's name.", json_schema_extra={"examples": ["A"]})
]
PathSubsection = Annotated[
    Number,
    Path(
        description="A subsection's number in its section.",
        json_schema_extra={"minimum": 1, "examples": [1]},
    ),
]
Seller = Annotated[Number | None, Query(description="Only events of the seller with this `id`.")]
WithTickets = Annotated[Flag, Query(description="Whether `tickets` are in the answer.")]
Delta = Annotated[
    Flag,
    Query(description="Updates carry only the `sections`, or `tickets`, that have changed."),
]
