"""Access tokens as signed JWTs (HS256, the one algorithm accepted)."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import jwt

from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import UserId
from src.service.user.app.interface.access_tokens import (
    AccessToken,
    AccessTokens,
    TokenClaims,
    TokenId,
)

_ALGORITHM = "HS256"
_AUDIENCE = "ticketing"
_CACHED_TOKENS = 10_000
# PostgreSQL's clock has microseconds, and two accounts of one id are told apart by equality.
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class JwtAccessTokens(AccessTokens):
    """Caches the latest tokens whose signatures held, since checking one again tells nothing new
    and costs more than anything else in a small request. Their time is checked each time."""

    def __init__(self, secret: str, ttl_seconds: int, now: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._ttl = ttl_seconds
        self._now = now
        # What raises is not cached.
        self._verified = lru_cache(maxsize=_CACHED_TOKENS)(self._verify)

    def issue(self, caller: Caller, account_since: datetime) -> AccessToken:
        now = int(self._now())
        claims = {
            "sub": str(caller.id),
            "role": caller.role.value,
            "since": (account_since - _EPOCH) // _MICROSECOND,
            "aud": _AUDIENCE,
            "iat": now,
            "exp": now + self._ttl,
            "jti": uuid.uuid4().hex,
        }
        return AccessToken(jwt.encode(claims, self._secret, algorithm=_ALGORITHM), self._ttl)

    def read(self, token: str) -> TokenClaims:
        try:
            claims, expires_at = self._verified(token)
        except (jwt.InvalidTokenError, KeyError, ValueError, OverflowError) as error:
            raise NotSignedInError("The access token is not valid. Sign in again.") from error
        if self._now() >= expires_at:
            raise NotSignedInError("The access token has expired. Sign in again.")
        return claims

    def _verify(self, token: str) -> tuple[TokenClaims, int]:
        claims = jwt.decode(
            token,
            self._secret,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={
                "require": ["sub", "exp", "iat", "aud", "jti"],
                # Another instance's clock may be ahead of ours; its signature is what counts.
                "verify_iat": False,
            },
        )
        expires_at = int(claims["exp"])
        return TokenClaims(
            TokenId(uuid.UUID(claims["jti"])),
            Caller(UserId(int(claims["sub"])), Role(claims["role"])),
            _EPOCH + int(claims["since"]) * _MICROSECOND,
            datetime.fromtimestamp(expires_at, UTC),
        ), expires_at
