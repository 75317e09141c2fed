"""Errors as RFC 9457 problem details."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from src.service.shared_kernel.errors import ServiceError

_CLIENT_LEFT = 499
_INTERNAL_DETAIL = "Something went wrong on our side. It has been logged."


@dataclass(frozen=True, slots=True)
class Problem:
    """How one type of error is answered; `members` adds what else the client should know.

    `detail`, `members`, and `headers` where they depend on it, are made of the error. `example` is
    for the API's description.
    """

    status: HTTPStatus
    example: ServiceError
    members: Callable[[Any], Mapping[str, Any]] = lambda _: {}
    headers: Mapping[str, str] | Callable[[Any], Mapping[str, str]] | None = None
    detail: Callable[[Any], str] = str


# How the errors of one context are answered. Each class is named by itself: none is answered as the
# class that it is derived from.
Problems = Mapping[type[ServiceError], Problem]


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
            },
            option=orjson.OPT_UTC_Z,
        ),
        status_code=status,
        media_type="application/problem+json",
        headers=dict(headers or {}),
    )


def internal_error() -> Response:
    """Reveals nothing internal."""
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, _INTERNAL_DETAIL)


async def answer_internal_error(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI app that answers every request with `internal_error`."""
    await internal_error()(scope, receive, send)


def answer_to(error: ServiceError, problem: Problem) -> Response:
    return problem_response(
        problem.status,
        sentence(problem.detail(error)),
        name=error.type,
        members=problem.members(error),
        headers=problem.headers(error) if callable(problem.headers) else problem.headers,
    )


def client_left() -> Response:
    """For the log and the metrics; nobody receives it. 499 is nginx's code for this."""
    return Response(status_code=_CLIENT_LEFT)


def sentence(text: str) -> str:
    """The text with a full stop, in characters that can be sent."""
    text = text.encode("utf-8", "replace").decode()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()
