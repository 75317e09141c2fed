"""Settings: every one comes from the environment; the README lists them with their defaults."""

from pathlib import Path
from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MissingSettingError(Exception):
    """A setting without which the service must not start; the text says what to set."""


class Settings(BaseSettings):
    """What the operator decides. Durations are in seconds."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    data_dir: Path = Path(".data")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "console"] = "auto"

    database_url: str | None = None
    kvrocks_url: str | None = None
    redis_url: str | None = None
    kvrocks_bin: str | None = None
    key_prefix: str = Field(default="", pattern=r"^[^{}]*$")
    kafka_bootstrap_servers: str | None = None

    jwt_secret: SecretStr | None = None
    access_token_ttl_seconds: PositiveInt = 12 * 3600
    cookie_secure: bool = False

    hold_ttl_seconds: PositiveInt = 900
    expiry_interval_seconds: PositiveFloat = 1.0
    draft_ttl_seconds: PositiveInt = 300
    pending_ttl_seconds: PositiveInt = 10
    reconcile_interval_seconds: PositiveFloat = 30.0
    max_seats_per_event: PositiveInt = 100_000

    max_sse_clients: PositiveInt = 20_000
    sse_merge_window_seconds: PositiveFloat = 0.1
    sse_heartbeat_seconds: PositiveFloat = 15.0
    sse_send_timeout_seconds: PositiveInt = 30
    sse_version_check_seconds: PositiveFloat = 3.0

    postgres_pool_size: PositiveInt = 20
    store_pool_size: PositiveInt = 64
    postgres_timeout_seconds: PositiveFloat = 1.8
    store_timeout_seconds: PositiveFloat = 0.9

    @property
    def embedded(self) -> bool:
        """True when no store is named: the service then brings its own."""
        return not (self.database_url or self.kvrocks_url or self.redis_url)

    def require_stores(self) -> "Settings":
        """Return self when every store and secret is named; otherwise say which one to set."""
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
        return self
