"""Access tokens as signed JWTs (HS256, the one algorithm accepted)."""

import time
import uuid
from collections.abc import Callable

import jwt

from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import UserId
from src.service.user.app.interface.access_tokens import AccessToken, AccessTokens

_ALGORITHM = "HS256"
_AUDIENCE = "ticketing"


class JwtAccessTokens(AccessTokens):
    def __init__(self, secret: str, ttl_seconds: int, now: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._ttl = ttl_seconds
        self._now = now

    def issue(self, caller: Caller) -> AccessToken:
        now = int(self._now())
        claims = {
            "sub": str(caller.id),
            "role": caller.role.value,
            "aud": _AUDIENCE,
            "iat": now,
            "exp": now + self._ttl,
            "jti": uuid.uuid4().hex,
        }
        return AccessToken(jwt.encode(claims, self._secret, algorithm=_ALGORITHM), self._ttl)

    def read(self, token: str) -> Caller:
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={
                    "require": ["sub", "exp", "iat", "aud"],
                    # Another instance's clock may be ahead of ours; its signature is what counts.
                    "verify_iat": False,
                },
            )
            return Caller(UserId(int(claims["sub"])), Role(claims["role"]))
        except (jwt.InvalidTokenError, KeyError, ValueError) as error:
            raise NotSignedInError("The access token is not valid. Sign in again.") from error
