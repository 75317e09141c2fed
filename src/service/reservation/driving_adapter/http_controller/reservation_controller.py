"""A buyer's reservations over HTTP."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from src.platform.http.authentication import SignedIn
from src.platform.http.responses import next_link
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


async def _use_cases(request: Request) -> ReservationUseCases:
    use_cases: ReservationUseCases = request.state.reservations
    return use_cases


async def _reservation_id(reservation_id: str) -> ReservationId:
    try:
        return ReservationId(UUID(reservation_id))
    except ValueError as error:
        raise ReservationNotFoundError("You have no such reservation.") from error


UseCases = Annotated[ReservationUseCases, Depends(_use_cases)]
Id = Annotated[ReservationId, Depends(_reservation_id)]

router = APIRouter(prefix="/api/reservation", tags=["reservation"])


@router.post("", status_code=HTTPStatus.CREATED)
async def reserve_seats(
    body: ReservationRequest,
    response: Response,
    caller: SignedIn,
    use_cases: UseCases,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> ReservationResponse:
    """Hold seats until `expires_at`: all of them or none."""
    key = None
    if idempotency_key is not None:
        digest = hashlib.sha256(body.model_dump_json().encode()).digest()
        key = IdempotencyKey.checked(idempotency_key, digest)
    reservation = await use_cases.reserve.execute(
        caller, EventId(body.event_id), body.to_wanted(), key
    )
    response.headers["Location"] = f"/api/reservation/{reservation.id}"
    return ReservationResponse.of(reservation)


@router.get("")
async def list_reservations(
    request: Request,
    response: Response,
    caller: SignedIn,
    use_cases: UseCases,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    cursor: str | None = None,
) -> list[ReservationResponse]:
    """One's own reservations, newest first."""
    page = await use_cases.list.execute(caller, limit=limit, cursor=cursor)
    response.headers.update(next_link(request, page))
    return [ReservationResponse.of(reservation) for reservation in page.items]


@router.get("/{reservation_id}")
async def get_reservation(
    reservation_id: Id, caller: SignedIn, use_cases: UseCases
) -> ReservationResponse:
    """One of one's own reservations."""
    return ReservationResponse.of(await use_cases.get.execute(caller, reservation_id))


@router.post("/{reservation_id}/confirm")
async def confirm_reservation(
    reservation_id: Id, caller: SignedIn, use_cases: UseCases
) -> ReservationResponse:
    """Buy the seats. Repeating it changes nothing."""
    return ReservationResponse.of(await use_cases.confirm.execute(caller, reservation_id))


@router.delete("/{reservation_id}", status_code=HTTPStatus.NO_CONTENT)
async def release_reservation(reservation_id: Id, caller: SignedIn, use_cases: UseCases) -> None:
    """Let the seats go. Repeating it changes nothing."""
    await use_cases.release.execute(caller, reservation_id)
