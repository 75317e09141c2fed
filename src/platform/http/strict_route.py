"""Routes that check a request's text where it comes in, so that no endpoint has to."""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from fastapi import Request, Response
from fastapi.routing import APIRoute

from src.platform.http.invalid_input import UnreadableRequestError
from src.platform.http.json_body import JsonRequest
from src.service.shared_kernel.errors import FieldError

_NO_TEXT = "must be UTF-8 without NUL"
# What is made of bytes that are no text, and NUL.
_SPOILT = {"\ufffd", "\0"}

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRoute(APIRoute):
    """Addresses are UTF-8 without NUL, no parameter is given twice, and bodies are strict JSON."""

    def get_route_handler(self) -> Handler:
        interpreted = super().get_route_handler()
        parameters = [parameter.alias for parameter in self.dependant.query_params]
        takes_body = bool(self.dependant.body_params)

        async def handle(request: Request) -> Response:
            check_address(request, parameters)
            if takes_body and not isinstance(request, JsonRequest):
                request = JsonRequest(request.scope, request.receive)
            return await interpreted(request)

        return handle


def check_address(request: Request, parameters: list[str]) -> None:
    """Raise UnreadableRequestError for a path or a query that is not as StrictRoute says."""
    scope = request.scope
    if b"%" in scope["raw_path"] and not _is_text(scope["raw_path"]):
        spoilt = [name for name, value in request.path_params.items() if _SPOILT & {*value}]
        raise UnreadableRequestError(*(FieldError(("path", name), _NO_TEXT) for name in spoilt))
    if errors := list(_errors_in_query(request, parameters)):
        raise UnreadableRequestError(*errors)


def _errors_in_query(request: Request, parameters: list[str]) -> Iterator[FieldError]:
    query: bytes = request.scope["query_string"]
    if not query:
        return
    if not _is_text(query):
        for pair in query.split(b"&"):
            if not _is_text(pair):
                yield FieldError(
                    ("query", unquote(pair.partition(b"=")[0].decode("latin-1"))), _NO_TEXT
                )
    for name in parameters:
        if len(request.query_params.getlist(name)) > 1:
            yield FieldError(("query", name), "is given more than once")


def _is_text(encoded: bytes) -> bool:
    decoded = unquote_to_bytes(encoded)
    try:
        return "\0" not in decoded.decode()
    except UnicodeDecodeError:
        return False
