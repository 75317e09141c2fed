"""The door of an event over HTTP."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from src.platform.http.authentication import SignedIn
from src.platform.http.event_path import PathEvent
from src.platform.http.fast_path_route import FastPathRoute
from src.platform.http.operation import answer, operation_id, problems_of
from src.platform.http.responses import JsonBytes
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.service.box_office.app.command.check_in_use_case import CheckInUseCase
from src.service.box_office.app.query.count_checked_in_use_case import CountCheckedInUseCase
from src.service.box_office.domain.errors import AlreadyCheckedInError, NoSuchTicketError
from src.service.box_office.driving_adapter.http_controller.problems import BOX_OFFICE_PROBLEMS
from src.service.box_office.driving_adapter.schema.ticket_json import check_in_body, door_body
from src.service.box_office.driving_adapter.schema.ticket_schema import (
    CHECK_IN_EXAMPLES,
    CheckInRequest,
    CheckInResponse,
    DoorResponse,
)
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    NotSignedInError,
    OutcomeUnknownError,
    StoreUnavailableError,
)
from src.service.shared_kernel.ids import EventId


@dataclass(frozen=True, slots=True)
class DoorUseCases:
    """What these endpoints call."""

    check_in: CheckInUseCase
    count: CountCheckedInUseCase


def _use_cases(request: Request) -> DoorUseCases:
    # Not a dependency: resolving one costs as much as answering from memory.
    use_cases: DoorUseCases = request.state.door
    return use_cases


router = APIRouter(
    prefix="/api/event/{event_id}/check_in",
    tags=["box office"],
    route_class=FastPathRoute,
    generate_unique_id_function=operation_id,
)
_problems = problems_of({**SHARED_PROBLEMS, **BOX_OFFICE_PROBLEMS})
_DOOR_PROBLEMS = (NotSignedInError, ForbiddenError, EventNotFoundError, StoreUnavailableError)


@router.post(
    "",
    response_model=CheckInResponse,
    responses={
        200: answer("The ticket is used now."),
        **_problems(*_DOOR_PROBLEMS, NoSuchTicketError, AlreadyCheckedInError, OutcomeUnknownError),
    },
)
async def check_in(
    request: Request,
    event_id: PathEvent,
    body: Annotated[CheckInRequest, Body(openapi_examples=CHECK_IN_EXAMPLES)],
    caller: SignedIn,
) -> Response:
    """Let somebody in with a ticket of one's own event: each ticket once, whatever the number of doors."""
    entered = await _use_cases(request).check_in.execute(caller, EventId(event_id), body.code)
    return JsonBytes(check_in_body(EventId(event_id), entered))


@router.get(
    "",
    response_model=DoorResponse,
    responses={200: answer("The counts as they are now."), **_problems(*_DOOR_PROBLEMS)},
)
async def count_checked_in(request: Request, event_id: PathEvent, caller: SignedIn) -> Response:
    """How many are in, of how many seats that are sold."""
    counts = await _use_cases(request).count.execute(caller, EventId(event_id))
    return JsonBytes(door_body(EventId(event_id), counts))
