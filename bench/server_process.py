"""The service and the floors as processes of their own, on loopback ports."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

from src.platform.settings import Settings

_ROOT = Path(__file__).resolve().parents[1]
_URL = re.compile(r"http://127\.0\.0\.1:(\d+)")
_STOP_SECONDS = 30.0
_READY_SECONDS = 60.0

# A few buyers stand for all those who would hold as many seats.
_SEATS_OF_ONE_BUYER = "100000"


class ServerProcess:
    """A server that prints its address once it takes connections."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.started_at = time.monotonic()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line
                [sys.executable, "-m", *arguments],
                cwd=_ROOT,
                env=_clean_environment() | dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        self.port = self._announced_port(log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def serving_pids(self) -> list[int]:
        """The processes that answer requests: the workers, or the one process there is."""
        workers = [
            child.pid
            for child in psutil.Process(self.pid).children()
            if "src.server.workers" in child.cmdline()
        ]
        return workers or [self.pid]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _announced_port(self, log: Path) -> int:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := _URL.search(line):
                return int(found[1])
        self.stop()
        raise SystemExit(f"A server ended while starting:\n{log.read_text()[-4000:]}")


class Service(ServerProcess):
    """`ticketing serve` as it is for its users: on embedded stores, or on those that the settings name."""

    def __init__(
        self,
        directory: Path,
        *,
        workers: int = 1,
        program: str = "src.cli",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.data_dir = directory / "data"
        self._settings = settings or {}
        super().__init__(
            [program, "serve", "--port", "0", "--workers", str(workers)],
            {
                "DATA_DIR": str(self.data_dir),
                "MAX_HELD_SEATS": _SEATS_OF_ONE_BUYER,
                **self._settings,
            },
            directory / "service.log",
        )

    @property
    def database_url(self) -> str:
        return self._settings.get("DATABASE_URL") or self._servers()["database_url"]

    @property
    def kvrocks_url(self) -> str:
        return self._servers()["kvrocks_url"]

    @property
    def jwt_secret(self) -> str:
        return self._settings.get("JWT_SECRET") or (self.data_dir / "jwt_secret").read_text()

    def wait_until_ready(self) -> float:
        """Return the seconds from the start of the process to its first `ready`."""
        deadline = self.started_at + _READY_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(urllib.error.URLError):
                urllib.request.urlopen(self.url("/health/ready"), timeout=5).close()  # noqa: S310
                return time.monotonic() - self.started_at
            time.sleep(0.005)
        raise SystemExit("The service is not ready in time.")

    def _servers(self) -> dict[str, str]:
        servers: dict[str, str] = json.loads((self.data_dir / "servers.json").read_text())
        return servers


@contextlib.contextmanager
def scratch_directory() -> Iterator[Path]:
    """A directory on disk that is gone afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="ticketing-bench-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def running_service(
    *,
    workers: int = 1,
    directory: Path | None = None,
    program: str = "src.cli",
    settings: Mapping[str, str] | None = None,
) -> Iterator[Service]:
    """A new service with empty stores, or a new process on those of `directory`; with these settings
    beside the defaults."""
    with contextlib.ExitStack() as stack:
        directory = directory or stack.enter_context(scratch_directory())
        service = Service(directory, workers=workers, program=program, settings=settings)
        stack.callback(service.stop)
        service.wait_until_ready()
        yield service


@contextlib.contextmanager
def running_floor(factory: str, contents: Mapping[str, bytes]) -> Iterator[ServerProcess]:
    """One of the apps of `bench.floor_apps`, served as the service is; it answers `contents`."""
    with scratch_directory() as directory:
        for name, content in contents.items():
            (directory / name).write_bytes(content)
        server = ServerProcess(
            ["bench.floor_server", factory],
            {"PORT": "0", "BENCH_CONTENTS": str(directory)},
            directory / "floor.log",
        )
        try:
            yield server
        finally:
            server.stop()


def _clean_environment() -> dict[str, str]:
    """Ours, without settings of the service: it is measured with its defaults, all but one."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.lower() not in Settings.model_fields
    }
