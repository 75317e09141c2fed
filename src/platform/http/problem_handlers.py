"""What is raised while a request is served, answered as a problem."""

from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from src.platform.http.access_log import note_problem
from src.platform.http.invalid_input import UnreadableRequestError, invalid_input
from src.platform.http.problems import (
    Problem,
    Problems,
    answer_to,
    client_left,
    internal_error,
    problem_response,
    sentence,
)
from src.platform.http.validation_messages import message_of
from src.service.shared_kernel.errors import FieldError, ServiceError

_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def add_problem_handlers(app: FastAPI, table: Problems) -> None:
    """Answer each of these errors, and what the framework finds wrong, as a problem."""
    for error_type, problem in table.items():
        app.add_exception_handler(error_type, _handler(problem))
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(UnreadableRequestError, _unreadable_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ClientDisconnect, _client_left)
    app.add_exception_handler(Exception, _internal_error)


def _handler(problem: Problem) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, ServiceError)
        note_problem(request.scope, error)
        return answer_to(error, problem)

    return handle


async def _invalid_request(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if isinstance(error.body, bytes):  # the framework did not even try to parse it
        return problem_response(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "The body has to be JSON, with Content-Type: application/json.",
            headers={"Accept": "application/json"},
        )
    return invalid_input([FieldError(tuple(e["loc"]), message_of(e)) for e in error.errors()])


async def _unreadable_request(_request: Request, error: Exception) -> Response:
    assert isinstance(error, UnreadableRequestError)
    return invalid_input(error.errors)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        return problem_response(
            status,
            "This address does not take this method.",
            headers={"Allow": ", ".join(_methods_of(request))},
        )
    details = {
        HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    }
    return problem_response(
        status, details.get(status, sentence(str(error.detail))), headers=error.headers
    )


def _methods_of(request: Request) -> Iterator[str]:
    """All methods of this path; the framework names those of one route only."""
    routes = request.app.router.routes
    for method in _METHODS:
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in routes):
            yield method


async def _client_left(_request: Request, _error: Exception) -> Response:
    return client_left()


async def _internal_error(_request: Request, _error: Exception) -> Response:
    return internal_error()
