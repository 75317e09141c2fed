"""Which processes use the embedded servers, told by locks that the kernel drops with a process."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from src.embedded.errors import EmbeddedServerError


class ChangeLock:
    """Held by the one process that starts or stops servers at a moment.

    The file is opened once: the lock outlives a data directory that is removed meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = _open(path)

    @contextmanager
    def held(self, *, timeout: float) -> Iterator[None]:
        """Hold the lock; raise EmbeddedServerError when another process keeps it past timeout."""
        deadline = time.monotonic() + timeout
        while not _try(self._descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"Another process has been starting or stopping the embedded servers for "
                    f"{timeout:.0f} s (it holds {self._path}). End it, then try again."
                )
            time.sleep(0.02)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


class UseLock:
    """Shared by every process that uses the servers; the last one out may stop them."""

    def __init__(self, path: Path) -> None:
        self._descriptor = _open(path)

    def share(self) -> None:
        """Count this process among the users. Call it while holding the change lock."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def is_last(self) -> bool:
        """True when no other process uses the servers. Call it while holding the change lock."""
        return _try(self._descriptor, fcntl.LOCK_EX)

    def close(self) -> None:
        """Leave the users."""
        os.close(self._descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try(descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
