"""A buyer's tickets over HTTP."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from src.platform.http.authentication import SignedIn
from src.platform.http.fast_path_route import FastPathRoute
from src.platform.http.operation import answer, operation_id, problems_of
from src.platform.http.reservation_path import PathReservation, reservation_id_of
from src.platform.http.responses import JsonBytes
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.service.box_office.app.query.get_calendar_entry_use_case import GetCalendarEntryUseCase
from src.service.box_office.app.query.get_tickets_use_case import GetTicketsUseCase
from src.service.box_office.domain.errors import NoDateError, NoSuchTicketError
from src.service.box_office.driving_adapter.http_controller.problems import BOX_OFFICE_PROBLEMS
from src.service.box_office.driving_adapter.schema.calendar_entry import calendar_entry
from src.service.box_office.driving_adapter.schema.qr_code import qr_code
from src.service.box_office.driving_adapter.schema.ticket_json import tickets_body
from src.service.box_office.driving_adapter.schema.ticket_schema import OwnTicketResponse
from src.service.shared_kernel.errors import (
    ForbiddenError,
    NotConfirmedError,
    NotSignedInError,
    OutcomeUnknownError,
    ReservationNotFoundError,
    StoreUnavailableError,
)
from src.service.shared_kernel.seating import SeatId


@dataclass(frozen=True, slots=True)
class TicketUseCases:
    """What these endpoints call."""

    get_tickets: GetTicketsUseCase
    get_calendar_entry: GetCalendarEntryUseCase


def _use_cases(request: Request) -> TicketUseCases:
    # Not a dependency: resolving one costs as much as answering from memory.
    use_cases: TicketUseCases = request.state.tickets
    return use_cases


router = APIRouter(
    prefix="/api/reservation/{reservation_id}",
    tags=["box office"],
    route_class=FastPathRoute,
    generate_unique_id_function=operation_id,
)
_problems = problems_of({**SHARED_PROBLEMS, **BOX_OFFICE_PROBLEMS})
_TICKET_PROBLEMS = (
    NotSignedInError,
    ForbiddenError,
    ReservationNotFoundError,
    NotConfirmedError,
    StoreUnavailableError,
    OutcomeUnknownError,
)

PathSeat = Annotated[
    str, Path(description="A `seat_identifier`.", json_schema_extra={"examples": ["A-1-1-1"]})
]


class Svg(Response):
    media_type = "image/svg+xml"


class ICalendar(Response):
    media_type = "text/calendar"


def _text_answer(description: str, media_type: str | None) -> dict[str, Any]:
    return {
        **answer(description),
        "content": {media_type: {"schema": {"type": "string"}}},
    }


@router.get(
    "/ticket",
    response_model=list[OwnTicketResponse],
    responses={
        200: answer("A ticket for each seat, in layout order."),
        **_problems(*_TICKET_PROBLEMS),
    },
)
async def list_tickets(
    request: Request, reservation_id: PathReservation, caller: SignedIn
) -> Response:
    """The tickets of one's own confirmed reservation. Their codes never change."""
    tickets = await _use_cases(request).get_tickets.execute(
        caller, reservation_id_of(reservation_id)
    )
    return JsonBytes(tickets_body(tickets))


@router.get(
    "/ticket/{seat_identifier}/qr.svg",
    response_class=Svg,
    responses={
        200: _text_answer("The code, black on white.", Svg.media_type),
        **_problems(*_TICKET_PROBLEMS, NoSuchTicketError),
    },
)
async def get_ticket_qr(
    request: Request, reservation_id: PathReservation, seat_identifier: PathSeat, caller: SignedIn
) -> Response:
    """The code of one ticket as a QR code."""
    seat = SeatId.parse(seat_identifier)
    if seat is None:
        raise NoSuchTicketError
    [ticket] = await _use_cases(request).get_tickets.execute(
        caller, reservation_id_of(reservation_id), seat
    )
    return Svg(qr_code(ticket.code))


@router.get(
    "/calendar.ics",
    response_class=ICalendar,
    responses={
        200: _text_answer("The event as an entry of a calendar (RFC 5545).", ICalendar.media_type),
        **_problems(*_TICKET_PROBLEMS, NoDateError),
    },
)
async def get_calendar_entry(
    request: Request, reservation_id: PathReservation, caller: SignedIn
) -> Response:
    """When and where the event of one's own confirmed reservation is, for a calendar."""
    purchase, starts_at = await _use_cases(request).get_calendar_entry.execute(
        caller, reservation_id_of(reservation_id)
    )
    # In a thread, because to work out a time zone takes a tenth of a second.
    entry = await asyncio.to_thread(calendar_entry, purchase, starts_at)
    disposition = f'attachment; filename="{purchase.id}.ics"'
    return ICalendar(entry, headers={"Content-Disposition": disposition})
