"""What is secret is not written where people look: not in a repr, an error or a log."""

import json
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import structlog
from pydantic import SecretStr, ValidationError

from src.bootstrap.composition import open_services
from src.platform.database import make_engine
from src.platform.logging import configure_logging
from src.platform.metrics import Metrics
from src.platform.redis_clients import make_client, make_listener
from src.platform.settings import SettingError, Settings
from src.service.shared_kernel.identity import Role
from src.service.shared_kernel.ids import UserId
from src.service.user.app.command.login_use_case import Login
from src.service.user.app.interface.access_tokens import AccessToken
from src.service.user.app.interface.device_cookies import DeviceCookie
from src.service.user.app.login_limits import Origin
from src.service.user.domain.user import Profile, User
from src.service.user.driven_adapter.jwt_access_tokens import JwtAccessTokens
from src.service.user.driven_adapter.jwt_device_cookies import JwtDeviceCookies
from src.service.user.driving_adapter.schema.user_schema import (
    LoginRequest,
    LoginResponse,
    RegisterRequest,
)
from test.fake.people import NOW

HIDDEN = "hidden-4711-hidden-4711-hidden-4711"
USER = User(UserId(1), Profile("ann@example.com", "Ann", Role.BUYER), NOW)
TOKEN = AccessToken(HIDDEN, 60)

STORES: dict[str, Any] = {
    "database_url": f"postgresql://ticketing:{HIDDEN}@127.0.0.1:1/ticketing",
    "kvrocks_url": f"redis://:{HIDDEN}@127.0.0.1:1/0",
    "redis_url": f"redis://:{HIDDEN}@127.0.0.1:1/0",
}
SETTINGS = Settings(**STORES, jwt_secret=SecretStr(HIDDEN))


class TestARepr:
    @pytest.mark.parametrize(
        "thing",
        [
            SETTINGS,
            TOKEN,
            DeviceCookie(HIDDEN, 60),
            Login(USER, TOKEN, DeviceCookie(HIDDEN, 60)),
            Origin("192.0.2.1", HIDDEN),
            JwtAccessTokens(HIDDEN, 60),
            JwtDeviceCookies(HIDDEN),
            RegisterRequest(
                email="a@b.example", password=SecretStr(HIDDEN), name="A", role=Role.BUYER
            ),
            LoginRequest(email="a@b.example", password=SecretStr(HIDDEN)),
            LoginResponse.with_token(USER, TOKEN),
            make_engine(STORES["database_url"], pool_size=1, timeout=1),
            make_client(STORES["redis_url"], pool_size=1, timeout=1),
            make_listener(STORES["redis_url"], timeout=1),
        ],
        ids=lambda thing: type(thing).__name__,
    )
    def test_holds_no_secret(self, thing: object) -> None:
        assert HIDDEN not in repr(thing)
        assert HIDDEN not in str(thing)

    async def test_of_everything_that_is_built_holds_none(self) -> None:
        async with open_services(SETTINGS, Metrics()) as services:
            assert HIDDEN not in repr(services)


class TestAnError:
    def test_about_settings_does_not_quote_them(self) -> None:
        with pytest.raises(ValidationError) as refused:
            Settings(**STORES, port=HIDDEN)

        assert HIDDEN not in str(refused.value)
        assert "port" in str(refused.value)

    @pytest.mark.parametrize("length", [11, 31])
    def test_about_a_short_secret_says_what_to_set_and_not_what_it_is(self, length: int) -> None:
        short = Settings(**STORES, jwt_secret=SecretStr(HIDDEN[:length]))

        with pytest.raises(SettingError, match=r"JWT_SECRET.*32.*openssl") as refused:
            short.require_stores()

        assert HIDDEN[:length] not in str(refused.value)

    def test_a_secret_is_measured_in_bytes(self) -> None:
        enough = Settings(**STORES, jwt_secret=SecretStr("祕密" * 6))

        assert enough.require_stores() is enough


class TestALog:
    @pytest.fixture(autouse=True)
    def logging_as_it_was(self) -> Iterator[None]:
        root = logging.getLogger()
        handlers, level = root.handlers, root.level
        yield
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()

    @pytest.mark.parametrize("log_format", ["json", "console"])
    def test_of_a_failure_names_the_place_and_no_variable(
        self, capsys: pytest.CaptureFixture[str], log_format: Literal["json", "console"]
    ) -> None:
        configure_logging(Settings(log_level="DEBUG", log_format=log_format))

        def look_at(password: str) -> None:
            raise ZeroDivisionError("as if by mistake" if password else "")

        for logger in (logging.getLogger("uvicorn.error"), structlog.get_logger("test")):
            try:
                look_at("-".join(["hidden", "4711"]))
            except ZeroDivisionError:
                logger.exception("failed")

        written = capsys.readouterr().err
        assert written.count("as if by mistake") >= 2
        assert "look_at" in written
        assert "hidden-4711" not in written
        if log_format == "json":
            assert all(json.loads(line) for line in written.splitlines())
