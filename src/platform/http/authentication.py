"""Who is calling, from the Authorization header or the cookie."""

from typing import Annotated, Protocol

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.identity import Caller

COOKIE = "access_token"

_bearer = HTTPBearer(auto_error=False)
_cookie = APIKeyCookie(name=COOKIE, auto_error=False)


class TokenReader(Protocol):
    def read(self, token: str) -> Caller:
        """Raises NotSignedInError."""
        ...


async def optional_caller(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    cookie: Annotated[str | None, Security(_cookie)],
) -> Caller | None:
    """The caller, or None. A stale cookie is nobody; a header that does not hold is an error."""
    tokens: TokenReader = request.state.access_tokens
    if bearer is not None:
        return tokens.read(bearer.credentials)
    if not cookie:
        return None
    try:
        return tokens.read(cookie)
    except NotSignedInError:
        return None


async def required_caller(caller: Annotated[Caller | None, Depends(optional_caller)]) -> Caller:
    if caller is None:
        raise NotSignedInError("Sign in first.")
    return caller


OptionalCaller = Annotated[Caller | None, Depends(optional_caller)]
SignedIn = Annotated[Caller, Depends(required_caller)]
