"""Who is calling, from the Authorization header or the cookie."""

from collections.abc import Iterator
from typing import Annotated, Any, Protocol

from fastapi import Depends, FastAPI, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.base import SecurityBase

from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.identity import Caller

COOKIE = "access_token"

_bearer = HTTPBearer(auto_error=False)
_cookie = APIKeyCookie(name=COOKIE, auto_error=False)


class CallerIdentification(Protocol):
    async def execute(self, token: str) -> Caller:
        """Raises NotSignedInError."""
        ...


class _OptionalCaller(SecurityBase):
    """The caller, or None. A stale cookie is nobody; a header that does not hold is an error.

    One dependency that reads both places, where the framework's own would be three: each costs
    every request. In the API's description it stands for the header, and for the cookie too once
    `describe_cookie` has been called.
    """

    model = _bearer.model
    scheme_name = _bearer.scheme_name

    async def __call__(self, request: Request) -> Caller | None:
        identify: CallerIdentification = request.state.identify_caller
        if (token := _bearer_token(request)) is not None:
            return await identify.execute(token)
        if not (token := request.cookies.get(COOKIE)):
            return None
        try:
            return await identify.execute(token)
        except NotSignedInError:
            return None


class _RequiredCaller(_OptionalCaller):
    """The caller, or NotSignedInError."""

    async def __call__(self, request: Request) -> Caller:
        caller = await super().__call__(request)
        if caller is None:
            raise NotSignedInError("Sign in first.")
        return caller


OptionalCaller = Annotated[Caller | None, Depends(_OptionalCaller())]
SignedIn = Annotated[Caller, Depends(_RequiredCaller())]


def presented_tokens(request: Request) -> Iterator[str]:
    """Every token that came with the request, whether it holds or not."""
    if (token := _bearer_token(request)) is not None:
        yield token
    if token := request.cookies.get(COOKIE):
        yield token


def describe_cookie(app: FastAPI) -> None:
    """Say in the API's description that the cookie will do wherever the header does."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = describe()
            schemes = document["components"]["securitySchemes"]
            schemes[_cookie.scheme_name] = _cookie.model.model_dump(
                by_alias=True, exclude_none=True, mode="json"
            )
            for operations in document["paths"].values():
                for operation in operations.values():
                    if "security" in operation:
                        operation["security"].append({_cookie.scheme_name: []})
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return (token.strip() or None) if scheme.lower() == "bearer" else None
