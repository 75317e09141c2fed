"""Errors as RFC 9457 problem details."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from src.platform.http.validation_messages import message_of
from src.service.shared_kernel import errors, idempotency
from src.service.shared_kernel.errors import ServiceError

_CLIENT_LEFT = 499

_RETRY_AFTER_SECONDS = "2"
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_INTERNAL_DETAIL = "Something went wrong on our side. It has been logged."


class ForeignOriginError(ServiceError):
    """A page of another origin asks for a change in a visitor's name."""

    type = "foreign-origin"


@dataclass(frozen=True, slots=True)
class Problem:
    """How one type of error is answered; `members` adds what else the client should know.

    `members`, and `headers` where they depend on it, are made of the error. `example` is for the
    API's description.
    """

    status: HTTPStatus
    example: ServiceError
    members: Callable[[Any], Mapping[str, Any]] = lambda _: {}
    headers: Mapping[str, str] | Callable[[Any], Mapping[str, str]] | None = None


# How the errors of one context are answered. Each class is named by itself: none is answered as the
# class that it is derived from.
Problems = Mapping[type[ServiceError], Problem]


class UnreadableRequestError(HTTPException):
    """A request that cannot be read; `errors` say where, from "body", "path" or "query" on.

    It is of the framework's kind, the only one that it passes on from where it reads a body.
    """

    def __init__(self, *errors: errors.FieldError) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST)
        self.errors = errors


_OUTSIDE_THE_BODY = {"path", "query", "header"}


def _place(field: errors.FieldError) -> list[str | int]:
    """A field's path as the framework gives it: in the body, unless it says otherwise."""
    return list(field.loc) if field.loc[0] in _OUTSIDE_THE_BODY else ["body", *field.loc]


_UNAVAILABLE = {"Retry-After": _RETRY_AFTER_SECONDS}

SHARED_PROBLEMS: Problems = {
    errors.InvalidInputError: Problem(
        HTTPStatus.BAD_REQUEST,
        errors.InvalidInputError(errors.FieldError(("name",), "must not be empty")),
        lambda e: {"errors": [{"loc": _place(f), "msg": f.msg} for f in e.errors]},
    ),
    errors.NotSignedInError: Problem(
        HTTPStatus.UNAUTHORIZED,
        errors.NotSignedInError("Sign in first."),
        headers={"WWW-Authenticate": "Bearer"},
    ),
    errors.ForbiddenError: Problem(
        HTTPStatus.FORBIDDEN,
        errors.ForbiddenError("Only a seller can do this; you are signed in as a buyer."),
    ),
    ForeignOriginError: Problem(
        HTTPStatus.FORBIDDEN,
        ForeignOriginError("This request comes from a page of another origin."),
    ),
    errors.EventNotFoundError: Problem(HTTPStatus.NOT_FOUND, errors.EventNotFoundError(7)),
    errors.SubsectionNotFoundError: Problem(
        HTTPStatus.NOT_FOUND, errors.SubsectionNotFoundError("There is no subsection A-9.")
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
    idempotency.IdempotencyInFlightError: Problem(
        HTTPStatus.CONFLICT,
        idempotency.IdempotencyInFlightError(
            "The first request with this Idempotency-Key is under way."
        ),
    ),
    idempotency.IdempotencyMismatchError: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        idempotency.IdempotencyMismatchError(
            "This Idempotency-Key was used for a different request. Use a new key."
        ),
    ),
}


def problem_response(
    status: HTTPStatus,
    detail: str,
    *,
    name: str | None = None,
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """`name` is an error's public type; a problem without one says no more than its status."""
    return Response(
        orjson.dumps(
            {
                "type": f"urn:ticketing:problem:{name}" if name else "about:blank",
                "title": _title(name) if name else status.phrase,
                "status": status.value,
                "detail": detail,
                **(members or {}),
            }
        ),
        status_code=status,
        media_type="application/problem+json",
        headers=dict(headers or {}),
    )


def internal_error() -> Response:
    """Tells nothing of the inside."""
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, _INTERNAL_DETAIL)


async def answer_internal_error(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI app that has nothing else to say."""
    await internal_error()(scope, receive, send)


def answer_to(error: ServiceError, problem: Problem) -> Response:
    return problem_response(
        problem.status,
        _sentence(error),
        name=error.type,
        members=problem.members(error),
        headers=problem.headers(error) if callable(problem.headers) else problem.headers,
    )


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
    async def handle(_request: Request, error: Exception) -> Response:
        assert isinstance(error, ServiceError)
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
    return _invalid([errors.FieldError(tuple(e["loc"]), message_of(e)) for e in error.errors()])


async def _unreadable_request(_request: Request, error: Exception) -> Response:
    assert isinstance(error, UnreadableRequestError)
    return _invalid(error.errors)


def _invalid(found: Sequence[errors.FieldError]) -> Response:
    return problem_response(
        HTTPStatus.BAD_REQUEST,
        "; ".join(f"{_place_in_words(e.loc)}: {e.msg}" for e in found[:5]) + ".",
        name=errors.InvalidInputError.type,
        members={"errors": [{"loc": e.loc, "msg": e.msg} for e in found]},
    )


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
        status, details.get(status, _sentence(error.detail)), headers=error.headers
    )


def _methods_of(request: Request) -> Iterator[str]:
    """What the address does take; the framework names the methods of one of its routes only."""
    routes = request.app.router.routes
    for method in _METHODS:
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in routes):
            yield method


async def _client_left(_request: Request, _error: Exception) -> Response:
    return nobody()


def nobody() -> Response:
    """The answer to a client that has left: for the log and the metrics. 499 is nginx' own word."""
    return Response(status_code=_CLIENT_LEFT)


async def _internal_error(_request: Request, _error: Exception) -> Response:
    return internal_error()


def _place_in_words(loc: tuple[str | int, ...]) -> str:
    return ".".join(map(str, loc[1:] or loc))


def _sentence(error: object) -> str:
    text = str(error).encode("utf-8", "replace").decode()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()
