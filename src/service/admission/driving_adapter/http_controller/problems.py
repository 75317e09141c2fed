"""How this context's errors are answered over HTTP."""

from http import HTTPStatus

from src.platform.http.problems import Problem, Problems
from src.service.admission.domain.errors import (
    LineOverError,
    NotInLineError,
    NoWaitingLineError,
)

ADMISSION_PROBLEMS: Problems = {
    NoWaitingLineError: Problem(HTTPStatus.NOT_FOUND, NoWaitingLineError()),
    NotInLineError: Problem(HTTPStatus.NOT_FOUND, NotInLineError()),
    LineOverError: Problem(HTTPStatus.CONFLICT, LineOverError()),
}
