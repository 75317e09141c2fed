"""How this context's errors are answered over HTTP."""

from collections.abc import Mapping
from http import HTTPStatus

from src.platform.http.problems import Problem
from src.service.reservation.domain import errors

RESERVATION_PROBLEMS: Mapping[type[Exception], Problem] = {
    errors.SeatsTakenError: Problem(
        HTTPStatus.CONFLICT, lambda e: {"seats": [str(seat) for seat in e.seats]}
    ),
    errors.NotEnoughSeatsError: Problem(HTTPStatus.CONFLICT),
    errors.NotOnSaleError: Problem(HTTPStatus.CONFLICT),
    errors.TooMuchContentionError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "1"}
    ),
    errors.ReservationNotFoundError: Problem(HTTPStatus.NOT_FOUND),
    errors.ReservationNotLiveError: Problem(HTTPStatus.CONFLICT),
}
