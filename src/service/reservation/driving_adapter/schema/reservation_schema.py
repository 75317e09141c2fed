"""What the reservation endpoints take and answer."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, StrictInt, StrictStr, model_validator

from src.platform.http.request_model import RequestModel
from src.platform.http.schema import ID_SCHEMA, Id, absent
from src.platform.http.seats import SeatResponse
from src.service.reservation.domain.reservation import (
    MAX_CANCEL_REASON,
    MAX_SEATS_PER_RESERVATION,
    BestAvailable,
    NamedSeats,
)
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import MAX_SECTION_NAME

RESERVE_EXAMPLES: Any = {
    "best": {
        "summary": "The best seats that are available",
        "value": {"event_id": 1, "quantity": 2},
    },
    "best-of-a-part": {
        "summary": "The best seats of one subsection",
        "value": {"event_id": 1, "quantity": 2, "section": "A", "subsection": 1},
    },
    "named": {
        "summary": "These seats and no others",
        "value": {"event_id": 1, "seats": ["A-2-25-19", "A-2-25-20"]},
    },
}

CANCEL_EXAMPLES: Any = {
    "with-a-reason": {
        "summary": "With a reason for the buyer",
        "value": {"reason": "The show is moved to another day"},
    },
    "without": {"summary": "Without a reason", "value": {}},
}


WantedSection = Annotated[
    StrictStr, Field(json_schema_extra={"minLength": 1, "maxLength": MAX_SECTION_NAME})
]
WantedSubsection = Annotated[StrictInt, Field(json_schema_extra={"minimum": 1})]


class ReservationRequest(RequestModel):
    """Either `seats` by name, or a `quantity` of the best available ones."""

    event_id: Annotated[StrictInt, Field(json_schema_extra=ID_SCHEMA)]
    seats: (
        Annotated[
            list[StrictStr],
            Field(
                max_length=MAX_SEATS_PER_RESERVATION,
                description="Each as SECTION-SUBSECTION-ROW-SEAT.",
                json_schema_extra={"minItems": 1, "uniqueItems": True},
            ),
        ]
        | None
    ) = None
    quantity: (
        Annotated[
            StrictInt,
            Field(json_schema_extra={"minimum": 1, "maximum": MAX_SEATS_PER_RESERVATION}),
        ]
        | None
    ) = None
    section: WantedSection | None = None
    subsection: WantedSubsection | None = None

    @model_validator(mode="after")
    def _one_way_of_asking(self) -> Self:
        if (self.seats is None) == (self.quantity is None):
            raise ValueError("give either seats or a quantity")
        if self.seats is not None and (self.section is not None or self.subsection is not None):
            raise ValueError("section and subsection go with a quantity, not with seats")
        return self

    def to_wanted(self) -> NamedSeats | BestAvailable:
        """Raises InvalidInputError."""
        if self.seats is not None:
            return NamedSeats.checked(self.seats)
        return BestAvailable.checked(self.quantity or 0, self.section, self.subsection)


class CancelRequest(RequestModel):
    """Why the sale is cancelled; its buyer reads it."""

    reason: (
        Annotated[
            StrictStr, Field(json_schema_extra={"minLength": 1, "maxLength": MAX_CANCEL_REASON})
        ]
        | None
    ) = None


class ReservationResponse(BaseModel):
    """`seats` are in layout order. What does not apply to it is not there."""

    id: UUID
    event_id: Id
    buyer_id: Id
    status: ReservationStatus
    seats: list[SeatResponse]
    total_price: int
    expires_at: datetime
    created_at: datetime
    cancelled_at: Annotated[
        datetime, Field(default_factory=absent, description="When its seller cancelled the sale.")
    ]
    cancel_reason: Annotated[
        str, Field(default_factory=absent, description="Why, where the seller said so.")
    ]
