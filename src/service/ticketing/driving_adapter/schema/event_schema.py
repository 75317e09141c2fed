"""What the event endpoints take and answer."""

from datetime import datetime
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, Field, StrictBool, StrictInt, StrictStr

from src.platform.http.moments import Moment
from src.platform.http.request_model import RequestModel
from src.platform.http.schema import Count, Id, Position, absent
from src.platform.http.seats import SeatResponse
from src.service.shared_kernel.admission_terms import (
    MAX_ACTIVE,
    MAX_PASS_SECONDS,
    MAX_PER_MINUTE,
    AdmissionTerms,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.seating import (
    MAX_COUNT,
    MAX_PRICE,
    MAX_SECTION_NAME,
    Section,
)
from src.service.ticketing.app.command.create_event_and_tickets_use_case import CreateEvent
from src.service.ticketing.app.command.update_event_use_case import EventChanges
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_VENUE_NAME,
    GivenAdmission,
)
from src.service.ticketing.domain.event_dates import GivenDates

# Limits here are for the description alone: types are checked here, rules by the domain.


def _length(most: int) -> dict[str, Any]:
    return {"minLength": 1, "maxLength": most}


PositiveCount = Annotated[StrictInt, Field(json_schema_extra={"minimum": 1, "maximum": MAX_COUNT})]
Price = Annotated[StrictInt, Field(json_schema_extra={"minimum": 0, "maximum": MAX_PRICE})]
SectionName = Annotated[
    StrictStr,
    Field(
        description="Unique in the event, without `/`.",
        json_schema_extra={**_length(MAX_SECTION_NAME), "pattern": "^[^/]+$"},
    ),
]
Name = Annotated[StrictStr, Field(json_schema_extra=_length(MAX_NAME))]
Description = Annotated[StrictStr, Field(json_schema_extra=_length(MAX_DESCRIPTION))]
VenueName = Annotated[StrictStr, Field(json_schema_extra=_length(MAX_VENUE_NAME))]

Timezone = Annotated[
    StrictStr,
    Field(
        description="In which to show the dates: a name of the IANA database.",
        json_schema_extra={"examples": ["Asia/Taipei"]},
    ),
]


class DatesRequest(RequestModel):
    """When the event is, and when its seats are sold; kept in UTC."""

    starts_at: Moment | None = None
    sale_opens_at: Moment | None = None
    sale_closes_at: Moment | None = None
    timezone: Timezone | None = None

    def given_dates(self) -> GivenDates:
        given: Any = {
            name: getattr(self, name)
            for name in DatesRequest.model_fields
            if name in self.model_fields_set
        }
        return cast("GivenDates", given)


def _up_to(most: int) -> Any:
    return Field(json_schema_extra={"minimum": 1, "maximum": most})


class AdmissionRequest(RequestModel):
    """A waiting line: so many are let in a minute, each with a pass to reserve seats with, and at most
    `max_active` passes are live at once."""

    per_minute: Annotated[StrictInt, _up_to(MAX_PER_MINUTE)]
    max_active: Annotated[StrictInt, _up_to(MAX_ACTIVE)] | None = None
    pass_seconds: Annotated[StrictInt, _up_to(MAX_PASS_SECONDS)]

    def to_terms(self) -> AdmissionTerms:
        """Raises InvalidInputError."""
        return AdmissionTerms.checked(self.per_minute, self.pass_seconds, self.max_active)


class SaleRequest(DatesRequest):
    """When seats are sold, and whether buyers wait in line for them."""

    admission: AdmissionRequest | None = None

    def terms(self) -> AdmissionTerms | None:
        """Raises InvalidInputError."""
        return None if self.admission is None else self.admission.to_terms()


_EXAMPLE = {
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
CREATE_EXAMPLES: Any = {
    "one-section": {"summary": "Two subsections of 500 seats at one price", "value": _EXAMPLE},
}
PATCH_EXAMPLES: Any = {
    "texts": {"summary": "Change a text", "value": {"venue_name": "Taipei Music Center"}},
    "hide": {"summary": "Hide the event from the public", "value": {"is_active": False}},
    "dates": {
        "summary": "Say when the event is",
        "value": {"starts_at": "2027-06-01T19:30:00+08:00", "timezone": "Asia/Taipei"},
    },
    "end": {"summary": "End the sale for good", "value": {"status": "ended"}},
}


class SectionRequest(RequestModel):
    name: SectionName
    price: Price
    subsections: PositiveCount


class SeatingConfigRequest(RequestModel):
    rows: PositiveCount
    cols: PositiveCount
    sections: Annotated[list[SectionRequest], Field(json_schema_extra={"minItems": 1})]


class EventCreateWithTicketConfigRequest(SaleRequest):
    """An event and its seats, which never change."""

    name: Name
    description: Description
    venue_name: VenueName
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
            self.given_dates(),
            self.terms(),
        )


