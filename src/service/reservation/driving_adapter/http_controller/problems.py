"""How this context's errors are answered over HTTP."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from src.platform.http.problems import Problem, Problems
from src.service.reservation.domain import errors
from src.service.shared_kernel.seating import SeatId


def _retry_after(error: errors.TooManySeatsHeldError) -> Mapping[str, str]:
    if error.first_ends_in is None:
        return {}
    return {"Retry-After": str(math.ceil(error.first_ends_in.total_seconds()))}


def _until_opening(error: errors.NotOnSaleError) -> Mapping[str, str]:
    if error.opens is None:
        return {}
    return {"Retry-After": str(max(1, math.ceil(error.opens.wait.total_seconds())))}


RESERVATION_PROBLEMS: Problems = {
    errors.SeatsTakenError: Problem(
        HTTPStatus.CONFLICT,
        errors.SeatsTakenError([SeatId("A", 1, 1, 1)]),
        lambda e: {"seats": [str(seat) for seat in e.seats]},
    ),
    errors.NotEnoughSeatsError: Problem(
        HTTPStatus.CONFLICT, errors.NotEnoughSeatsError("Only 2 seats are available there.")
    ),
    errors.NotOnSaleError: Problem(
        HTTPStatus.CONFLICT,
        errors.NotOnSaleError.before(
            errors.Opening(datetime(2027, 5, 1, 4, tzinfo=UTC), timedelta(hours=1))
        ),
        lambda e: {"opens_at": e.opens.at} if e.opens else {},
        headers=_until_opening,
    ),
    errors.NotAdmittedError: Problem(HTTPStatus.FORBIDDEN, errors.NotAdmittedError()),
    errors.TooMuchContentionError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        errors.TooMuchContentionError("Others were quicker. Try again."),
        headers={"Retry-After": "1"},
    ),
    errors.TooManySeatsHeldError: Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        errors.TooManySeatsHeldError(held=20, limit=20, first_ends_in=timedelta(minutes=5)),
        lambda e: {"held": e.held, "limit": e.limit},
        headers=_retry_after,
    ),
    errors.SeatNotFoundError: Problem(
        HTTPStatus.NOT_FOUND, errors.SeatNotFoundError("The reservation has no seat A-1-1-1.")
    ),
    errors.EventOverError: Problem(HTTPStatus.CONFLICT, errors.EventOverError()),
    errors.TicketUsedError: Problem(HTTPStatus.CONFLICT, errors.TicketUsedError()),
    errors.ReservationNotLiveError: Problem(
        HTTPStatus.CONFLICT,
        errors.ReservationNotLiveError("The reservation is confirmed: its seats are sold."),
    ),
}
