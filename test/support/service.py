"""The service as users meet it: a process of its own, on a loopback port."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx

from src.platform.settings import Settings
from src.server.workers import environment_of
from test.support.waiting import PATIENCE, wait_until

_ROOT = Path(__file__).resolve().parents[2]


class ServiceProcess:
    """A running `ticketing serve`. Start it, wait for it, and end it one way or another."""

    def __init__(
        self,
        settings: Settings,
        log: Path,
        *,
        arguments: Sequence[str] = ("serve",),
        program: str = "src.cli",
    ) -> None:
        self.settings = settings
        self.base_url = f"http://127.0.0.1:{settings.port}"
        self.log = log
        self._said_before = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", program, *arguments],
                cwd=_ROOT,
                env={**os.environ, **environment_of(settings)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self, *, timeout: float = PATIENCE) -> None:
        """Wait until the service, in each of its processes, and all its stores are ready."""

        def ready() -> bool:
            assert self.is_running, f"the service ended while starting:\n{self._tail()}"
            try:
                ready = httpx.get(f"{self.base_url}/health/ready", timeout=2.0).is_success
                return ready and b"Serving on" in self.log.read_bytes()[self._said_before :]
            except httpx.TransportError:
                return False

        wait_until(ready, within=timeout, what="a ready service")

    def stop(self, *, timeout: float = PATIENCE) -> None:
        """End it as an operator would, and see that it ended well; do nothing when it has ended."""
        if not self.is_running:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"no end {timeout} s after SIGTERM:\n{self._tail()}") from None
        assert code == 0, f"ended with {code}:\n{self._tail()}"

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """SIGSTOP and SIGCONT pause it and let it go on."""
        self._process.send_signal(number)

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]
