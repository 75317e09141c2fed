"""Device cookies as signed JWTs, whose audience keeps them and access tokens apart."""

import time
import uuid
from collections.abc import Callable

import jwt

from src.service.shared_kernel.ids import UserId
from src.service.user.app.interface.device_cookies import DeviceCookie, DeviceCookies

_ALGORITHM = "HS256"
_AUDIENCE = "ticketing-device"
_TTL_SECONDS = 180 * 24 * 3600


class JwtDeviceCookies(DeviceCookies):
    def __init__(self, secret: str, now: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._now = now

    def issue(self, user_id: UserId) -> DeviceCookie:
        claims = {
            "sub": str(user_id),
            "aud": _AUDIENCE,
            "exp": int(self._now()) + _TTL_SECONDS,
            "jti": uuid.uuid4().hex,
        }
        value = jwt.encode(claims, self._secret, algorithm=_ALGORITHM)
        return DeviceCookie(value, _TTL_SECONDS)

    def device_of(self, cookie: str | None, user_id: UserId) -> str | None:
        if not cookie:
            return None
        try:
            claims = jwt.decode(
                cookie,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                subject=str(user_id),
                options={"require": ["sub", "exp", "aud", "jti"]},
            )
        except jwt.InvalidTokenError:
            return None
        return str(claims["jti"])
