"""How this context's errors are answered over HTTP."""

from collections.abc import Mapping
from http import HTTPStatus

from src.platform.http.problems import Problem
from src.service.ticketing.app.live.event_state_hub import TooManyWatchersError
from src.service.ticketing.domain.errors import CreationOverdueError, StatusChangeError

TICKETING_PROBLEMS: Mapping[type[Exception], Problem] = {
    StatusChangeError: Problem(HTTPStatus.CONFLICT),
    CreationOverdueError: Problem(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "1"}),
    TooManyWatchersError: Problem(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "5"}),
}
