"""Who is calling, from the Authorization header or the cookie."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request
from fastapi.encoders import jsonable_encoder
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.base import SecurityBase

from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.identity import Caller, Identify, nobody

COOKIE = "access_token"

_bearer = HTTPBearer(auto_error=False)
_cookie = APIKeyCookie(name=COOKIE, auto_error=False)


class CallerIdentification(Protocol):
    async def execute(self, token: str) -> Caller:
        """Raises NotSignedInError."""
        ...


# For the description of operations that call `optional_caller` themselves.
OPTIONAL_SIGN_IN: dict[str, Any] = {
    "security": [{_bearer.scheme_name: []}, {_cookie.scheme_name: []}, {}]
}


async def optional_caller(request: Request) -> Caller | None:
    """The caller, or None. A stale cookie is nobody; a header that does not hold is an error.

    Called directly where the framework has nothing else to resolve: as a dependency it would cost as
    much as the rest of a small response.
    """
    identify: CallerIdentification = request.state.identify_caller
    if (token := _bearer_token(request)) is not None:
        return await identify.execute(token)
    if not (token := request.cookies.get(COOKIE)):
        return None
    try:
        return await identify.execute(token)
    except NotSignedInError:
        return None


async def identification(request: Request) -> Identify:
    """Whoever `optional_caller` returns, but looked up only when it is asked for: a page of the browser
    sends its cookie with every request, also where it makes no difference. Raises NotSignedInError for
    a header that does not hold, whether it is asked for or not."""
    if _bearer_token(request) is None:
        return partial(optional_caller, request) if "cookie" in request.headers else nobody
    caller = await optional_caller(request)

    async def known() -> Caller | None:
        return caller

    return known


class _RequiredCaller(SecurityBase):
    """The caller, as a dependency: a 401 comes before the body is validated.

    It reads header and cookie, where the framework needs three dependencies. In the API's description
    it stands for the header; `describe_cookie` adds the cookie.
    """

    model = _bearer.model
    scheme_name = _bearer.scheme_name

    async def __call__(self, request: Request) -> Caller:
        """Raises NotSignedInError."""
        caller = await optional_caller(request)
        if caller is None:
            raise NotSignedInError("Sign in first.")
        return caller


SignedIn = Annotated[Caller, Depends(_RequiredCaller())]


def presented_tokens(request: Request) -> Iterator[str]:
    """Every token that came with the request, valid or not."""
    if (token := _bearer_token(request)) is not None:
        yield token
    if token := request.cookies.get(COOKIE):
        yield token


def describe_cookie(document: dict[str, Any]) -> None:
    """Say in the API's description that the cookie will do wherever the header does."""
    document["components"]["securitySchemes"][_cookie.scheme_name] = jsonable_encoder(
        _cookie.model, by_alias=True, exclude_none=True
    )
    header: dict[str, list[str]] = {_bearer.scheme_name: []}
    for operations in document["paths"].values():
        for operation in operations.values():
            if operation.get("security") == [header]:
                operation["security"].append({_cookie.scheme_name: []})


def _bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return (token.strip() or None) if scheme.lower() == "bearer" else None
