"""Routes on which a request that is as it should be costs little."""

import re
from collections.abc import Callable, Coroutine
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import File, Form
from starlette.types import ASGIApp, Receive, Scope, Send

from src.platform.http.json_body import JsonRequest, read_json
from src.platform.http.strict_route import Handler, StrictRoute, check_address

_NUMBER = re.compile("[1-9][0-9]{0,17}")


# None for a request that has to be interpreted.
QuickHandler = Callable[[Request], Coroutine[Any, Any, Response | None]]


class FastPathRoute(StrictRoute):
    """A request that needs no interpretation goes straight to its endpoint.

    That is one without a query, with plain digits where the path has a number, and with a valid
    JSON body where one is expected; to an endpoint that takes the request, its path's parameters,
    headers that are texts, one body, and what dependencies make of the request alone. All others
    go the framework's way, dependencies included, and so do the errors. Endpoints return a Response.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        quick = self._quick_handler()
        if quick is not None and not self.dependant.body_params:
            # Nothing of the request is used up before it is known that it needs no interpretation.
            self.app = _quick_app(quick, self.app)

    def get_route_handler(self) -> Handler:
        interpreted = super().get_route_handler()
        quick = self._quick_handler()
        if quick is None or not self.dependant.body_params:
            return interpreted

        async def handle(request: Request) -> Response:
            if not request.scope["query_string"]:
                request = JsonRequest(request.scope, request.receive)
            return await quick(request) or await interpreted(request)

        return handle

    def _quick_handler(self) -> QuickHandler | None:
        """None where every request has to be interpreted."""
        known = self.dependant
        endpoint, request_name = self.endpoint, known.request_param_name
        dependencies = [d for d in map(_Dependency.of, known.dependencies) if d is not None]
        if (
            request_name is None
            or len(dependencies) < len(known.dependencies)
            or not _takes_plain_values(known)
        ):
            return None
        numbers = {p.name for p in known.path_params if p.field_info.annotation is int}
        defaults = {p.name: p.default for p in known.query_params}
        headers = [(p.name, p.alias, p.default) for p in known.header_params]
        body = known.body_params[0] if known.body_params else None

        async def handle(request: Request) -> Response | None:
            if request.scope["query_string"]:
                return None
            check_address(request, [])
            arguments: dict[str, Any] = {request_name: request, **defaults}
            # In the framework's order: a body that is no JSON, who is calling, what they send.
            content = None
            if body is not None:
                if request.headers.get("content-type") != "application/json":
                    return None
                if not (sent := await request.body()):
                    return None
                content = read_json(sent)
            for dependency in dependencies:
                arguments[dependency.name] = await dependency.call(**{dependency.takes: request})
            for name, value in request.path_params.items():
                if name not in numbers:
                    arguments[name] = value
                elif _NUMBER.fullmatch(value):
                    arguments[name] = int(value)
                else:
                    return None
            for name, header, default in headers:
                arguments[name] = request.headers.get(header, default)
            if body is not None:
                arguments[body.name], errors = body.validate(content, loc=("body",))
                if errors:
                    return None
            response: Response = await endpoint(**arguments)
            return response

        return handle


def _quick_app(quick: QuickHandler, interpreting: ASGIApp) -> ASGIApp:
    """Errors are left to the app's own handlers, which stand around all routes."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await quick(Request(scope, receive, send))
        await (interpreting if response is None else response)(scope, receive, send)

    return app


class _Dependency(NamedTuple):
    """What a coroutine function makes of the request alone."""

    name: str
    call: Callable[..., Coroutine[Any, Any, Any]]
    takes: str

    @classmethod
    def of(cls, known: Dependant) -> "_Dependency | None":
        """None for a dependency of any other kind."""
        name, call, takes = known.name, known.call, known.request_param_name
        if name is None or call is None or takes is None:
            return None
        if not (iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)):
            return None
        if known.dependencies or known.path_params or known.query_params:
            return None
        if known.header_params or known.cookie_params or known.body_params:
            return None
        return cls(name, call, takes)


def _takes_plain_values(known: Dependant) -> bool:
    return (
        not known.cookie_params
        and not any(p.field_info.is_required() for p in known.query_params)
        and all(p.field_info.annotation == str | None for p in known.header_params)
        and len(known.body_params) <= 1
        and not any(isinstance(p.field_info, Form | File) for p in known.body_params)
        and not any(getattr(p.field_info, "embed", False) for p in known.body_params)
    )
