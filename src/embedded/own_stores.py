"""The two servers of one data directory, whichever processes of ours use them."""

import json
import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from src.embedded.errors import EmbeddedServerError
from src.embedded.kvrocks import EmbeddedKvrocks, kvrocks_binary
from src.embedded.locks import ChangeLock, UseLock
from src.embedded.postgres import EmbeddedPostgres
from src.platform.settings import Settings

_DATABASE = "ticketing"
_LOCK_SECONDS = 150.0  # longer than a server may take to start


class OwnStores:
    """The two servers of one data directory, and the locks that say who uses them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._data_dir = _prepare(settings.data_dir)
        self._postgres = EmbeddedPostgres(self._data_dir)
        self._kvrocks = EmbeddedKvrocks(self._data_dir, kvrocks_binary(settings.kvrocks_bin))
        self._changes = ChangeLock(self._data_dir / "change.lock")
        self._users = UseLock(self._data_dir / "users.lock")
        self._joined = False
        self._summary = self._data_dir / "servers.json"

    def join(self) -> Settings:
        with self._changes.held(timeout=_LOCK_SECONDS):
            self._users.share()
            self._joined = True
            self._start_kvrocks()
            self._postgres.start()
            self._postgres.ensure_database(_DATABASE)
            self._write_summary()
            return self._settings.model_copy(
                update={
                    "database_url": self._postgres.url(_DATABASE),
                    "kvrocks_url": self._kvrocks.url,
                    "redis_url": self._kvrocks.url,
                    "jwt_secret": self._settings.jwt_secret or self._own_secret(),
                }
            )

    def _start_kvrocks(self) -> None:
        try:
            self._kvrocks.start()
        except EmbeddedServerError as error:
            if self._settings.kvrocks_bin is None:
                raise
            raise EmbeddedServerError(f"KVROCKS_BIN: {error}") from error

    def leave(self) -> None:
        try:
            if self._joined:
                self._stop_unless_used()
        finally:
            self._users.close()
            self._changes.close()

    def _stop_unless_used(self) -> None:
        with self._changes.held(timeout=_LOCK_SECONDS):
            if self._users.is_last():
                self._kvrocks.stop()
                self._postgres.stop()
                self._summary.unlink(missing_ok=True)

    def _write_summary(self) -> None:
        """Say where the servers are, for people and tools; no process of ours reads it back."""
        summary = {
            "database_url": self._postgres.url(_DATABASE),
            "kvrocks_url": self._kvrocks.url,
            "pids": {"postgres": self._postgres.pid, "kvrocks": self._kvrocks.pid},
        }
        _write_private(self._summary, json.dumps(summary, indent=2) + "\n")

    def _own_secret(self) -> SecretStr:
        path = self._data_dir / "jwt_secret"
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(48))
        return SecretStr(path.read_text())


def _prepare(data_dir: Path) -> Path:
    data_dir = data_dir.resolve()
    try:
        # As root, PostgreSQL's own account has to pass through.
        mode = 0o711 if os.geteuid() == 0 else 0o700
        data_dir.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedServerError(
            f"DATA_DIR: {data_dir} cannot be created: {error.strerror}."
        ) from error
    if not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise EmbeddedServerError(
            f"DATA_DIR: {data_dir} cannot be written by this account. Name a directory of its own."
        )
    return data_dir


def _write_private(path: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
