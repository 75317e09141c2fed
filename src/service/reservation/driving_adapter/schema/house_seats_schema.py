"""What the endpoints of house seats take and answer."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StrictStr, model_validator

from src.platform.http.request_model import RequestModel
from src.platform.http.schema import Id
from src.platform.http.seats import SeatResponse
from src.service.reservation.domain.house_seats import (
    MAX_NAMED_HOUSE_SEATS,
    HouseSeatsWanted,
    WholeSubsection,
)
from src.service.reservation.domain.reservation import NamedSeats
from src.service.reservation.driving_adapter.schema.reservation_schema import (
    WantedSection,
    WantedSubsection,
)

HOUSE_SEATS_EXAMPLES: Any = {
    "named": {
        "summary": "These seats, all of them or none",
        "value": {"seats": ["A-1-1-1", "A-1-1-2"]},
    },
    "subsection": {
        "summary": "All that there are in one subsection",
        "value": {"section": "A", "subsection": 2},
    },
}


class HouseSeatsRequest(RequestModel):
    """Either `seats` by name, or a whole subsection."""

    seats: (
        Annotated[
            list[StrictStr],
            Field(
                max_length=MAX_NAMED_HOUSE_SEATS,
                description="Each as SECTION-SUBSECTION-ROW-SEAT.",
                json_schema_extra={"minItems": 1, "uniqueItems": True},
            ),
        ]
        | None
    ) = None
    section: WantedSection | None = None
    subsection: WantedSubsection | None = None

    @model_validator(mode="after")
    def _one_way_of_asking(self) -> Self:
        if (self.seats is None) == (self.section is None and self.subsection is None):
            raise ValueError("give either seats, or a section and a subsection")
        return self

    def to_wanted(self) -> HouseSeatsWanted:
        """Raises InvalidInputError."""
        if self.seats is not None:
            return NamedSeats.checked(self.seats, most=MAX_NAMED_HOUSE_SEATS)
        return WholeSubsection.checked(self.section, self.subsection)


class HouseSeatsResponse(BaseModel):
    """`seats` are in layout order."""

    event_id: Id
    seats: list[SeatResponse]
