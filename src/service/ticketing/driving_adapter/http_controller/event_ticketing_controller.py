"""Events, their seats, and their live streams over HTTP."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from src.platform.http.authentication import (
    OPTIONAL_SIGN_IN,
    SignedIn,
    identification,
    optional_caller,
)
from src.platform.http.conditions import not_modified, required_tags
from src.platform.http.connected import while_connected
from src.platform.http.event_path import PathEvent
from src.platform.http.fast_path_route import FastPathRoute
from src.platform.http.head import HeadOfStream
from src.platform.http.idempotency_key import IdempotencyKeyHeader, key_of
from src.platform.http.live_stream import LiveStream
from src.platform.http.operation import answer, operation_id, parameters, problems_of
from src.platform.http.paging import Cursor, Limit, next_link
from src.platform.http.responses import JsonBytes
from src.platform.http.seat_text import SEATS_IN_A_PIECE
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.service.shared_kernel.deadline import deadline
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    NotSignedInError,
    OutcomeUnknownError,
    OverloadedError,
    SeatStateMissingError,
    StoreUnavailableError,
    SubsectionNotFoundError,
    TooManySubscribersError,
)
from src.service.shared_kernel.idempotency import (
    IdempotencyInFlightError,
    IdempotencyMismatchError,
)
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.lane import Slot
from src.service.shared_kernel.paging import DEFAULT_PAGE
from src.service.shared_kernel.seat_state import EventSeatState
from src.service.shared_kernel.seating import SubsectionKey
from src.service.ticketing.app.query.get_event_use_case import EventDetail
from src.service.ticketing.app.query.list_events_use_case import WantedEvents
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event
from src.service.ticketing.domain.errors import (
    CreationOverdueError,
    PreconditionFailedError,
    StatusChangeError,
)
from src.service.ticketing.driving_adapter.http_controller.event_parameters import (
    Delta,
    PathSection,
    PathSubsection,
    Search,
    Seller,
    Sort,
    StartsAfter,
    StartsBefore,
    WithTickets,
)
from src.service.ticketing.driving_adapter.http_controller.event_stream import open_stream
from src.service.ticketing.driving_adapter.http_controller.event_use_cases import use_cases_of
from src.service.ticketing.driving_adapter.http_controller.problems import TICKETING_PROBLEMS
from src.service.ticketing.driving_adapter.schema.event_json import (
    event_body,
    event_detail_pieces,
    events_body,
)
from src.service.ticketing.driving_adapter.schema.event_schema import (
    CREATE_EXAMPLES,
    PATCH_EXAMPLES,
    AllSubsectionStatusMessage,
    AllSubsectionStatusResponse,
    EventCreateWithTicketConfigRequest,
    EventDetailResponse,
    EventPatchRequest,
    EventResponse,
    SectionSeatsMessage,
    SectionStatsResponse,
)
from src.service.ticketing.driving_adapter.schema.seat_state_json import (
    subsection_pieces,
)

# What takes longer than other requests may.
_CREATION_SECONDS = 90.0
_DETAIL_SECONDS = 10.0

router = APIRouter(
    prefix="/api/event",
    tags=["event"],
    route_class=FastPathRoute,
    generate_unique_id_function=operation_id,
)
_problems = problems_of({**SHARED_PROBLEMS, **TICKETING_PROBLEMS})

_SEAT_STATE_PROBLEMS = (
    NotSignedInError,
    EventNotFoundError,
    StoreUnavailableError,
    SeatStateMissingError,
)
_STREAM: dict[str, Any] = {"status_code": HTTPStatus.OK, "response_class": LiveStream}
_STREAM_ANSWER = (
    "A stream of Server-Sent Events that goes on until the event is over: `initial_status`, then a"
    " `status_update` for each change. `data` is JSON, `id` the version of the state."
)
_NO_STREAM = answer("The event is over, and its last state is the one of `Last-Event-ID`.")
_STREAM_EXTRA = {**OPTIONAL_SIGN_IN, **parameters("Last-Event-ID")}
_STATE_EXTRA = {**OPTIONAL_SIGN_IN, **parameters("If-None-Match")}
_NOT_MODIFIED = answer("The state is still the one of `If-None-Match`.", "ETag")


# Routes are tried in this order, so what is asked for most comes first.


@router.get(
    "/{event_id}/all_subsection_status",
    response_model=AllSubsectionStatusResponse,
    openapi_extra=_STATE_EXTRA,
    responses={
        200: answer("One version of the counts, of every subsection.", "ETag"),
        304: _NOT_MODIFIED,
        **_problems(*_SEAT_STATE_PROBLEMS),
    },
)
async def list_all_subsection_status(request: Request, event_id: PathEvent) -> Response:
    """How many seats of each subsection are available, reserved and sold."""
    use_cases = use_cases_of(request)
    state = await use_cases.list_all_subsection_status.execute(
        await identification(request), EventId(event_id)
    )
    return _unless_known(request, state) or JsonBytes(
        use_cases.seat_state_bodies.all_subsection_status(state), headers=_etag(state)
    )


@router.get(
    "/{event_id}/sections/{section}/subsection/{subsection}/seats",
    response_model=SectionStatsResponse,
    openapi_extra=_STATE_EXTRA,
    responses={
        200: answer("One version of the seats, and their counts.", "ETag"),
        304: _NOT_MODIFIED,
        **_problems(SubsectionNotFoundError, *_SEAT_STATE_PROBLEMS),
    },
)
async def list_section_seats(
    request: Request,
    event_id: PathEvent,
    section: PathSection,
    subsection: PathSubsection,
) -> Response:
    """Every seat of one subsection, in row and seat order."""
    key = SubsectionKey.named(section, subsection)
    use_cases = use_cases_of(request)
    state = await use_cases.list_section_seats.execute(
        await identification(request), EventId(event_id), key
    )
    if (known := _unless_known(request, state)) is not None:
        return known
    if state.config.seats_per_subsection <= SEATS_IN_A_PIECE:
        return JsonBytes(use_cases.seat_state_bodies.subsection(state), headers=_etag(state))
    if request.method == "HEAD":
        return HeadOfStream(_etag(state), JsonBytes.media_type)
    long_answers = use_cases.long_answers
    return long_answers.answer(
        subsection_pieces(state), await long_answers.acquire(request), headers=_etag(state)
    )


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=EventResponse,
    responses={
        201: answer("The event, with all of its tickets made.", "Location"),
        **_problems(
            NotSignedInError,
            ForbiddenError,
            IdempotencyInFlightError,
            IdempotencyMismatchError,
            StoreUnavailableError,
            OutcomeUnknownError,
            OverloadedError,
            CreationOverdueError,
        ),
    },
)
async def create_event(
    request: Request,
    body: Annotated[EventCreateWithTicketConfigRequest, Body(openapi_examples=CREATE_EXAMPLES)],
    caller: SignedIn,
    idempotency_key: IdempotencyKeyHeader = None,
) -> Response:
    """Create an event; every seat's ticket exists when this answers."""
    key = key_of(idempotency_key, body)
    with deadline(_CREATION_SECONDS):
        event = await while_connected(
            request, use_cases_of(request).create.execute(caller, body.to_command(), key)
        )
    return JsonBytes(
        event_body(event),
        status_code=HTTPStatus.CREATED,
        headers={"Location": f"/api/event/{event.id}"},
    )


