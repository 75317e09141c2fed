"""What an endpoint says of itself for the API's description: its name, headers and errors."""

from collections.abc import Callable, Iterable
from typing import Any

from src.platform.http.described_headers import HEADERS
from src.platform.http.problems import Problem, Problems, answer_to
from src.service.shared_kernel.errors import ServiceError

_Json = dict[str, Any]
Responses = dict[int | str, _Json]

PROBLEM_JSON = "application/problem+json"
PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}


def operation_id(route: Any) -> str:
    """The endpoint's name in camel case, as clients are generated: `create_event` is `createEvent`."""
    first, *others = str(route.name).split("_")
    return first + "".join(map(str.capitalize, others))


def answer(description: str, *headers: str) -> _Json:
    """A successful response, with these headers."""
    return {"description": description} | (
        {"headers": header_references(headers)} if headers else {}
    )


def parameters(*names: str) -> _Json:
    """For `openapi_extra`: headers that the endpoint reads from the request by itself."""
    return {"parameters": [{"$ref": f"#/components/parameters/{name}"} for name in names]}


def problems_of(table: Problems) -> Callable[..., Responses]:
    """Return what says which of these problems an endpoint answers with, for its `responses`."""

    def problems(*errors: type[ServiceError]) -> Responses:
        responses: Responses = {}
        for error in errors:
            add_problem(responses, error, table[error])
        return responses

    return problems


def add_problem(responses: Any, error: type[ServiceError], problem: Problem) -> None:
    """Say in `responses` that the operation can answer with this error."""
    example = answer_to(problem.example, problem)
    status = str(problem.status.value)
    response = responses.setdefault(status, {})
    content = response.setdefault("content", {}).setdefault(
        PROBLEM_JSON, {"schema": PROBLEM_SCHEMA, "examples": {}}
    )
    examples = content["examples"]
    if error.type in examples:
        return
    examples[error.type] = {"$ref": f"#/components/examples/{error.type}"}
    meanings = filter(None, [response.get("description"), f"`{error.type}`: {meaning(error)}"])
    response["description"] = "\n\n".join(meanings)
    names = {name.title() for name in example.headers} - {"Content-Length", "Content-Type"}
    if names:
        known = {name.title(): name for name in HEADERS}
        response.setdefault("headers", {}).update(
            header_references(known[n] for n in sorted(names))
        )


def meaning(error: type[ServiceError]) -> str:
    """The first sentence of what the class says of itself."""
    return " ".join((error.__doc__ or "").split("\n\n")[0].split())


def header_references(names: Iterable[str]) -> _Json:
    """References to HEADERS."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
