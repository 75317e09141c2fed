"""A buyer's reservations over HTTP."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response

from src.platform.http.authentication import SignedIn
from src.platform.http.connected import while_connected
from src.platform.http.fast_path_route import FastPathRoute
from src.platform.http.idempotency_key import IdempotencyKeyHeader, key_of
from src.platform.http.operation import answer, operation_id, problems_of
from src.platform.http.paging import Cursor, Limit, next_link
from src.platform.http.reservation_path import PathReservation, reservation_id_of
from src.platform.http.responses import JsonBytes
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.service.reservation.app.command.cancel_reservation_use_case import (
    CancelReservationUseCase,
)
from src.service.reservation.app.command.confirm_reservation_use_case import (
    ConfirmReservationUseCase,
)
from src.service.reservation.app.command.release_reservation_use_case import (
    ReleaseReservationUseCase,
)
from src.service.reservation.app.command.release_seat_use_case import ReleaseSeatUseCase
from src.service.reservation.app.command.reserve_seats_use_case import ReserveSeatsUseCase
from src.service.reservation.app.query.get_reservation_use_case import GetReservationUseCase
from src.service.reservation.app.query.list_reservations_use_case import ListReservationsUseCase
from src.service.reservation.domain.errors import (
    EventOverError,
    NotAdmittedError,
    NotEnoughSeatsError,
    NotOnSaleError,
    ReservationNotLiveError,
    SeatNotFoundError,
    SeatsTakenError,
    TicketUsedError,
    TooManySeatsHeldError,
    TooMuchContentionError,
)
from src.service.reservation.domain.reservation import BestAvailable
from src.service.reservation.driving_adapter.http_controller.problems import RESERVATION_PROBLEMS
from src.service.reservation.driving_adapter.schema.reservation_json import (
    reservation_body,
    reservations_body,
)
from src.service.reservation.driving_adapter.schema.reservation_schema import (
    CANCEL_EXAMPLES,
    RESERVE_EXAMPLES,
    CancelRequest,
    ReservationRequest,
    ReservationResponse,
)
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    NotConfirmedError,
    NotSignedInError,
    OutcomeUnknownError,
    OverloadedError,
    ReservationNotFoundError,
    SeatStateMissingError,
    StoreUnavailableError,
)
from src.service.shared_kernel.idempotency import (
    IdempotencyInFlightError,
    IdempotencyMismatchError,
)
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.paging import DEFAULT_PAGE
from src.service.shared_kernel.seating import SeatId


@dataclass(frozen=True, slots=True)
class ReservationUseCases:
    """What these endpoints call."""

    reserve: ReserveSeatsUseCase
    confirm: ConfirmReservationUseCase
    release: ReleaseReservationUseCase
    release_seat: ReleaseSeatUseCase
    cancel: CancelReservationUseCase
    get: GetReservationUseCase
    list: ListReservationsUseCase


def _use_cases(request: Request) -> ReservationUseCases:
    # Not a dependency: resolving one costs as much as answering from memory.
    use_cases: ReservationUseCases = request.state.reservations
    return use_cases


router = APIRouter(
    prefix="/api/reservation",
    tags=["reservation"],
    route_class=FastPathRoute,
    generate_unique_id_function=operation_id,
)
_problems = problems_of({**SHARED_PROBLEMS, **RESERVATION_PROBLEMS})

_CHANGE_ERRORS = (
    NotSignedInError,
    ForbiddenError,
    ReservationNotFoundError,
    ReservationNotLiveError,
    StoreUnavailableError,
    OutcomeUnknownError,
    SeatStateMissingError,
)
_NO_REASON = CancelRequest()
_CHANGE_PROBLEMS = _problems(*_CHANGE_ERRORS)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=ReservationResponse,
    responses={
        201: answer("The reservation, whose seats are held.", "Location"),
        **_problems(
            NotSignedInError,
            ForbiddenError,
            EventNotFoundError,
            NotOnSaleError,
            NotAdmittedError,
            SeatsTakenError,
            NotEnoughSeatsError,
            TooManySeatsHeldError,
            IdempotencyInFlightError,
            IdempotencyMismatchError,
            StoreUnavailableError,
            OutcomeUnknownError,
            OverloadedError,
            SeatStateMissingError,
            TooMuchContentionError,
        ),
    },
)
async def reserve_seats(
    request: Request,
    body: Annotated[ReservationRequest, Body(openapi_examples=RESERVE_EXAMPLES)],
    caller: SignedIn,
    idempotency_key: IdempotencyKeyHeader = None,
) -> Response:
    """Hold seats until `expires_at`: all of them or none."""
    wanted = body.to_wanted()
    reserving = _use_cases(request).reserve.execute(
        caller, EventId(body.event_id), wanted, key_of(idempotency_key, body)
    )
    if isinstance(wanted, BestAvailable):  # may have to queue
        reserving = while_connected(request, reserving)
    reservation = await reserving
    return JsonBytes(
        reservation_body(reservation),
        status_code=HTTPStatus.CREATED,
        headers={"Location": f"/api/reservation/{reservation.id}"},
    )


@router.get(
    "",
    response_model=list[ReservationResponse],
    responses={
        200: answer("One page of reservations.", "Link"),
        **_problems(NotSignedInError, ForbiddenError, StoreUnavailableError),
    },
)
async def list_reservations(
    request: Request,
    caller: SignedIn,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Response:
    """One's own reservations, newest first."""
    page = await _use_cases(request).list.execute(caller, limit=limit, cursor=cursor)
    return JsonBytes(reservations_body(page.items), headers=next_link(request, page))


