"""An event's id in a path."""

from typing import Annotated

from fastapi import Path

from src.platform.http.parameters import Number
from src.platform.http.schema import ID_SCHEMA

PathEvent = Annotated[Number, Path(description="The event's `id`.", json_schema_extra=ID_SCHEMA)]