@router.get(
    "",
    response_model=list[EventResponse],
    openapi_extra=OPTIONAL_SIGN_IN,
    responses={
        200: answer("One page of events, without tickets.", "Link"),
        **_problems(NotSignedInError, StoreUnavailableError, OverloadedError),
    },
)
async def list_events(
    request: Request,
    seller_id: Seller = None,
    q: Search = None,
    starts_after: StartsAfter = None,
    starts_before: StartsBefore = None,
    sort: Sort = None,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Response:
    """Events on sale, newest first; a seller who asks for their own sees all of them."""
    page = await use_cases_of(request).list.execute(
        await identification(request),
        WantedEvents(
            None if seller_id is None else UserId(seller_id),
            q,
            starts_after,
            starts_before,
            by_start=sort is not None,
        ),
        limit=limit,
        cursor=cursor,
    )
    return JsonBytes(await events_body(page), headers=next_link(request, page))


@router.get(
    "/{event_id}",
    response_model=EventDetailResponse,
    openapi_extra=OPTIONAL_SIGN_IN,
    responses={
        200: answer("The event, what is left of each subsection, and the tickets.", "ETag"),
        **_problems(*_SEAT_STATE_PROBLEMS),
    },
)
async def get_event(request: Request, event_id: PathEvent, tickets: WithTickets = True) -> Response:
    """One event with what is left of each subsection, and every ticket."""
    use_cases = use_cases_of(request)
    caller = await optional_caller(request)
    if not tickets or request.method == "HEAD":
        detail = await use_cases.get.execute(caller, EventId(event_id), with_tickets=False)
        if tickets:
            return HeadOfStream(_row_etag(detail.event), JsonBytes.media_type)
        return JsonBytes(b"".join(event_detail_pieces(detail)), headers=_row_etag(detail.event))

    async def read() -> tuple[Slot, EventDetail]:
        slot = await use_cases.long_answers.acquire(request)
        try:
            with deadline(_DETAIL_SECONDS):
                detail = await use_cases.get.execute(caller, EventId(event_id), with_tickets=True)
        except BaseException:
            slot.release()
            raise
        return slot, detail

    slot, detail = await while_connected(request, read())
    return use_cases.long_answers.answer(
        event_detail_pieces(detail), slot, headers=_row_etag(detail.event)
    )


@router.patch(
    "/{event_id}",
    response_model=EventResponse,
    openapi_extra=parameters("If-Match"),
    responses={
        200: answer("The event as it is now, without tickets.", "ETag"),
        **_problems(
            NotSignedInError,
            ForbiddenError,
            EventNotFoundError,
            StatusChangeError,
            PreconditionFailedError,
            StoreUnavailableError,
            OutcomeUnknownError,
        ),
    },
)
async def update_event(
    request: Request,
    event_id: PathEvent,
    body: Annotated[EventPatchRequest, Body(openapi_examples=PATCH_EXAMPLES)],
    caller: SignedIn,
) -> Response:
    """Change an event of one's own, or close its sale for good; with If-Match, only as it was seen."""
    tags = required_tags(request)
    event = await use_cases_of(request).update.execute(
        caller,
        EventId(event_id),
        body.to_changes(),
        revisions=None if tags is None else [tag.strip('"') for tag in tags],
    )
    return JsonBytes(event_body(event), headers=_row_etag(event))


@router.get(
    "/{event_id}/all_subsection_status/sse",
    **_STREAM,
    openapi_extra=_STREAM_EXTRA,
    responses={
        204: _NO_STREAM,
        200: {**answer(_STREAM_ANSWER), "model": AllSubsectionStatusMessage},
        **_problems(*_SEAT_STATE_PROBLEMS, TooManySubscribersError),
    },
)
async def stream_all_subsection_status(
    request: Request, event_id: PathEvent, delta: Delta = False
) -> Response:
    """The counts of every subsection as they change, as Server-Sent Events."""
    return await open_stream(request, EventId(event_id), None, delta=delta)


@router.get(
    "/{event_id}/sections/{section}/subsection/{subsection}/seats/sse",
    **_STREAM,
    openapi_extra=_STREAM_EXTRA,
    responses={
        204: _NO_STREAM,
        200: {**answer(_STREAM_ANSWER), "model": SectionSeatsMessage},
        **_problems(
            SubsectionNotFoundError,
            *_SEAT_STATE_PROBLEMS,
            TooManySubscribersError,
        ),
    },
)
async def stream_section_seats(
    request: Request,
    event_id: PathEvent,
    section: PathSection,
    subsection: PathSubsection,
    delta: Delta = False,
) -> Response:
    """The seats of one subsection as they change, as Server-Sent Events."""
    key = SubsectionKey.named(section, subsection)
    return await open_stream(request, EventId(event_id), key, delta=delta)


def _etag(state: EventSeatState) -> dict[str, str]:
    return {"ETag": f'"{state.version}"', "Cache-Control": "no-cache"}


def _row_etag(event: Event) -> dict[str, str]:
    """For If-Match. The detail also holds seats, so this tag never answers an If-None-Match: no
    cache may keep the answer, and so its tag stays strong when it is compressed."""
    return {"ETag": f'"{event.revision}"', "Cache-Control": "no-store"}


def _unless_known(request: Request, state: EventSeatState) -> Response | None:
    if not not_modified(request, f'"{state.version}"'):
        return None
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=_etag(state))
