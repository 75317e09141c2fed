"""Device cookies: only our own, and only for the user they were issued to."""

import time

import jwt
import pytest

from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import UserId
from src.service.user.driven_adapter.jwt_access_tokens import JwtAccessTokens
from src.service.user.driven_adapter.jwt_device_cookies import JwtDeviceCookies
from test.fake.people import NOW

SECRET = "a secret for tests alone, of 64 bytes or more, so that it suits every algorithm"
COOKIES = JwtDeviceCookies(SECRET)
ANN, BOB = UserId(1), UserId(2)


def test_a_cookie_names_a_device_of_its_user_alone() -> None:
    cookie = COOKIES.issue(ANN).value

    assert COOKIES.device_of(cookie, ANN)
    assert COOKIES.device_of(cookie, ANN) == COOKIES.device_of(cookie, ANN)
    assert COOKIES.device_of(cookie, BOB) is None


def test_each_is_another_device() -> None:
    one, other = (COOKIES.device_of(COOKIES.issue(ANN).value, ANN) for _ in range(2))

    assert one != other


def test_it_ends_with_its_time() -> None:
    half_a_year_ago = JwtDeviceCookies(SECRET, now=lambda: time.time() - 181 * 24 * 3600)

    assert COOKIES.device_of(half_a_year_ago.issue(ANN).value, ANN) is None


@pytest.mark.parametrize(
    "cookie",
    [
        None,
        "",
        "nonsense",
        "a.b.c",
        JwtDeviceCookies("another secret of 32 bytes or more").issue(ANN).value,
        JwtAccessTokens(SECRET, 60).issue(Caller(ANN, Role.BUYER), NOW).token,
        jwt.encode({"sub": "1", "aud": "ticketing-device", "jti": "1"}, SECRET, algorithm="HS256"),
    ],
)
def test_anything_else_names_none(cookie: str | None) -> None:
    assert COOKIES.device_of(cookie, ANN) is None


def test_it_is_no_access_token() -> None:
    with pytest.raises(NotSignedInError):
        JwtAccessTokens(SECRET, 60).read(COOKIES.issue(ANN).value)