@router.get(
    "/{reservation_id}",
    response_model=ReservationResponse,
    responses={
        200: answer("The reservation as it is now."),
        **_problems(
            NotSignedInError, ForbiddenError, ReservationNotFoundError, StoreUnavailableError
        ),
    },
)
async def get_reservation(
    request: Request, reservation_id: PathReservation, caller: SignedIn
) -> Response:
    """One of one's own reservations."""
    reservation = await _use_cases(request).get.execute(caller, reservation_id_of(reservation_id))
    return JsonBytes(reservation_body(reservation))


@router.post(
    "/{reservation_id}/confirm",
    response_model=ReservationResponse,
    responses={200: answer("The reservation, whose seats are sold."), **_CHANGE_PROBLEMS},
)
async def confirm_reservation(
    request: Request, reservation_id: PathReservation, caller: SignedIn
) -> Response:
    """Buy the seats. Repeating it changes nothing."""
    reservation = await _use_cases(request).confirm.execute(
        caller, reservation_id_of(reservation_id)
    )
    return JsonBytes(reservation_body(reservation))


@router.delete(
    "/{reservation_id}",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses={204: answer("The seats are available again."), **_CHANGE_PROBLEMS},
)
async def release_reservation(
    request: Request, reservation_id: PathReservation, caller: SignedIn
) -> Response:
    """Let the seats go. Repeating it changes nothing."""
    await _use_cases(request).release.execute(caller, reservation_id_of(reservation_id))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.delete(
    "/{reservation_id}/seats/{seat_identifier}",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses={
        204: answer("The seat is available again."),
        **_problems(*_CHANGE_ERRORS, SeatNotFoundError),
    },
)
async def release_seat(
    request: Request,
    reservation_id: PathReservation,
    seat_identifier: Annotated[
        str, Path(description="The seat's `seat_identifier`.", examples=["A-1-1-1"])
    ],
    caller: SignedIn,
) -> Response:
    """Let one seat of a hold go; with the last one the hold ends. Repeating it changes nothing."""
    known = reservation_id_of(reservation_id)
    if (seat := SeatId.parse(seat_identifier)) is None:
        raise SeatNotFoundError("There is no such seat.")
    await _use_cases(request).release_seat.execute(caller, known, seat)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post(
    "/{reservation_id}/cancel",
    response_model=ReservationResponse,
    responses={
        200: answer("The reservation, whose seats are available again."),
        **_problems(
            NotSignedInError,
            ForbiddenError,
            ReservationNotFoundError,
            NotConfirmedError,
            EventOverError,
            TicketUsedError,
            StoreUnavailableError,
            OutcomeUnknownError,
        ),
    },
)
async def cancel_reservation(
    request: Request,
    reservation_id: PathReservation,
    caller: SignedIn,
    body: Annotated[CancelRequest, Body(openapi_examples=CANCEL_EXAMPLES)] = _NO_REASON,
) -> Response:
    """Take a sale back, as the seller of its event: the tickets are void. Repeating it changes nothing,
    and the first reason stays."""
    reservation = await _use_cases(request).cancel.execute(
        caller, reservation_id_of(reservation_id), body.reason
    )
    return JsonBytes(reservation_body(reservation))
