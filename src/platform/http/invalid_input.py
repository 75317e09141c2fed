"""Input that breaks a rule, and the answer that says where and why."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from src.platform.http.problems import Problem, problem_response, sentence
from src.service.shared_kernel.errors import FieldError, InvalidInputError

# A body of many small mistakes would get a response of many times its size.
_MOST_LISTED = 100
_MOST_IN_DETAIL = 5

_OUTSIDE_THE_BODY = {"path", "query", "header"}


class UnreadableRequestError(HTTPException):
    """A request that cannot be read; `errors` say where, from "body", "path" or "query" on.

    An HTTPException, because the framework lets only those through from where it reads a body.
    """

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST)
        self.errors = errors


def invalid_input(errors: Sequence[FieldError]) -> Response:
    """The errors' places are from "body", "path", "query" or "header" on."""
    return problem_response(
        HTTPStatus.BAD_REQUEST,
        sentence(_detail([(e.loc[1:] or e.loc, e.msg) for e in errors])),
        name=InvalidInputError.type,
        members=_members(errors),
    )


def _detail(errors: Sequence[tuple[tuple[str | int, ...], str]]) -> str:
    named = [f"{'.'.join(map(str, loc))}: {msg}" for loc, msg in errors[:_MOST_IN_DETAIL]]
    if (more := len(errors) - len(named)) > 0:
        named.append(f"and {more:,} more")
    return "; ".join(named)


def _members(errors: Sequence[FieldError]) -> Mapping[str, Any]:
    return {"errors": [{"loc": e.loc, "msg": e.msg} for e in errors[:_MOST_LISTED]]}


def _placed(error: InvalidInputError) -> list[FieldError]:
    """A rule of the domain is about the body, unless it says otherwise."""
    return [
        e if e.loc[0] in _OUTSIDE_THE_BODY else FieldError(("body", *e.loc), e.msg)
        for e in error.errors
    ]


INVALID_INPUT = Problem(
    HTTPStatus.BAD_REQUEST,
    InvalidInputError(FieldError(("name",), "must not be empty")),
    members=lambda error: _members(_placed(error)),
    detail=lambda error: _detail([(e.loc, e.msg) for e in error.errors]),
)
