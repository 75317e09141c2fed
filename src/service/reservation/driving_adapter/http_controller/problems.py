"""How this context's errors are answered over HTTP."""

import math
from collections.abc import Mapping
from http import HTTPStatus

from src.platform.http.problems import Problem, Problems
from src.service.reservation.domain import errors


def _retry_after(error: errors.TooManySeatsHeldError) -> Mapping[str, str]:
    if error.first_ends_in is None:
        return {}
    return {"Retry-After": str(math.ceil(error.first_ends_in.total_seconds()))}


RESERVATION_PROBLEMS: Problems = {
    errors.SeatsTakenError: Problem(
        HTTPStatus.CONFLICT, lambda e: {"seats": [str(seat) for seat in e.seats]}
    ),
    errors.NotEnoughSeatsError: Problem(HTTPStatus.CONFLICT),
    errors.NotOnSaleError: Problem(HTTPStatus.CONFLICT),
    errors.TooMuchContentionError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "1"}
    ),
    errors.TooManySeatsHeldError: Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        lambda e: {"held": e.held, "limit": e.limit},
        headers=_retry_after,
    ),
    errors.ReservationNotFoundError: Problem(HTTPStatus.NOT_FOUND),
    errors.ReservationNotLiveError: Problem(HTTPStatus.CONFLICT),
}