class EventPatchRequest(SaleRequest):
    """A field that is left out stays as it is; so does one that is null, but a date, the time zone
    or the admission is taken away by it."""

    name: Name | None = None
    description: Description | None = None
    venue_name: VenueName | None = None
    is_active: StrictBool | None = None
    status: Literal["completed", "ended"] | None = None

    def to_changes(self) -> EventChanges:
        return EventChanges(
            self.name,
            self.description,
            self.venue_name,
            self.is_active,
            EventStatus(self.status) if self.status else None,
            self.given_dates(),
            self._given_admission(),
        )

    def _given_admission(self) -> GivenAdmission:
        if "admission" not in self.model_fields_set:
            return {}
        return {"admission": self.terms()}


class SectionResponse(BaseModel):
    name: str
    price: int
    subsections: Annotated[int, Field(ge=1, description="How many there are.")]


class SeatingConfigResponse(BaseModel):
    """The seats as they were asked for."""

    rows: Position
    cols: Position
    sections: list[SectionResponse]


class AdmissionResponse(BaseModel):
    """The terms of the waiting line. `max_active` is there only when it was given."""

    per_minute: Position
    max_active: Annotated[int, Field(default_factory=absent, ge=1)]
    pass_seconds: Position


class SaleResponse(BaseModel):
    """Each is there only when the event has it."""

    starts_at: Annotated[datetime, Field(default_factory=absent)]
    sale_opens_at: Annotated[datetime, Field(default_factory=absent)]
    sale_closes_at: Annotated[datetime, Field(default_factory=absent)]
    timezone: Annotated[str, Field(default_factory=absent)]
    admission: Annotated[AdmissionResponse, Field(default_factory=absent)]


class EventResponse(SaleResponse):
    """An event, without its tickets."""

    id: Id
    name: str
    description: str
    seller_id: Id
    venue_name: str
    seating_config: SeatingConfigResponse
    is_active: bool
    status: EventStatus


class Counts(BaseModel):
    available: Count
    reserved: Count
    sold: Count
    total: Count


class SubsectionCounts(Counts):
    """What is left of a subsection."""

    number: Position


class SectionDetailResponse(BaseModel):
    name: str
    price: int
    subsections: list[SubsectionCounts]


class SeatingConfigDetailResponse(BaseModel):
    """The seats, and what is left of them."""

    rows: Position
    cols: Position
    sections: list[SectionDetailResponse]


class TicketResponse(SeatResponse):
    """What stands for one seat of an event."""

    id: Id


class EventDetailResponse(SaleResponse):
    """An event, and what is left of it. `tickets` is not there with `?tickets=false`."""

    id: Id
    name: str
    description: str
    seller_id: Id
    venue_name: str
    seating_config: SeatingConfigDetailResponse
    is_active: bool
    status: EventStatus
    tickets: Annotated[list[TicketResponse], Field(default_factory=list)]


class SectionStatsResponse(Counts):
    """One version of one subsection's seats, in row and seat order."""

    event_id: Id
    section: str
    subsection: Position
    tickets: list[SeatResponse]
    total_count: Annotated[int, Field(ge=0, description="The same as `total`.")]


class SubsectionStatusResponse(Counts):
    """What is left of one subsection."""

    section: str
    subsection: Position
    price: int


class AllSubsectionStatusResponse(BaseModel):
    """One version of the counts, one entry for each subsection, in layout order."""

    event_id: Id
    version: Annotated[int, Field(ge=1, description="Grows with every change.")]
    sections: list[SubsectionStatusResponse]
    total_sections: Count


EventType = Literal["initial_status", "status_update"]


class AllSubsectionStatusMessage(AllSubsectionStatusResponse):
    """What a stream of an event's counts says. With `?delta=true` updates hold only the
    `sections` that have changed."""

    event_type: EventType


class SectionSeatsMessage(SectionStatsResponse):
    """What a stream of a subsection's seats says. With `?delta=true` updates hold only the
    `tickets` that have changed."""

    event_type: EventType
