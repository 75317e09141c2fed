"""How this context's errors are answered over HTTP."""

from http import HTTPStatus

from src.platform.http.problems import Problem, Problems
from src.service.ticketing.domain.errors import (
    CreationOverdueError,
    PreconditionFailedError,
    StatusChangeError,
    TooManyWatchersError,
)

TICKETING_PROBLEMS: Problems = {
    StatusChangeError: Problem(HTTPStatus.CONFLICT),
    PreconditionFailedError: Problem(HTTPStatus.PRECONDITION_FAILED),
    CreationOverdueError: Problem(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "1"}),
    TooManyWatchersError: Problem(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "5"}),
}
