"""The service as users meet it: a process of its own, on a loopback port."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from kit.waiting import TIMEOUT, wait_until
from src.cli import main as run_program
from src.platform.settings import Settings
from src.server.workers import environment_of
from test.support.program import start_program


class ServiceProcess:
    """A running `ticketing serve`. Start it, wait for it, and end it one way or another."""

    def __init__(
        self,
        settings: Settings,
        log: Path,
        *,
        arguments: Sequence[str] = ("serve",),
        main: Callable[[], object] = run_program,
    ) -> None:
        self.settings = settings
        self.base_url = f"http://127.0.0.1:{settings.port}"
        self.log = log
        self._said_before = log.stat().st_size if log.exists() else 0
        environment = {**os.environ, **environment_of(settings)}
        self._process = start_program(arguments, environment, log, log, main)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.exitcode is None

    def wait_until_ready(self, *, timeout: float = TIMEOUT) -> None:
        """Wait until the service, in each of its processes, and all its stores are ready."""

        def ready() -> bool:
            assert self.is_running, f"the service ended while starting:\n{self._tail()}"
            try:
                return b"Serving on" in self._said() and http.get("/health/ready").is_success
            except httpx.TransportError:
                return False

        with httpx.Client(base_url=self.base_url, verify=False, timeout=2.0) as http:
            wait_until(ready, within=timeout, what="a ready service")

    def stop(self, *, timeout: float = TIMEOUT) -> None:
        """End it as an operator would, and see that it ended well; do nothing when it has ended."""
        if not self.is_running:
            return
        self._process.terminate()
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            self.kill()
            raise AssertionError(f"no end {timeout} s after SIGTERM:\n{self._tail()}")
        assert code == 0, f"ended with {code}:\n{self._tail()}"

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.join()

    def send_signal(self, number: signal.Signals) -> None:
        """SIGSTOP and SIGCONT pause it and let it go on."""
        os.kill(self.pid, number)

    def _said(self) -> bytes:
        return self.log.read_bytes()[self._said_before :] if self.log.exists() else b""

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]
