"""What the endpoints of tickets and of the door take and answer."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StrictStr

from src.platform.http.request_model import RequestModel
from src.platform.http.schema import Count, Id, absent
from src.platform.http.seats import SeatResponse

_CODE = "0000-PP7S-HRMA-MS2K"

CHECK_IN_EXAMPLES: Any = {"code": {"summary": "As it was scanned", "value": {"code": _CODE}}}


class OwnTicketResponse(SeatResponse):
    """A seat that was bought, and the code that lets its owner in."""

    code: Annotated[
        str,
        Field(
            pattern="^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$",
            examples=[_CODE],
            description="In Crockford's base 32. Who has it gets in: it is a secret.",
        ),
    ]
    qr: Annotated[
        str,
        Field(
            description="The path of the code as a picture.",
            json_schema_extra={"format": "uri-reference"},
        ),
    ]
    checked_in_at: Annotated[
        datetime, Field(default_factory=absent, description="When it was used.")
    ]


class CheckInRequest(RequestModel):
    """A code as it was scanned or typed: in any case, with dashes or without, O for 0 and I or L for 1."""

    code: StrictStr


class CheckInResponse(BaseModel):
    """Who is in now."""

    event_id: Id
    reservation_id: UUID
    buyer_name: str
    seat: SeatResponse
    checked_in_at: datetime


class DoorResponse(BaseModel):
    """How many of the sold seats have been checked in."""

    event_id: Id
    checked_in: Count
    sold: Count
