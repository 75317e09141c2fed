"""What the event endpoints take and answer."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from src.platform.http.request_model import RequestModel
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.seating import MAX_PRICE, Section
from src.service.ticketing.app.command.create_event_and_tickets_use_case import CreateEvent
from src.service.ticketing.app.command.update_event_use_case import EventChanges

PositiveCount = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
SeatStatusText = Literal["available", "reserved", "sold"]


class SectionRequest(RequestModel):
    name: StrictStr
    price: Annotated[StrictInt, Field(ge=0, le=MAX_PRICE)]
    subsections: PositiveCount


class SeatingConfigRequest(RequestModel):
    rows: PositiveCount
    cols: PositiveCount
    sections: Annotated[list[SectionRequest], Field(min_length=1)]


class EventCreateWithTicketConfigRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Rock Concert",
                "description": "Amazing live rock music show",
                "venue_name": "Taipei Arena",
                "seating_config": {
                    "rows": 25,
                    "cols": 20,
                    "sections": [{"name": "A", "price": 2000, "subsections": 2}],
                },
                "is_active": True,
            }
        }
    )

    name: StrictStr
    description: StrictStr
    venue_name: StrictStr
    seating_config: SeatingConfigRequest
    is_active: StrictBool = True

    def to_command(self) -> CreateEvent:
        config = self.seating_config
        return CreateEvent(
            self.name,
            self.description,
            self.venue_name,
            config.rows,
            config.cols,
            tuple(Section(s.name, s.price, s.subsections) for s in config.sections),
            self.is_active,
        )


class EventPatchRequest(RequestModel):
    """A field that is left out, or null, stays as it is."""

    name: StrictStr | None = None
    description: StrictStr | None = None
    venue_name: StrictStr | None = None
    is_active: StrictBool | None = None
    status: Literal["completed", "ended"] | None = None

    def to_changes(self) -> EventChanges:
        return EventChanges(
            self.name,
            self.description,
            self.venue_name,
            self.is_active,
            EventStatus(self.status) if self.status else None,
        )


class SubsectionCounts(BaseModel):
    number: int
    available: int
    reserved: int
    sold: int
    total: int


class SectionResponse(BaseModel):
    """`subsections` is how many there are; in an event's detail it is each one's counts."""

    name: str
    price: int
    subsections: int | list[SubsectionCounts]


class SeatingConfigResponse(BaseModel):
    rows: int
    cols: int
    sections: list[SectionResponse]


class SeatResponse(BaseModel):
    event_id: int
    section: str
    subsection: int
    row: int
    seat: int
    price: int
    status: SeatStatusText
    seat_identifier: str


class TicketResponse(SeatResponse):
    id: int


class EventResponse(BaseModel):
    """`tickets` is there in an event's detail only, and not with `?tickets=false`."""

    id: int
    name: str
    description: str
    seller_id: int
    venue_name: str
    seating_config: SeatingConfigResponse
    is_active: bool
    status: EventStatus
    tickets: list[TicketResponse] | None = None


class SectionStatsResponse(BaseModel):
    event_id: int
    section: str
    subsection: int
    total: int
    available: int
    reserved: int
    sold: int
    tickets: list[SeatResponse]
    total_count: int


class SubsectionStatusResponse(BaseModel):
    section: str
    subsection: int
    price: int
    total: int
    available: int
    reserved: int
    sold: int


class AllSubsectionStatusResponse(BaseModel):
    event_id: int
    version: int
    sections: list[SubsectionStatusResponse]
    total_sections: int
