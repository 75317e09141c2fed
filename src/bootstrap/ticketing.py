"""The ticketing context: its ports in, its use cases out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from src.platform.http.live_stream import StreamTiming
from src.platform.http.long_answers import LongAnswers
from src.service.reservation.app.query.list_all_subsection_status_use_case import (
    ListAllSubsectionStatusUseCase,
)
from src.service.reservation.app.query.list_section_seats_detail_use_case import (
    ListSectionSeatsDetailUseCase,
)
from src.service.shared_kernel.event_directory import EventDirectory
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.lane import Lane
from src.service.shared_kernel.seat_state import SeatStateQuery
from src.service.shared_kernel.seating import SeatingLimits
from src.service.shared_kernel.subscriber import SubscriberLimit
from src.service.ticketing.app.command.create_event_and_tickets_use_case import (
    CreateEventAndTicketsUseCase,
)
from src.service.ticketing.app.command.remove_stale_drafts_use_case import RemoveStaleDraftsUseCase
from src.service.ticketing.app.command.update_event_use_case import UpdateEventUseCase
from src.service.ticketing.app.interface.event_state_updates import EventStateUpdates
from src.service.ticketing.app.interface.event_ticketing_repository import EventTicketingRepository
from src.service.ticketing.app.interface.event_topic_setup import EventTopicSetup
from src.service.ticketing.app.interface.init_event_and_tickets_state_handler import (
    InitEventAndTicketsStateHandler,
)
from src.service.ticketing.app.interface.live_holds import ReleaseLiveHolds
from src.service.ticketing.app.interface.seat_owners import HasSeats
from src.service.ticketing.app.live.event_state_hub import EventStateHub
from src.service.ticketing.app.live.stream_figures import StreamFigures
from src.service.ticketing.app.query.get_event_use_case import GetEventUseCase
from src.service.ticketing.app.query.list_events_use_case import ListEventsUseCase
from src.service.ticketing.app.query.watch_event_use_case import WatchEventUseCase
from src.service.ticketing.driving_adapter.http_controller.event_use_cases import EventUseCases
from src.service.ticketing.driving_adapter.schema.seat_state_bodies import SeatStateBodies

_LANE_TIMEOUT_SECONDS = 2.0
_LARGE_EVENT_TIMEOUT_SECONDS = 5.0

# One holds about a megabyte of an event with 100,000 seats.
_LONG_ANSWERS_AT_ONCE = 32
_LONG_ANSWER_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class TicketingPorts:
    """What the context needs of the world. `release_live_holds`, `has_seats` and the two reads of
    seats are the reservation context's."""

    repository: EventTicketingRepository
    directory: EventDirectory
    init_state: InitEventAndTicketsStateHandler
    seat_state: SeatStateQuery
    updates: EventStateUpdates
    topic: EventTopicSetup
    release_live_holds: ReleaseLiveHolds
    has_seats: HasSeats
    list_all_subsection_status: ListAllSubsectionStatusUseCase
    list_section_seats: ListSectionSeatsDetailUseCase
    on_step_back: Callable[[EventId], None]
    subscriber_limit: SubscriberLimit
    stream_figures: StreamFigures


@dataclass(frozen=True, slots=True)
class TicketingPolicy:
    """The operator's choices. Times that are numbers are in seconds."""

    limits: SeatingLimits
    draft_ttl: timedelta
    merge_window: float
    stream_timing: StreamTiming


@dataclass(frozen=True, slots=True)
class TicketingContext:
    """The use cases: those of the endpoints, that of background work, and the hub of all streams."""

    endpoints: EventUseCases
    hub: EventStateHub
    remove_stale_drafts: RemoveStaleDraftsUseCase


def build_ticketing(ports: TicketingPorts, policy: TicketingPolicy) -> TicketingContext:
    hub = EventStateHub(
        ports.seat_state,
        ports.updates,
        ports.directory,
        merge_window=policy.merge_window,
        limit=ports.subscriber_limit,
        figures=ports.stream_figures,
        on_step_back=ports.on_step_back,
    )
    return TicketingContext(
        endpoints=EventUseCases(
            create=CreateEventAndTicketsUseCase(
                ports.repository,
                ports.init_state,
                ports.topic,
                limits=policy.limits,
                small=Lane("create events", at_once=4, timeout=_LANE_TIMEOUT_SECONDS),
                # Two large ones at once take longer than one after the other.
                large=Lane("create large events", at_once=1, timeout=_LARGE_EVENT_TIMEOUT_SECONDS),
            ),
            update=UpdateEventUseCase(
                ports.repository, ports.directory, ports.release_live_holds, hub
            ),
            get=GetEventUseCase(ports.repository, ports.seat_state, ports.has_seats),
            list=ListEventsUseCase(ports.repository),
            list_all_subsection_status=ports.list_all_subsection_status,
            list_section_seats=ports.list_section_seats,
            watch=WatchEventUseCase(ports.directory, hub),
            stream_timing=policy.stream_timing,
            long_answers=LongAnswers(
                at_once=_LONG_ANSWERS_AT_ONCE,
                timeout=_LONG_ANSWER_TIMEOUT_SECONDS,
                send_timeout=policy.stream_timing.send_timeout,
            ),
            seat_state_bodies=SeatStateBodies(),
        ),
        hub=hub,
        remove_stale_drafts=RemoveStaleDraftsUseCase(
            ports.repository, ports.init_state, older_than=policy.draft_ttl
        ),
    )
