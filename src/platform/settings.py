"""Settings: every one comes from the environment; the README lists them with their defaults."""

import re
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# As a browser writes it: in lower case, and with a port only where it is not the scheme's own.
_ORIGIN = re.compile(r"(http://(?!.*:80$)|https://(?!.*:443$))[a-z0-9.-]+(:[0-9]{1,5})?")


def _items(listed: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in listed.split(",") if item.strip())


def _proxies(listed: str) -> list[str]:
    """Addresses and networks as uvicorn takes them. Raises ValueError with a sentence.

    Uvicorn itself takes what is neither for a name, which no connection ever has.
    """
    items = _items(listed)
    if "*" in items:
        if len(items) > 1:
            raise ValueError("'*' believes everybody, so it stands alone")
        return ["*"]
    networks = [_network(item) for item in items]
    # On an IPv6 socket, as HOST=:: is, an IPv4 proxy has an address of this form.
    mapped = [
        f"::ffff:{network.network_address}/{96 + network.prefixlen}"
        for network in networks
        if isinstance(network, IPv4Network)
    ]
    return [*map(str, networks), *mapped]


def _network(item: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(item)
    except ValueError:
        raise ValueError(
            f"{item!r} is neither an address like 10.0.0.2 nor a network like 10.0.0.0/24; names "
            "are not looked up"
        ) from None


class MissingSettingError(Exception):
    """A setting without which the service must not start, or a weak one; it says what to set."""


# What RFC 7518 asks of an HMAC-SHA-256 key.
_SECRET_BYTES = 32


class Settings(BaseSettings):
    """What the operator decides. Durations are in seconds."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    data_dir: Path = Path(".data")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "console"] = "auto"

    # Their repr is not for eyes: each may hold a password.
    database_url: str | None = Field(default=None, repr=False)
    kvrocks_url: str | None = Field(default=None, repr=False)
    redis_url: str | None = Field(default=None, repr=False)
    kvrocks_bin: str | None = None
    key_prefix: str = Field(default="", pattern=r"^[^{}]*$")
    kafka_bootstrap_servers: str | None = None

    jwt_secret: SecretStr | None = None
    access_token_ttl_seconds: PositiveInt = 12 * 3600
    cookie_secure: bool = False
    cors_origins: str = ""
    forwarded_allow_ips: str = ""

    max_body_bytes: PositiveInt = 65_536
    request_timeout_seconds: PositiveFloat = 10.0
    keep_alive_seconds: PositiveInt = 75

    login_failures_per_account: PositiveInt = 10
    login_failures_per_address: PositiveInt = 50
    taken_emails_per_address: PositiveInt = 20
    failure_window_seconds: PositiveInt = 60

    hold_ttl_seconds: PositiveInt = 900
    expiry_interval_seconds: PositiveFloat = 1.0
    draft_ttl_seconds: PositiveInt = 300
    pending_ttl_seconds: PositiveInt = 10
    reconcile_interval_seconds: PositiveFloat = 30.0
    max_seats_per_event: PositiveInt = 100_000
    max_held_seats: PositiveInt = 20

    max_sse_clients: PositiveInt = 20_000
    sse_merge_window_seconds: PositiveFloat = 0.1
    sse_heartbeat_seconds: PositiveFloat = 15.0
    sse_send_timeout_seconds: PositiveInt = 30
    sse_version_check_seconds: PositiveFloat = 3.0

    postgres_pool_size: PositiveInt = 20
    store_pool_size: PositiveInt = 64
    postgres_timeout_seconds: PositiveFloat = 1.8
    store_timeout_seconds: PositiveFloat = 0.9

    @field_validator("cors_origins")
    @classmethod
    def _exact_origins(cls, value: str) -> str:
        for origin in _items(value):
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is not an origin like https://shop.example.com or "
                    "http://localhost:3000; '*' is not possible, because cookies are let through"
                )
        return value

    @field_validator("kafka_bootstrap_servers")
    @classmethod
    def _kafka_is_installed(cls, value: str | None) -> str | None:
        if value and find_spec("aiokafka") is None:
            raise ValueError(
                "needs aiokafka, which is not installed: install requirements.lock, or the extra `kafka`"
            )
        return value

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _known_proxies(cls, value: str) -> str:
        _proxies(value)
        return value

    @property
    def trusted_proxies(self) -> list[str]:
        """Whose X-Forwarded-For and X-Forwarded-Proto are believed: networks, or ["*"] for all."""
        return _proxies(self.forwarded_allow_ips)

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins whose pages may use the API."""
        return _items(self.cors_origins)

    @property
    def embedded(self) -> bool:
        """True when no store is named: the service then brings its own."""
        return not (self.database_url or self.kvrocks_url or self.redis_url)

    def require_stores(self) -> "Settings":
        """Return self when every store and a good secret are named; otherwise say what to set."""
        needed = {
            "DATABASE_URL": self.database_url,
            "KVROCKS_URL": self.kvrocks_url,
            "REDIS_URL": self.redis_url,
            "JWT_SECRET": self.jwt_secret,
        }
        missing = [name for name, value in needed.items() if not value]
        if missing:
            raise MissingSettingError(
                f"Set {', '.join(missing)}: outside embedded mode every store and the secret that "
                "signs access tokens must be named. (Set none of the three store URLs to run on "
                "embedded servers.)"
            )
        assert self.jwt_secret is not None
        if (length := len(self.jwt_secret.get_secret_value().encode())) < _SECRET_BYTES:
            raise MissingSettingError(
                f"Set JWT_SECRET to at least {_SECRET_BYTES} random bytes, for example to what "
                f"`openssl rand -base64 36` prints; it has {length}. Whoever guesses it can sign "
                "in as anybody."
            )
        return self
