"""What the reservation endpoints take and answer."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StrictInt, StrictStr, model_validator

from src.platform.http.request_model import RequestModel
from src.service.reservation.domain.reservation import (
    MAX_SEATS_PER_RESERVATION,
    BestAvailable,
    NamedSeats,
    ReservationStatus,
)
from src.service.shared_kernel.seating import SeatStatus


class ReservationRequest(RequestModel):
    """Either `seats` by name, or a `quantity` of the best available ones."""

    event_id: StrictInt
    seats: Annotated[list[StrictStr], Field(max_length=MAX_SEATS_PER_RESERVATION)] | None = None
    quantity: StrictInt | None = None
    section: StrictStr | None = None
    subsection: StrictInt | None = None

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


class ReservedSeatResponse(BaseModel):
    event_id: int
    section: str
    subsection: int
    row: int
    seat: int
    price: int
    status: SeatStatus
    seat_identifier: str


class ReservationResponse(BaseModel):
    """`seats` are in layout order."""

    id: UUID
    event_id: int
    buyer_id: int
    status: ReservationStatus
    seats: list[ReservedSeatResponse]
    total_price: int
    expires_at: datetime
    created_at: datetime
