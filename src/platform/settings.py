"""Settings: every one comes from the environment; spec/operations.md lists them in the same groups."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from src.platform.kafka_settings import (
    check_authority,
    check_certificate,
    check_servers,
    check_topic,
    with_sasl,
    with_tls,
)
from src.platform.origins_and_proxies import parse_origins, parse_proxies
from src.platform.setting_messages import message_of, name_of
from src.platform.store_urls import check_kvrocks_url, check_postgres_url, check_redis_url
from src.service.shared_kernel.seating import MOST_SEATS


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

_DEPENDS: Any = Field(default=None, validate_default=True)

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

    # Where it listens and logs
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    data_dir: Path = Path(".data")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "console"] = "auto"

    # The stores. A URL may hold a password, so it is not for a repr.
    database_url: str | None = Field(default=None, repr=False)
    kvrocks_url: str | None = Field(default=None, repr=False)
    redis_url: str | None = Field(default=None, repr=False)
    kvrocks_bin: str | None = None
    key_prefix: str = ""
    postgres_pool_size: Connections = 20
    postgres_read_pool_size: Connections = 4
    store_pool_size: Connections = 64
    answer_timeout_seconds: Seconds = 2.0
    # A store that falls silent costs a request one of these. The rest of the two seconds in which everybody is
    # answered is for its other steps, for the way and for a busy process.
    postgres_timeout_seconds: AnswerSeconds = 1.5
    store_timeout_seconds: Seconds = 0.9

    # Kafka, if there is one
    kafka_bootstrap_servers: str | None = None
    kafka_topic: str = "ticketing.events"
    kafka_partitions: Annotated[Count, Field(le=10_000)] = 6
    kafka_replication_factor: Annotated[Count, Field(le=32_767)] = 1
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    # Whether these must be set depends on the ones before them.
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = _DEPENDS
    kafka_sasl_username: str | None = _DEPENDS
    kafka_sasl_password: SecretStr | None = _DEPENDS
    kafka_ssl_cafile: Path | None = None
    kafka_ssl_certfile: Path | None = None
    kafka_ssl_keyfile: Path | None = _DEPENDS

    # Signing in
    jwt_secret: SecretStr | None = None
    access_token_ttl_seconds: WholeSeconds = 12 * 3600
    login_failures_per_account: Count = 10
    login_failures_per_address: Count = 50
    taken_emails_per_address: Count = 20
    failure_window_seconds: WholeSeconds = 60

    # Requests, browsers and proxies
    cookie_secure: bool = False
    cors_origins: str = ""
    public_origin: str | None = None
    forwarded_allow_ips: str = ""
    max_body_bytes: Count = 65_536
    request_timeout_seconds: Seconds = 10.0
    keep_alive_seconds: WholeSeconds = 75

    # Events and holds
    hold_ttl_seconds: WholeSeconds = 900
    max_held_seats: Count = 20
    max_seats_per_event: Annotated[Count, Field(le=MOST_SEATS)] = 100_000
    max_subsections_per_event: Count = 2_000

    # Webhooks
    webhook_allow_private: bool = False

    # Background work
    expiry_interval_seconds: Seconds = 1.0
    reconcile_interval_seconds: Seconds = 30.0
    pending_ttl_seconds: WholeSeconds = 10
    draft_ttl_seconds: WholeSeconds = 300

    # Live streams
    max_sse_clients: Count = 20_000
    sse_merge_window_seconds: Seconds = 0.1
    sse_heartbeat_seconds: Seconds = 15.0
    sse_send_timeout_seconds: WholeAnswerSeconds = 30
    sse_version_check_seconds: Seconds = 3.0

    @field_validator("*")
    @classmethod
    def _is_text(cls, value: Any) -> Any:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        # An environment may hold any bytes; those that are no UTF-8 come in as lone surrogates.
        if isinstance(text, str) and any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ValueError("must be text in UTF-8")
        return value

    @field_validator("database_url")
    @classmethod
    def _postgres_url(cls, value: str | None) -> str | None:
        if value:
            check_postgres_url(value)
        return value

    @field_validator("kvrocks_url")
    @classmethod
    def _kvrocks_url(cls, value: str | None) -> str | None:
        if value:
            check_kvrocks_url(value)
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_url(cls, value: str | None) -> str | None:
        if value:
            check_redis_url(value)
        return value

    @field_validator("key_prefix")
    @classmethod
    def _no_braces(cls, value: str) -> str:
        if set(value) & set("{}"):
            raise ValueError("must have no braces: in a key they say what belongs together")
        return value

    @field_validator("kafka_bootstrap_servers")
    @classmethod
    def _kafka_servers(cls, value: str | None) -> str | None:
        if value and find_spec("aiokafka") is None:
            raise ValueError(
                "needs the package aiokafka, which is not installed: install the extra `kafka`"
            )
        if value:
            check_servers(value)
        return value

    @field_validator("kafka_topic")
    @classmethod
    def _kafka_topic(cls, value: str) -> str:
        check_topic(value)
        return value

    @field_validator("kafka_security_protocol")
    @classmethod
    def _kafka_security(cls, value: str, info: ValidationInfo) -> str:
        if value != "PLAINTEXT" and info.data.get("kafka_bootstrap_servers", "wrong") is None:
            raise ValueError("needs KAFKA_BOOTSTRAP_SERVERS")
        return value

    @field_validator("kafka_sasl_mechanism", "kafka_sasl_username", "kafka_sasl_password")
    @classmethod
    def _kafka_sasl(cls, value: Any, info: ValidationInfo) -> Any:
        if protocol := info.data.get("kafka_security_protocol"):
            if value and not with_sasl(protocol):
                raise ValueError("needs KAFKA_SECURITY_PROTOCOL to be SASL_SSL or SASL_PLAINTEXT")
            if with_sasl(protocol) and not value:
                raise ValueError(f"must be set, because KAFKA_SECURITY_PROTOCOL is {protocol}")
        return value

    @field_validator("kafka_ssl_cafile", "kafka_ssl_certfile", "kafka_ssl_keyfile")
    @classmethod
    def _kafka_tls(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        protocol = info.data.get("kafka_security_protocol")
        if value and protocol and not with_tls(protocol):
            raise ValueError("needs KAFKA_SECURITY_PROTOCOL to be SSL or SASL_SSL")
        if value and info.field_name == "kafka_ssl_cafile":
            check_authority(value)
        if info.field_name == "kafka_ssl_keyfile":
            certificate = info.data.get("kafka_ssl_certfile")
            if value and not certificate:
                raise ValueError("needs KAFKA_SSL_CERTFILE, the certificate of this key")
            if certificate:
                check_certificate(certificate, value)
        return value

    @field_validator("cors_origins")
    @classmethod
    def _exact_origins(cls, value: str) -> str:
        parse_origins(value)
        return value

    @field_validator("public_origin")
    @classmethod
    def _one_origin(cls, value: str | None) -> str | None:
        if value and len(parse_origins(value)) != 1:
            raise ValueError("must be one origin, as browsers write it")
        return value

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _known_proxies(cls, value: str) -> str:
        parse_proxies(value)
        return value

    @classmethod
    def read(cls, **given: Any) -> Self:
        """From the environment, and from `given` instead where that is not None.

        Raises SettingError with a line for each setting that is wrong.
        """
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            lines = [f"{name_of(problem)}: {message_of(problem)}." for problem in error.errors()]
            raise SettingError("\n".join(lines)) from None

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins whose pages may use the API."""
        return parse_origins(self.cors_origins)

    @property
    def trusted_proxies(self) -> list[str]:
        """Whose X-Forwarded-For and X-Forwarded-Proto are believed: networks, or ["*"] for all."""
        return parse_proxies(self.forwarded_allow_ips)

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
