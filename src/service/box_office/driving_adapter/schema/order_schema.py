"""What the box office takes and answers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from src.platform.http.schema import Count, Id, Position, absent
from src.platform.http.seats import SeatResponse
from src.service.shared_kernel.reservation_status import ReservationStatus


class OrderResponse(BaseModel):
    """A reservation as the seller of its event sees it. What does not apply to it is not there."""

    id: UUID
    event_id: Id
    buyer_id: Id
    buyer_name: str
    buyer_email: str
    status: ReservationStatus
    seats: list[SeatResponse]
    total_price: int
    expires_at: datetime
    created_at: datetime
    confirmed_at: Annotated[datetime, Field(default_factory=absent)]
    cancelled_at: Annotated[datetime, Field(default_factory=absent)]
    cancel_reason: Annotated[str, Field(default_factory=absent)]
    checked_in: Annotated[
        Position,
        Field(default_factory=absent, description="How many of its tickets were used, if any."),
    ]


class SeatFiguresResponse(BaseModel):
    """Each seat is in one of `available`, `reserved`, `house` and `sold`."""

    total: Count
    available: Count
    reserved: Annotated[Count, Field(description="Held by buyers.")]
    house: Annotated[Count, Field(description="Taken off sale by the seller.")]
    sold: Count
    revenue: Annotated[Count, Field(description="The prices of the sold seats.")]


class SectionFiguresResponse(SeatFiguresResponse):
    """The seats of one section."""

    section: str
    price: Count


class CancelledFiguresResponse(BaseModel):
    """Sales that the seller cancelled."""

    orders: Count
    seats: Count
    amount: Count


class HourFiguresResponse(BaseModel):
    """What was sold in one hour, and is sold still."""

    hour: Annotated[datetime, Field(description="Its beginning, in UTC.")]
    orders: Count
    seats: Count
    revenue: Count


class SalesReportResponse(BaseModel):
    """All of one moment: `sales_by_hour` comes to what `total` says is sold."""

    event_id: Id
    sections: list[SectionFiguresResponse]
    total: SeatFiguresResponse
    cancelled: CancelledFiguresResponse
    sales_by_hour: Annotated[
        list[HourFiguresResponse],
        Field(description="Hours in which something was sold, earliest first."),
    ]
