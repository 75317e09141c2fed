"""Stores of a test's own, to be taken down and put back."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kit.ports import free_port
from src.embedded.kvrocks import EmbeddedKvrocks, kvrocks_binary
from src.embedded.postgres import EmbeddedPostgres


@contextmanager
def own_kvrocks(environment: Mapping[str, str], directory: Path) -> Iterator[EmbeddedKvrocks]:
    """Run a Kvrocks that keeps its files in directory."""
    binary = kvrocks_binary(environment.get("KVROCKS_BIN"))
    server = EmbeddedKvrocks(directory, binary, free_port(), durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def own_postgres(directory: Path) -> Iterator[EmbeddedPostgres]:
    """Run a PostgreSQL that keeps its files in directory; a crash of it loses nothing."""
    if os.geteuid() == 0:
        directory.chmod(0o711)  # PostgreSQL's own account has to pass through
    server = EmbeddedPostgres(directory)
    try:
        server.start()
        yield server
    finally:
        server.stop()
