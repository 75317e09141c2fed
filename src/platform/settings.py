"""Settings: every one comes from the environment; spec/operations.md lists them with their defaults."""

import re
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from src.platform.store_urls import check_kafka_servers, check_postgres_url, check_redis_url

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


class SettingError(Exception):
    """A setting that is missing, wrong or weak; the text names it and says what to set."""


_DAY = 24 * 3600
_YEAR = 366 * _DAY
Seconds = Annotated[float, Field(gt=0, le=_YEAR)]
WholeSeconds = Annotated[int, Field(gt=0, le=_YEAR)]
# PostgreSQL and the kernel count these in milliseconds, in 32 bits.
AnswerSeconds = Annotated[float, Field(gt=0, le=_DAY)]
WholeAnswerSeconds = Annotated[int, Field(gt=0, le=_DAY)]
Count = Annotated[int, Field(gt=0, le=2**31 - 1)]
Connections = Annotated[int, Field(gt=0, le=65_536)]

# What RFC 7518 asks of an HMAC-SHA-256 key.
_SECRET_BYTES = 32


class Settings(BaseSettings):
    """What the operator decides. Durations are in seconds."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
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
    key_prefix: str = ""
    kafka_bootstrap_servers: str | None = None

    jwt_secret: SecretStr | None = None
    access_token_ttl_seconds: WholeSeconds = 12 * 3600
    cookie_secure: bool = False
    cors_origins: str = ""
    forwarded_allow_ips: str = ""

    max_body_bytes: Count = 65_536
    request_timeout_seconds: Seconds = 10.0
    keep_alive_seconds: WholeSeconds = 75

    login_failures_per_account: Count = 10
    login_failures_per_address: Count = 50
    taken_emails_per_address: Count = 20
    failure_window_seconds: WholeSeconds = 60

    hold_ttl_seconds: WholeSeconds = 900
    expiry_interval_seconds: Seconds = 1.0
    draft_ttl_seconds: WholeSeconds = 300
    pending_ttl_seconds: WholeSeconds = 10
    reconcile_interval_seconds: Seconds = 30.0
    max_seats_per_event: Count = 100_000
    max_subsections_per_event: Count = 2_000
    max_held_seats: Count = 20

    max_sse_clients: Count = 20_000
    sse_merge_window_seconds: Seconds = 0.1
    sse_heartbeat_seconds: Seconds = 15.0
    sse_send_timeout_seconds: WholeAnswerSeconds = 30
    sse_version_check_seconds: Seconds = 3.0

    answer_timeout_seconds: Seconds = 2.0
    postgres_pool_size: Connections = 20
    postgres_read_pool_size: Connections = 4
    store_pool_size: Connections = 64
    postgres_timeout_seconds: AnswerSeconds = 1.8
    store_timeout_seconds: Seconds = 0.9

    @field_validator("*")
    @classmethod
    def _is_text(cls, value: Any) -> Any:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        # An environment may hold any bytes; those that are no UTF-8 come in as lone surrogates.
        if isinstance(text, str) and any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ValueError("must be text in UTF-8")
        return value

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

    @field_validator("database_url")
    @classmethod
    def _postgres_url(cls, value: str | None) -> str | None:
        if value:
            check_postgres_url(value)
        return value

    @field_validator("kvrocks_url", "redis_url")
    @classmethod
    def _redis_url(cls, value: str | None) -> str | None:
        if value:
            check_redis_url(value)
        return value

    @field_validator("kafka_bootstrap_servers")
    @classmethod
    def _kafka_servers(cls, value: str | None) -> str | None:
        if value and find_spec("aiokafka") is None:
            raise ValueError(
                "needs the package aiokafka, which is not installed: install the extra `kafka`"
            )
        if value:
            check_kafka_servers(value)
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

    @field_validator("key_prefix")
    @classmethod
    def _no_braces(cls, value: str) -> str:
        if set(value) & set("{}"):
            raise ValueError("must have no braces: in a key they say what belongs together")
        return value

    @classmethod
    def read(cls, **given: Any) -> Self:
        """From the environment, and from `given` instead where that is not None.

        Raises SettingError with a line for each setting that is wrong.
        """
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            lines = [f"{_name(problem)}: {_sentence(problem)}." for problem in error.errors()]
            raise SettingError("\n".join(lines)) from None

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
            raise SettingError(
                f"Set {', '.join(missing)}: outside embedded mode every store and the secret that "
                "signs access tokens must be named. (Set none of the three store URLs to run on "
                "embedded servers.)"
            )
        assert self.jwt_secret is not None
        if (length := len(self.jwt_secret.get_secret_value().encode())) < _SECRET_BYTES:
            raise SettingError(
                f"Set JWT_SECRET to at least {_SECRET_BYTES} random bytes, for example to what "
                f"`openssl rand -base64 36` prints; it has {length}. Whoever guesses it can sign "
                "in as anybody."
            )
        return self


def _name(problem: ErrorDetails) -> str:
    return ".".join(map(str, problem["loc"])).upper()


def _sentence(problem: ErrorDetails) -> str:
    """In plain words, and without the value: it may be a secret in the wrong place."""
    limits = problem.get("ctx", {})
    match problem["type"]:
        case "value_error":
            return str(limits["error"])
        case "int_parsing" | "int_type" | "int_from_float":
            return "must be a whole number"
        case "float_parsing" | "float_type" | "finite_number":
            return "must be a number"
        case "greater_than":
            return f"must be more than {limits['gt']:g}"
        case "greater_than_equal":
            return f"must be at least {limits['ge']:g}"
        case "less_than_equal":
            return f"must be at most {int(limits['le']):,}"
        case "int_parsing_size":
            return "is too large a number"
        case "bool_parsing" | "bool_type":
            return "must be true or false"
        case "literal_error":
            return f"must be one of {limits['expected']}"
    return problem["msg"]
