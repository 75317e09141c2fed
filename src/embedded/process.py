"""One server process, known by its pid file and by the directory it works in."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from src.embedded.account import Account
from src.embedded.errors import EmbeddedServerError
from src.embedded.signals import uninterrupted

_POLL_SECONDS = 0.005
_LOG_TAIL_BYTES = 2_000


class ServerProcess:
    """Starts, finds and ends the server that works in `home`, whichever process started it."""

    def __init__(self, name: str, home: Path) -> None:
        self.name = name
        self.home = home
        self.log = home.with_name(f"{home.name}.log")
        self._pid_file = home.with_name(f"{home.name}.pid")
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The server's pid while it lives, else None."""
        if self._child is not None and self._child.poll() is None:
            return self._child.pid
        try:
            pid = int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if works_in(pid, self.home) else None

    def spawn(
        self,
        command: Sequence[str | Path],
        *,
        account: Account | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the server in a session of its own, where the terminal's Ctrl-C does not reach it.

        Raises EmbeddedServerError when its program cannot be run.
        """
        if self.log.exists():
            self.log.replace(self.log.with_name(f"{self.log.name}.old"))
        self.log.touch(mode=0o600)
        try:
            with self.log.open("wb") as log, uninterrupted():
                self._child = subprocess.Popen(  # noqa: S603 - our own command line  # nosec B603
                    command,
                    cwd=self.home,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    umask=0o077,
                    user=account.uid if account else None,
                    group=account.gid if account else None,
                    extra_groups=[] if account else None,
                )
                self._pid_file.write_text(str(self._child.pid))
        except OSError as error:
            raise EmbeddedServerError(f"{command[0]} cannot be run: {error.strerror}.") from error

    def wait_until(self, ready: Callable[[], bool], *, timeout: float) -> None:
        """Wait for ready(); raise EmbeddedServerError, with the log's end, if that does not come."""
        deadline = time.monotonic() + timeout
        while not ready():
            if self.pid is None:
                raise EmbeddedServerError(f"{self.name} ended while starting. {self._log_tail()}")
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"{self.name} was not ready after {timeout:.0f} s. {self._log_tail()}"
                )
            time.sleep(_POLL_SECONDS)

    def end(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each step's signal and wait up to its seconds, until the server is gone."""
        for number, seconds in steps:
            pid = self.pid
            if pid is None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
                os.kill(pid, signal.SIGCONT)  # a paused one would not receive it
            deadline = time.monotonic() + seconds
            while self.pid == pid and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
        if self.pid is None:
            self._pid_file.unlink(missing_ok=True)

    def _log_tail(self) -> str:
        try:
            tail = self.log.read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace").strip()
        except OSError:
            tail = ""
        return f"The end of its log, {self.log}:\n{tail}"


def works_in(pid: int, directory: Path) -> bool:
    """True when pid is alive and works in directory; a reused pid works elsewhere."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return Path(process.cwd()) == directory.resolve()
    except psutil.Error:
        return False


def processes_in(directory: Path, name: str) -> list[int]:
    """The pids of all processes called name that work in directory."""
    return [
        process.pid
        for process in psutil.process_iter(["name"])
        if process.info["name"] == name and works_in(process.pid, directory)
    ]
