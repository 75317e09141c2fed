"""How the errors that every context may meet are answered over HTTP."""

from http import HTTPStatus

from src.platform.http.cross_origin_protection import FOREIGN_ORIGIN, ForeignOriginError
from src.platform.http.invalid_input import INVALID_INPUT
from src.platform.http.problems import Problem, Problems
from src.service.shared_kernel import errors, idempotency

_UNAVAILABLE = {"Retry-After": "2"}

SHARED_PROBLEMS: Problems = {
    errors.InvalidInputError: INVALID_INPUT,
    errors.NotSignedInError: Problem(
        HTTPStatus.UNAUTHORIZED,
        errors.NotSignedInError("Sign in first."),
        headers={"WWW-Authenticate": "Bearer"},
    ),
    errors.ForbiddenError: Problem(
        HTTPStatus.FORBIDDEN,
        errors.ForbiddenError("Only a seller can do this; you are signed in as a buyer."),
    ),
    ForeignOriginError: FOREIGN_ORIGIN,
    errors.EventNotFoundError: Problem(HTTPStatus.NOT_FOUND, errors.EventNotFoundError(7)),
    errors.SubsectionNotFoundError: Problem(
        HTTPStatus.NOT_FOUND, errors.SubsectionNotFoundError("There is no subsection A-9.")
    ),
    errors.ReservationNotFoundError: Problem(
        HTTPStatus.NOT_FOUND, errors.ReservationNotFoundError("You have no such reservation.")
    ),
    errors.NotConfirmedError: Problem(
        HTTPStatus.CONFLICT,
        errors.NotConfirmedError("The reservation is reserved, not confirmed."),
    ),
    errors.StoreUnavailableError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        errors.StoreUnavailableError("PostgreSQL"),
        headers=_UNAVAILABLE,
    ),
    errors.OutcomeUnknownError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        errors.OutcomeUnknownError("PostgreSQL"),
        headers=_UNAVAILABLE,
    ),
    errors.SeatStateMissingError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, errors.SeatStateMissingError(1), headers=_UNAVAILABLE
    ),
    errors.OverloadedError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        errors.OverloadedError("sign in", 2),
        headers=lambda e: {"Retry-After": str(e.retry_after)},
    ),
    errors.TooManySubscribersError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        errors.TooManySubscribersError(
            "As many live streams as allowed are open. Try again later."
        ),
        headers={"Retry-After": "5"},
    ),
    idempotency.IdempotencyInFlightError: Problem(
        HTTPStatus.CONFLICT,
        idempotency.IdempotencyInFlightError(),
    ),
    idempotency.IdempotencyMismatchError: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        idempotency.IdempotencyMismatchError(
            "This Idempotency-Key was used for a different request. Use a new key."
        ),
    ),
}
