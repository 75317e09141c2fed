"""The API's description of itself: what the framework cannot know or says wrongly.

Endpoints name their headers and the errors of their own (`platform/http/operation.py`). What follows from
how a request is made (its method, its text, a body, a connection) is added here to all of them alike.
"""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from src.platform.http.authentication import describe_cookie
from src.platform.http.cross_origin_protection import ForeignOriginError
from src.platform.http.described_headers import HEADERS, PARAMETERS
from src.platform.http.operation import (
    PROBLEM_JSON,
    PROBLEM_SCHEMA,
    add_problem,
    header_references,
    meaning,
)
from src.platform.http.problems import Problems, answer_to, problem_response
from src.platform.http.strict_route import StrictRoute
from src.service.shared_kernel.errors import InvalidInputError, OverloadedError

_Json = dict[str, Any]

_STREAM = "text/event-stream"
_SAFE = {"get", "head"}

SUMMARY = "Sell seats, and let everybody see each of them change hands live."
DESCRIPTION = """\
Sellers create events, whose seats all exist at once. Buyers hold seats, then buy them or let them go. Who
watches an event sees each seat change at the moment it does.

**Signing in.** Send the token that `login` answers with as `Authorization: Bearer TOKEN`. Browsers may rely
on the cookie that comes with it.

**Errors** are problem details (RFC 9457) with a stable `type`. Each operation lists those that it can answer
with, and an example of each.

**Lists** come in pages, newest first. The `Link` header with `rel="next"` leads to the next one.

**Every answer** carries `X-Request-ID`: the one that was sent, or a new one.
"""
TAGS = [
    {"name": "event", "description": "Events, their seats, and how both change live."},
    {"name": "reservation", "description": "Seats that a buyer holds or has bought."},
    {"name": "line", "description": "The line in which buyers wait until they are let in."},
    {"name": "box office", "description": "Orders and what was sold, tickets, and the door."},
    {
        "name": "webhook",
        "description": "Addresses that are told what happens to a seller's events.",
    },
    {"name": "user", "description": "Sellers and buyers: sign up, in and out."},
    {"name": "operations", "description": "Health and metrics, for whoever runs the service."},
]

