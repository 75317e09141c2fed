"""An event's house seats over HTTP."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response

from src.platform.http.authentication import SignedIn
from src.platform.http.fast_path_route import FastPathRoute
from src.platform.http.operation import answer, operation_id, problems_of
from src.platform.http.parameters import Number
from src.platform.http.responses import JsonBytes
from src.platform.http.schema import ID_SCHEMA
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.service.reservation.app.command.free_house_seats_use_case import FreeHouseSeatsUseCase
from src.service.reservation.app.command.take_house_seats_use_case import TakeHouseSeatsUseCase
from src.service.reservation.app.query.list_house_seats_use_case import ListHouseSeatsUseCase
from src.service.reservation.domain.errors import (
    EventOverError,
    NotEnoughSeatsError,
    SeatsTakenError,
)
from src.service.reservation.driving_adapter.http_controller.problems import RESERVATION_PROBLEMS
from src.service.reservation.driving_adapter.schema.house_seats_json import house_seats_body
from src.service.reservation.driving_adapter.schema.house_seats_schema import (
    HOUSE_SEATS_EXAMPLES,
    HouseSeatsRequest,
    HouseSeatsResponse,
)
from src.service.shared_kernel.deadline import deadline
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    NotSignedInError,
    OutcomeUnknownError,
    SeatStateMissingError,
    StoreUnavailableError,
)
from src.service.shared_kernel.ids import EventId


@dataclass(frozen=True, slots=True)
class HouseSeatUseCases:
    """What these endpoints call."""

    take: TakeHouseSeatsUseCase
    free: FreeHouseSeatsUseCase
    list: ListHouseSeatsUseCase


def _use_cases(request: Request) -> HouseSeatUseCases:
    use_cases: HouseSeatUseCases = request.state.house_seats
    return use_cases


router = APIRouter(
    prefix="/api/event/{event_id}/house_seats",
    tags=["reservation"],
    route_class=FastPathRoute,
    generate_unique_id_function=operation_id,
)
_problems = problems_of({**SHARED_PROBLEMS, **RESERVATION_PROBLEMS})
# A subsection may have many seats, which go in steps; each of them has the stores' timeouts.
_SECONDS = 30.0
_WHOSE = (NotSignedInError, ForbiddenError, EventNotFoundError)

PathId = Annotated[Number, Path(description="The event's `id`.", json_schema_extra=ID_SCHEMA)]
WhichSeats = Annotated[HouseSeatsRequest, Body(openapi_examples=HOUSE_SEATS_EXAMPLES)]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=HouseSeatsResponse,
    responses={
        201: answer("The seats that are off sale since."),
        **_problems(
            *_WHOSE,
            EventOverError,
            SeatsTakenError,
            NotEnoughSeatsError,
            StoreUnavailableError,
            OutcomeUnknownError,
            SeatStateMissingError,
        ),
    },
)
async def take_house_seats(
    request: Request, event_id: PathId, caller: SignedIn, body: WhichSeats
) -> Response:
    """Take free seats off sale, as the event's seller: named ones all or none, or all that are free in a
    subsection. They show as reserved, and stay so until they are freed or the event is over."""
    with deadline(_SECONDS):
        taken = await _use_cases(request).take.execute(caller, EventId(event_id), body.to_wanted())
    return JsonBytes(await house_seats_body(taken), status_code=HTTPStatus.CREATED)


@router.get(
    "",
    response_model=HouseSeatsResponse,
    responses={
        200: answer("Every house seat of the event."),
        **_problems(*_WHOSE, StoreUnavailableError),
    },
)
async def list_house_seats(request: Request, event_id: PathId, caller: SignedIn) -> Response:
    """The house seats of one's own event."""
    house = await _use_cases(request).list.execute(caller, EventId(event_id))
    return JsonBytes(await house_seats_body(house))


@router.delete(
    "",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses={
        204: answer("Those of the seats that were house seats are on sale again."),
        **_problems(*_WHOSE, StoreUnavailableError, OutcomeUnknownError, SeatStateMissingError),
    },
)
async def free_house_seats(
    request: Request, event_id: PathId, caller: SignedIn, body: WhichSeats
) -> Response:
    """Put house seats on sale again: named ones, or all of a subsection. Others are left alone."""
    with deadline(_SECONDS):
        await _use_cases(request).free.execute(caller, EventId(event_id), body.to_wanted())
    return Response(status_code=HTTPStatus.NO_CONTENT)
