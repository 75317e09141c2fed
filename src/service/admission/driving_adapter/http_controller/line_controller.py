"""An event's waiting line over HTTP."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from src.platform.http.authentication import OPTIONAL_SIGN_IN, SignedIn, identification
from src.platform.http.event_path import PathEvent
from src.platform.http.fast_path_route import FastPathRoute
from src.platform.http.head import HeadOfStream
from src.platform.http.live_stream import LiveStream, StreamTiming, stream_headers
from src.platform.http.operation import answer, operation_id, parameters, problems_of
from src.platform.http.responses import JsonBytes
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.service.admission.app.command.join_line_use_case import JoinLineUseCase
from src.service.admission.app.command.leave_line_use_case import LeaveLineUseCase
from src.service.admission.app.query.get_place_use_case import GetPlaceUseCase
from src.service.admission.app.query.watch_line_use_case import WatchLineUseCase
from src.service.admission.domain.errors import (
    LineOverError,
    NotInLineError,
    NoWaitingLineError,
)
from src.service.admission.driving_adapter.http_controller.problems import ADMISSION_PROBLEMS
from src.service.admission.driving_adapter.schema.line_json import END, place_body
from src.service.admission.driving_adapter.schema.line_schema import LineMessage, PlaceResponse
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    NotSignedInError,
    OutcomeUnknownError,
    StoreUnavailableError,
    TooManySubscribersError,
)
from src.service.shared_kernel.ids import EventId


@dataclass(frozen=True, slots=True)
class LineUseCases:
    """What these endpoints call."""

    join: JoinLineUseCase
    leave: LeaveLineUseCase
    get_place: GetPlaceUseCase
    watch: WatchLineUseCase
    stream_timing: StreamTiming


def _use_cases(request: Request) -> LineUseCases:
    # Not a dependency: resolving one costs as much as answering from memory.
    use_cases: LineUseCases = request.state.lines
    return use_cases


router = APIRouter(
    prefix="/api/event/{event_id}/line",
    tags=["line"],
    route_class=FastPathRoute,
    generate_unique_id_function=operation_id,
)
_problems = problems_of({**SHARED_PROBLEMS, **ADMISSION_PROBLEMS})


@router.post(
    "",
    response_model=PlaceResponse,
    responses={
        200: answer("The place, the same one however often it is asked for."),
        **_problems(
            NotSignedInError,
            ForbiddenError,
            EventNotFoundError,
            NoWaitingLineError,
            LineOverError,
            StoreUnavailableError,
            OutcomeUnknownError,
        ),
    },
)
async def join_line(request: Request, event_id: PathEvent, caller: SignedIn) -> Response:
    """Join the line, once for each account. Those who join before the opening are shuffled at it."""
    return JsonBytes(place_body(await _use_cases(request).join.execute(caller, EventId(event_id))))


@router.get(
    "",
    response_model=PlaceResponse,
    responses={
        200: answer("The place as it is now."),
        **_problems(
            NotSignedInError,
            ForbiddenError,
            EventNotFoundError,
            NoWaitingLineError,
            NotInLineError,
            StoreUnavailableError,
        ),
    },
)
async def get_place_in_line(request: Request, event_id: PathEvent, caller: SignedIn) -> Response:
    """One's own place in the line."""
    return JsonBytes(
        place_body(await _use_cases(request).get_place.execute(caller, EventId(event_id)))
    )


@router.delete(
    "",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses={
        204: answer("The place is given up, and the pass with it."),
        **_problems(
            NotSignedInError,
            ForbiddenError,
            EventNotFoundError,
            NoWaitingLineError,
            StoreUnavailableError,
            OutcomeUnknownError,
        ),
    },
)
async def leave_line(request: Request, event_id: PathEvent, caller: SignedIn) -> Response:
    """Leave the line. Who joins again before their number was served has the same place, and is at the
    end otherwise. Repeating it changes nothing."""
    await _use_cases(request).leave.execute(caller, EventId(event_id))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get(
    "/sse",
    status_code=HTTPStatus.OK,
    response_class=LiveStream,
    openapi_extra={**OPTIONAL_SIGN_IN, **parameters("Last-Event-ID")},
    responses={
        204: answer("The line is over, and `Last-Event-ID` is that of its last message."),
        200: {
            **answer(
                "A stream of Server-Sent Events that goes on until the sale is over: the line as it"
                " is, then again at most once a second while it changes. `data` is JSON."
            ),
            "model": LineMessage,
        },
        **_problems(
            NotSignedInError,
            EventNotFoundError,
            NoWaitingLineError,
            StoreUnavailableError,
            TooManySubscribersError,
        ),
    },
)
async def stream_line(request: Request, event_id: PathEvent) -> Response:
    """The line as it moves, the same for everybody: who waits need not ask for their place."""
    subscriber = await _use_cases(request).watch.execute(
        await identification(request),
        EventId(event_id),
        has_seen_the_end=request.headers.get("last-event-id") == END,
    )
    if subscriber is None:
        # Which tells an EventSource not to come back.
        return Response(status_code=HTTPStatus.NO_CONTENT)
    if request.method == "HEAD":
        subscriber.close()
        return HeadOfStream(stream_headers(request.scope), LiveStream.media_type)
    return LiveStream(subscriber, _use_cases(request).stream_timing)
