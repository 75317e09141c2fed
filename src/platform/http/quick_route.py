"""Routes for reads, where the framework's interpretation of a request costs more than the answer."""

import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

_NUMBER = re.compile("[1-9][0-9]{0,17}")

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class QuickRoute(APIRoute):
    """A request that needs no interpretation goes straight to its endpoint.

    That is one without a query, with plain digits where the path has a number, to an endpoint that
    takes the request, its path's parameters and nothing that is depended on. All others go the
    framework's way, and so do the errors. Endpoints return a Response.
    """

    def get_route_handler(self) -> _Handler:
        interpreted = super().get_route_handler()
        known = self.dependant
        if (
            known.dependencies
            or known.header_params
            or known.cookie_params
            or known.body_params
            or known.request_param_name is None
        ):
            return interpreted
        endpoint, request_name = self.endpoint, known.request_param_name
        numbers = {p.name for p in known.path_params if p.field_info.annotation is int}

        async def handle(request: Request) -> Response:
            if request.scope["query_string"]:
                return await interpreted(request)
            arguments: dict[str, Any] = {request_name: request}
            for name, value in request.path_params.items():
                if name not in numbers:
                    arguments[name] = value
                elif _NUMBER.fullmatch(value):
                    arguments[name] = int(value)
                else:
                    return await interpreted(request)
            response: Response = await endpoint(**arguments)
            return response

        return handle
