"""A process that uses the embedded stores."""

import contextlib
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from src.embedded.stores import running_stores
from src.platform.settings import Settings


def use_stores(data_dir: Path, connection: Connection) -> None:
    """Say where they are, and use them until the other side closes, or until a signal comes."""
    os.setsid()
    # A test run in the background of a shell ignores SIGINT, and what it starts would too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    with running_stores(Settings(data_dir=data_dir)) as settings:
        assert settings.jwt_secret
        stores = settings.model_dump(include={"database_url", "kvrocks_url", "redis_url"})
        connection.send({**stores, "jwt_secret": settings.jwt_secret.get_secret_value()})
        with contextlib.suppress(EOFError):
            connection.recv()
