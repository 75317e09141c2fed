"""How this context's errors are answered over HTTP."""

from http import HTTPStatus

from src.platform.http.problems import Problem, Problems
from src.service.ticketing.domain.errors import (
    CreationOverdueError,
    PreconditionFailedError,
    StatusChangeError,
)

TICKETING_PROBLEMS: Problems = {
    StatusChangeError: Problem(
        HTTPStatus.CONFLICT, StatusChangeError("The event is ended; that is final.")
    ),
    PreconditionFailedError: Problem(
        HTTPStatus.PRECONDITION_FAILED,
        PreconditionFailedError(
            "The event has changed since you last saw it. Read it again, then change it."
        ),
    ),
    CreationOverdueError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        CreationOverdueError("Creating the event took too long. Try again."),
        headers={"Retry-After": "1"},
    ),
}
