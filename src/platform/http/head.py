"""HEAD: what GET would answer, without the body."""

from collections.abc import Iterable, Iterator
from copy import copy

from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send


def answering_head(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """The same routes, but every one that takes GET takes HEAD. The server leaves the body out.

    An endpoint whose body is expensive, or endless, checks the method and returns a HeadOfStream.
    """
    for route in routes:
        methods = getattr(route, "methods", None) or set()
        if isinstance(route, APIRoute) and "GET" in methods:
            route = copy(route)  # the routers are shared by all apps, and described with GET alone
            route.methods = {*methods, "HEAD"}
        yield route


class HeadOfStream(Response):
    """The headers of an answer that is sent piece by piece and so has no length beforehand."""

    def __init__(self, headers: dict[str, str], media_type: str) -> None:
        super().__init__(headers=headers, media_type=media_type)
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        await send({"type": "http.response.body", "body": b""})
