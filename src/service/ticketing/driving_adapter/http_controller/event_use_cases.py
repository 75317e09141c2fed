"""What the endpoints of events call."""

from dataclasses import dataclass

from fastapi import Request

from src.platform.http.live_stream import StreamTiming
from src.platform.http.long_answers import LongAnswers
from src.service.reservation.app.query.list_all_subsection_status_use_case import (
    ListAllSubsectionStatusUseCase,
)
from src.service.reservation.app.query.list_section_seats_detail_use_case import (
    ListSectionSeatsDetailUseCase,
)
from src.service.ticketing.app.command.create_event_and_tickets_use_case import (
    CreateEventAndTicketsUseCase,
)
from src.service.ticketing.app.command.update_event_use_case import UpdateEventUseCase
from src.service.ticketing.app.query.get_event_use_case import GetEventUseCase
from src.service.ticketing.app.query.list_events_use_case import ListEventsUseCase
from src.service.ticketing.app.query.watch_event_use_case import WatchEventUseCase
from src.service.ticketing.driving_adapter.schema.seat_state_bodies import SeatStateBodies


@dataclass(frozen=True, slots=True)
class EventUseCases:
    create: CreateEventAndTicketsUseCase
    update: UpdateEventUseCase
    get: GetEventUseCase
    list: ListEventsUseCase
    list_all_subsection_status: ListAllSubsectionStatusUseCase
    list_section_seats: ListSectionSeatsDetailUseCase
    watch: WatchEventUseCase
    stream_timing: StreamTiming
    long_answers: LongAnswers
    seat_state_bodies: SeatStateBodies


def use_cases_of(request: Request) -> EventUseCases:
    # Not a dependency: resolving one costs as much as answering from memory.
    use_cases: EventUseCases = request.scope["state"]["events"]
    return use_cases
