"""Embedded servers: PostgreSQL and a Redis-protocol server, kept under the data directory."""

from src.platform.embedded.errors import EmbeddedServerError
from src.platform.embedded.kvrocks import EmbeddedKvrocks, kvrocks_binary
from src.platform.embedded.postgres import EmbeddedPostgres
from src.platform.embedded.stores import running_stores

__all__ = [
    "EmbeddedKvrocks",
    "EmbeddedPostgres",
    "EmbeddedServerError",
    "kvrocks_binary",
    "running_stores",
]
