"""Access tokens: only our own, for now, and as we made them."""

import base64
import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from src.service.shared_kernel.errors import NotSignedInError
from src.service.user.driven_adapter.jwt_access_tokens import JwtAccessTokens
from test.fake.people import BUYER, NOW, SELLER

SECRET = "a secret for tests alone, of 64 bytes or more, so that it suits every algorithm"
TOKENS = JwtAccessTokens(SECRET, 3600)


def claims(**changed: Any) -> dict[str, Any]:
    """Good claims, with some changed or, where None, left out."""
    now = int(time.time())
    good = {
        "sub": "1",
        "role": "seller",
        "aud": "ticketing",
        "iat": now,
        "exp": now + 60,
        "since": 1_700_000_000_123_456,
        "jti": uuid.uuid4().hex,
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def token(*, secret: str = SECRET, algorithm: str = "HS256", **changed: Any) -> str:
    return jwt.encode(claims(**changed), secret, algorithm=algorithm)


def unsigned() -> str:
    def part(content: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims())}."


def tampered() -> str:
    header, _, signature = token().split(".")
    _, payload, _ = token(role="buyer").split(".")
    return f"{header}.{payload}.{signature}"


@pytest.mark.parametrize("caller", [SELLER, BUYER])
def test_a_token_names_its_caller(caller: Any) -> None:
    assert TOKENS.read(TOKENS.issue(caller, NOW).token).caller == caller


def test_a_token_names_its_account_to_the_microsecond() -> None:
    since = datetime(2026, 1, 31, 23, 59, 59, 999_999, UTC)

    assert TOKENS.read(TOKENS.issue(BUYER, since).token).account_since == since


def test_a_token_has_an_id_and_an_end() -> None:
    made = token(jti="0123456789abcdef0123456789abcdef", exp=4_000_000_000)

    read = TOKENS.read(made)

    assert read.id.hex == "0123456789abcdef0123456789abcdef"
    assert read.expires_at == datetime.fromtimestamp(4_000_000_000, UTC)


def test_a_token_says_how_long_it_lives() -> None:
    issued = JwtAccessTokens(SECRET, 3600, now=lambda: 1_000_000.7).issue(SELLER, NOW)

    read = jwt.decode(issued.token, options={"verify_signature": False})
    assert issued.expires_in == 3600
    assert (read["iat"], read["exp"]) == (1_000_000, 1_003_600)


def test_two_tokens_differ() -> None:
    assert TOKENS.issue(SELLER, NOW).token != TOKENS.issue(SELLER, NOW).token


def test_what_the_refused_tokens_are_made_from_is_good() -> None:
    assert TOKENS.read(token()).caller == SELLER


def test_a_token_of_an_instance_whose_clock_is_ahead_is_good() -> None:
    assert TOKENS.read(token(iat=int(time.time()) + 600)).caller == SELLER


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(token(secret="another secret of 32 bytes or more"), id="another key"),
        pytest.param(token(algorithm="HS384"), id="another algorithm"),
        pytest.param(token(algorithm="HS512"), id="yet another algorithm"),
        pytest.param(unsigned(), id="alg none"),
        pytest.param(tampered(), id="tampered with"),
        pytest.param(token(exp=int(time.time()) - 1), id="expired"),
        pytest.param(token(aud="elsewhere"), id="another audience"),
        pytest.param(token(aud=None), id="no audience"),
        pytest.param(token(exp=None), id="no end"),
        pytest.param(token(iat=None), id="no beginning"),
        pytest.param(token(sub=None), id="nobody"),
        pytest.param(token(sub="ann"), id="not an id"),
        pytest.param(token(jti=None), id="no id"),
        pytest.param(token(jti="one"), id="an id that is none"),
        pytest.param(token(jti=7), id="a number as id"),
        pytest.param(token(exp=10**20), id="an end beyond all time"),
        pytest.param(token(role=None), id="no role"),
        pytest.param(token(since=None), id="no account"),
        pytest.param(token(since="long"), id="an account of no time"),
        pytest.param(token(since=10**20), id="an account after all time"),
        pytest.param(token(role="admin"), id="unknown role"),
        pytest.param(token(role=["seller"]), id="a list of roles"),
        pytest.param("", id="nothing"),
        pytest.param("nonsense", id="nonsense"),
        pytest.param("a.b.c", id="dotted nonsense"),
        pytest.param("é.é.é", id="not ascii"),
        pytest.param("\ud800", id="not writable"),
    ],
)
def test_any_other_token_is_refused(bad: str) -> None:
    with pytest.raises(NotSignedInError, match="Sign in again"):
        TOKENS.read(bad)


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


class TestRemembering:
    def test_the_signature_is_looked_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tokens = JwtAccessTokens(SECRET, 3600)
        made = tokens.issue(SELLER, NOW).token
        first = tokens.read(made)

        monkeypatch.setattr(jwt, "decode", None)

        assert tokens.read(made) == first

    def test_a_token_that_was_good_is_refused_from_its_end_on(self) -> None:
        clock = Clock()
        tokens = JwtAccessTokens(SECRET, 3600, now=clock)
        made = tokens.issue(SELLER, NOW).token
        end = tokens.read(made).expires_at.timestamp()

        clock.now = end - 0.1
        assert tokens.read(made).caller == SELLER
        clock.now = end
        with pytest.raises(NotSignedInError, match="expired"):
            tokens.read(made)

    def test_a_refused_token_is_refused_again(self) -> None:
        for _ in range(2):
            with pytest.raises(NotSignedInError):
                TOKENS.read(tampered())

    def test_one_instance_knows_nothing_of_what_another_took_for_good(self) -> None:
        made = TOKENS.issue(SELLER, NOW).token
        TOKENS.read(made)

        with pytest.raises(NotSignedInError):
            JwtAccessTokens("another secret of 32 bytes or more", 3600).read(made)

    def test_is_bounded(self) -> None:
        tokens = JwtAccessTokens(SECRET, 3600)

        assert tokens._verified.cache_info().maxsize == 10_000


def test_a_key_of_another_kind_does_not_become_a_secret() -> None:
    """A public key is known to everyone; taken as an HMAC key it would sign anything."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
    _, payload, signature = token().split(".")

    with pytest.raises(NotSignedInError):
        TOKENS.read(f"{header.decode().rstrip('=')}.{payload}.{signature}")
