"""What the endpoints of events take from a path or a query."""

from typing import Annotated, Literal

from fastapi import Path, Query

from src.platform.http.moments import QueryMoment
from src.platform.http.parameters import Flag, Number
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import MAX_NAME

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
Search = Annotated[
    str | None,
    Query(
        description="Only events in whose name or venue every one of these words is, in part too.",
        json_schema_extra={"maxLength": MAX_NAME, "examples": ["arena"]},
    ),
]
StartsAfter = Annotated[
    QueryMoment | None, Query(description="Only events that start at this moment or later.")
]
StartsBefore = Annotated[
    QueryMoment | None, Query(description="Only events that start before this moment.")
]
Sort = Annotated[
    Literal["starts_at"] | None,
    Query(
        description=(
            "The soonest event first, those without a date last, and without those that have begun,"
            " unless `starts_after` asks for them or a seller for their own. Otherwise: newest first."
        )
    ),
]
WithTickets = Annotated[Flag, Query(description="Whether `tickets` are in the answer.")]
Delta = Annotated[
    Flag,
    Query(description="Updates carry only the `sections`, or `tickets`, that have changed."),
]
