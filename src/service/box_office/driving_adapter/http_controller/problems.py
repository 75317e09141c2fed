"""How this context's errors are answered over HTTP."""

from datetime import UTC, datetime
from http import HTTPStatus

from src.platform.http.problems import Problem, Problems
from src.platform.http.seats import seat_json
from src.service.box_office.domain.errors import (
    AlreadyCheckedInError,
    NoDateError,
    NoSuchTicketError,
)
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId, SeatStatus

BOX_OFFICE_PROBLEMS: Problems = {
    NoDateError: Problem(HTTPStatus.NOT_FOUND, NoDateError()),
    NoSuchTicketError: Problem(HTTPStatus.NOT_FOUND, NoSuchTicketError()),
    AlreadyCheckedInError: Problem(
        HTTPStatus.CONFLICT,
        AlreadyCheckedInError(
            EventId(1), SeatId("A", 1, 1, 1), 2000, datetime(2027, 5, 1, 11, 30, tzinfo=UTC)
        ),
        lambda e: {
            "seat": seat_json(e.event_id, e.seat, e.price, SeatStatus.SOLD),
            "checked_in_at": e.checked_in_at,
        },
    ),
}
