"""A buyer's reservations over HTTP."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from src.platform.http.authentication import SignedIn
from src.platform.http.connected import while_connected
from src.platform.http.parameters import Number
from src.platform.http.problems import PROBLEM_RESPONSES
from src.platform.http.quick_route import QuickRoute
from src.platform.http.responses import JsonBytes, next_link
from src.service.reservation.app.command.confirm_reservation_use_case import (
    ConfirmReservationUseCase,
)
from src.service.reservation.app.command.release_reservation_use_case import (
    ReleaseReservationUseCase,
)
from src.service.reservation.app.command.reserve_seats_use_case import ReserveSeatsUseCase
from src.service.reservation.app.query.get_reservation_use_case import GetReservationUseCase
from src.service.reservation.app.query.list_reservations_use_case import ListReservationsUseCase
from src.service.reservation.domain.errors import ReservationNotFoundError
from src.service.reservation.domain.reservation import BestAvailable
from src.service.reservation.driving_adapter.schema.reservation_json import (
    reservation_body,
    reservations_body,
)
from src.service.reservation.driving_adapter.schema.reservation_schema import (
    ReservationRequest,
    ReservationResponse,
)
from src.service.shared_kernel.idempotency import IdempotencyKey
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.paging import DEFAULT_PAGE, MAX_PAGE


@dataclass(frozen=True, slots=True)
class ReservationUseCases:
    """What these endpoints call."""

    reserve: ReserveSeatsUseCase
    confirm: ConfirmReservationUseCase
    release: ReleaseReservationUseCase
    get: GetReservationUseCase
    list: ListReservationsUseCase


def _use_cases(request: Request) -> ReservationUseCases:
    # Not a dependency: resolving one costs as much as answering from memory.
    use_cases: ReservationUseCases = request.state.reservations
    return use_cases


def _reservation_id(reservation_id: str) -> ReservationId:
    try:
        known = UUID(reservation_id)
    except ValueError:
        known = None
    # Python would take it without hyphens, in braces and as a URN too.
    if known is None or str(known) != reservation_id.lower():
        raise ReservationNotFoundError("You have no such reservation.")
    return ReservationId(known)


router = APIRouter(
    prefix="/api/reservation",
    tags=["reservation"],
    responses=PROBLEM_RESPONSES,
    route_class=QuickRoute,
)


@router.post("", status_code=HTTPStatus.CREATED, response_model=ReservationResponse)
async def reserve_seats(
    request: Request,
    body: ReservationRequest,
    caller: SignedIn,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Response:
    """Hold seats until `expires_at`: all of them or none."""
    key = None
    if idempotency_key is not None:
        digest = hashlib.sha256(body.model_dump_json().encode()).digest()
        key = IdempotencyKey.checked(idempotency_key, digest)
    wanted = body.to_wanted()
    reserving = _use_cases(request).reserve.execute(caller, EventId(body.event_id), wanted, key)
    if isinstance(wanted, BestAvailable):  # may have to wait in line
        reserving = while_connected(request, reserving)
    reservation = await reserving
    return JsonBytes(
        reservation_body(reservation),
        status_code=HTTPStatus.CREATED,
        headers={"Location": f"/api/reservation/{reservation.id}"},
    )


@router.get("", response_model=list[ReservationResponse])
async def list_reservations(
    request: Request,
    caller: SignedIn,
    limit: Annotated[Number, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    cursor: str | None = None,
) -> Response:
    """One's own reservations, newest first."""
    page = await _use_cases(request).list.execute(caller, limit=limit, cursor=cursor)
    return JsonBytes(reservations_body(page.items), headers=next_link(request, page))


@router.get("/{reservation_id}", response_model=ReservationResponse)
async def get_reservation(request: Request, reservation_id: str, caller: SignedIn) -> Response:
    """One of one's own reservations."""
    reservation = await _use_cases(request).get.execute(caller, _reservation_id(reservation_id))
    return JsonBytes(reservation_body(reservation))


@router.post("/{reservation_id}/confirm", response_model=ReservationResponse)
async def confirm_reservation(request: Request, reservation_id: str, caller: SignedIn) -> Response:
    """Buy the seats. Repeating it changes nothing."""
    reservation = await _use_cases(request).confirm.execute(caller, _reservation_id(reservation_id))
    return JsonBytes(reservation_body(reservation))


@router.delete(
    "/{reservation_id}",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
)
async def release_reservation(request: Request, reservation_id: str, caller: SignedIn) -> Response:
    """Let the seats go. Repeating it changes nothing."""
    await _use_cases(request).release.execute(caller, _reservation_id(reservation_id))
    return Response(status_code=HTTPStatus.NO_CONTENT)
