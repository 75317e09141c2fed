"""A seat as several endpoints answer with it."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from src.platform.http.schema import Id, Position
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId, SeatStatus


class SeatResponse(BaseModel):
    """A seat, and what has become of it."""

    event_id: Id
    section: str
    subsection: Position
    row: Position
    seat: Position
    price: int
    status: SeatStatus
    seat_identifier: Annotated[str, Field(examples=["A-1-1-1"])]


def seat_json(event_id: EventId, seat: SeatId, price: int, status: SeatStatus) -> dict[str, Any]:
    """In the shape of SeatResponse. A plain dict for orjson: a model for each seat would cost more than
    reserving it."""
    return {
        "event_id": event_id,
        "section": seat.section,
        "subsection": seat.subsection,
        "row": seat.row,
        "seat": seat.seat,
        "price": price,
        "status": status.value,
        "seat_identifier": str(seat),
    }
