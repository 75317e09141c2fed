"""Moments in bodies and addresses, which are RFC 3339 with an offset."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def _parsed(value: Any) -> datetime | None:
    if isinstance(value, str) and _RFC_3339.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper())
        except ValueError:
            pass
    return None


def _moment(value: Any) -> datetime:
    if (moment := _parsed(value)) is None:
        raise PydanticCustomError("moment", "must be a moment with an offset")
    return moment


def _query_moment(value: Any) -> datetime:
    # In an address a + that is not encoded is a space, which is what most of these mistakes are.
    if (moment := _parsed(value)) is None:
        raise PydanticCustomError("query_moment", "must be a moment with an offset, encoded")
    return moment


# The framework's own would take a number, a date alone, and a time of no zone.
_SCHEMA = WithJsonSchema(
    {"type": "string", "format": "date-time", "examples": ["2027-05-01T20:00:00+08:00"]}
)
Moment = Annotated[datetime, BeforeValidator(_moment), _SCHEMA]
QueryMoment = Annotated[datetime, BeforeValidator(_query_moment), _SCHEMA]