_SCHEMAS: _Json = {
    "FieldProblem": {
        "description": "One rule broken by one field.",
        "type": "object",
        "required": ["loc", "msg"],
        "properties": {
            "loc": {
                "description": "Where: `body`, `query`, `path` or `header`, then names and indexes.",
                "type": "array",
                "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            },
            "msg": {"description": "Why.", "type": "string"},
        },
    },
    "Problem": {
        "description": "An error, as RFC 9457 has it.",
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {
                "description": "What went wrong, for programs: a name that never changes. `about:blank`"
                " says no more than the status. Take a type that you do not know for its status.",
                "type": "string",
                "format": "uri",
            },
            "title": {"description": "What went wrong, in a few words.", "type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"description": "What went wrong, in a sentence.", "type": "string"},
            "errors": {
                "description": "Of `invalid-input`: the rules that were broken, at most 100.",
                "type": "array",
                "items": {"$ref": "#/components/schemas/FieldProblem"},
            },
            "seats": {
                "description": "Of `seats-taken`: the seats that somebody holds.",
                "type": "array",
                "items": {"type": "string"},
            },
            "held": {
                "description": "Of `too-many-seats-held`: how many the buyer holds.",
                "type": "integer",
                "minimum": 0,
            },
            "limit": {
                "description": "Of `too-many-seats-held`: how many anybody may hold.",
                "type": "integer",
                "minimum": 1,
            },
            "opens_at": {
                "description": "Of `not-on-sale`: when the sale opens, if it is yet to come.",
                "type": "string",
                "format": "date-time",
            },
            "seat": {
                "description": "Of `already-checked-in`: the ticket's seat.",
                "$ref": "#/components/schemas/SeatResponse",
            },
            "checked_in_at": {
                "description": "Of `already-checked-in`: when the ticket was used.",
                "type": "string",
                "format": "date-time",
            },
        },
    },
}

# What any request may meet, whatever it asks for, and what one that is to have a body may.
_ANY_REQUEST = {
    "RequestTimeout": (HTTPStatus.REQUEST_TIMEOUT, "The rest of the request did not come in time."),
    "UriTooLong": (HTTPStatus.REQUEST_URI_TOO_LONG, "The address is longer than 8,192 bytes."),
    "HeadTooLarge": (
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "The head is larger than 32,768 bytes.",
    ),
    "BodyTooLarge": (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "A body has at most 65,536 bytes.",
    ),
    "InternalError": (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong on our side. It has been logged.",
    ),
}
_ANY_BODY = {
    "NotJson": (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body has to be JSON, with Content-Type: application/json.",
    ),
}


def describe(app: FastAPI, table: Problems) -> None:
    """Let `/openapi.json` answer with the description of the routes that `app` has now.

    It is made when somebody first asks, and in a thread: that takes as long as the rest of a start.
    """
    made = cache(partial(_description, app, list(app.routes), table))
    app.openapi = made  # type: ignore[method-assign] # FastAPI's own way of extending it

    async def answer(_: Request) -> JSONResponse:
        return JSONResponse(await run_in_threadpool(made))

    app.router.routes.append(Route("/openapi.json", answer))


def _description(app: FastAPI, routes: Sequence[BaseRoute], table: Problems) -> _Json:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        contact=app.contact,
        license_info=app.license_info,
        tags=app.openapi_tags,
        servers=app.servers,
        routes=routes,
    )
    describe_cookie(document)
    components = document["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    components["schemas"] |= _SCHEMAS
    components["examples"] = {
        error.type: {
            "summary": meaning(error),
            "value": orjson.loads(answer_to(problem.example, problem).body),
        }
        for error, problem in table.items()
    }
    components["headers"] = HEADERS
    components["parameters"] = PARAMETERS
    components["responses"] = {
        name: _plain(*problem) for name, problem in {**_ANY_REQUEST, **_ANY_BODY}.items()
    }
    strict = {route.unique_id for route in routes if isinstance(route, StrictRoute)}
    for method, operation in _operations(document):
        if operation["operationId"] in strict:
            add_problem(operation["responses"], InvalidInputError, table[InvalidInputError])
        _complete(operation, method, table)
    return document


def _operations(document: _Json) -> Iterator[tuple[str, _Json]]:
    for path in document["paths"].values():
        yield from path.items()


def _complete(operation: _Json, method: str, table: Problems) -> None:
    responses = operation["responses"]
    # The framework's own; here it is 400 or 422 as the endpoint says.
    if PROBLEM_JSON not in responses.get("422", {}).get("content", {PROBLEM_JSON: ()}):
        del responses["422"]
    operation.setdefault("security", [])
    by_method = OverloadedError if method in _SAFE else ForeignOriginError
    add_problem(responses, by_method, table[by_method])
    plain = {**_ANY_REQUEST, **(_ANY_BODY if "requestBody" in operation else {})}
    for name, (status, _) in plain.items():
        responses[str(status.value)] = {"$ref": f"#/components/responses/{name}"}
    operation["responses"] = dict(sorted(responses.items()))
    for parameter in operation.get("parameters", ()):
        _without_null(parameter)
    if _STREAM in responses.get("200", {}).get("content", {}):
        _describe_stream(responses["200"]["content"][_STREAM])


def _plain(status: HTTPStatus, detail: str) -> _Json:
    """A problem whose type is `about:blank`."""
    example = orjson.loads(problem_response(status, detail).body)
    response: _Json = {
        "description": status.phrase,
        "content": {PROBLEM_JSON: {"schema": PROBLEM_SCHEMA, "example": example}},
    }
    if status is HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
        response["headers"] = header_references(["Accept"])
    return response


def _without_null(parameter: _Json) -> None:
    """A parameter that may be left out is not null: neither a path nor a header can say null."""
    schema = parameter.get("schema", {})
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema |= kinds[0]


def _describe_stream(content: _Json) -> None:
    """Say what a stream's messages hold. To a generator that knows nothing of streams it is text.

    OpenAPI has words for it from 3.2 on; its registry of media types takes a stream for a list of
    objects, and so does `contentSchema`.
    """
    message = content["schema"]
    content["schema"] = {
        "type": "string",
        "contentMediaType": _STREAM,
        "contentSchema": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "event", "data"],
                "properties": {
                    "id": {"type": "string", "pattern": "^[0-9]+:[0-9]+$"},
                    "event": {"type": "string", "enum": ["initial_status", "status_update"]},
                    "data": {
                        "type": "string",
                        "contentMediaType": "application/json",
                        "contentSchema": message,
                    },
                    "retry": {"type": "integer", "minimum": 0},
                },
            },
        },
    }
