"""Several server processes on one listening socket, and the parent that supervises them."""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client.multiprocess import mark_process_dead
from pydantic import SecretStr

from src.platform.metrics import WORKERS_FOLDER
from src.platform.settings import Settings
from src.server import http_server

_logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
_STOP_SECONDS = 9.0  # more than a worker itself takes, and less than ten


def supervise(
    settings: Settings,
    listener: socket.socket,
    app_factory: str,
    *,
    count: int,
    on_ready: Callable[[], None],
) -> int:
    """Keep `count` workers serving until SIGINT or SIGTERM; return the exit code.

    A worker that dies is replaced. One that cannot even start ends everything with its exit code,
    since the next would fail the same way.
    """
    team: list[_Worker] = []
    announced = False
    with _stop_signal() as stop, tempfile.TemporaryDirectory(prefix="ticketing-metrics-") as folder:
        environment = os.environ | environment_of(settings) | {WORKERS_FOLDER: folder}
        try:
            team.extend(_Worker(listener, app_factory, environment) for _ in range(count))
            while not stop.wait(_POLL_SECONDS):
                for place, worker in enumerate(team):
                    if (code := worker.exit_code) is None:
                        continue
                    if not worker.was_ready:
                        return code or 1
                    _logger.error("worker %d died with exit code %d", worker.pid, code)
                    worker.close()
                    mark_process_dead(worker.pid, folder)  # type: ignore[no-untyped-call]
                    team[place] = _Worker(listener, app_factory, environment)
                if not announced and all(worker.was_ready for worker in team):
                    announced = True
                    on_ready()
        finally:
            _stop(team)
    return 0


def main(listener_fd: str, ready_fd: str, parent_fd: str, app_factory: str) -> int:
    """A worker: serve on an inherited socket until a signal, or the parent's death, ends it."""
    threading.Thread(target=_end_with_parent, args=(int(parent_fd),), daemon=True).start()

    def report() -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(int(ready_fd), b"!")

    with socket.socket(fileno=int(listener_fd)) as listener:
        return http_server.run(Settings(), listener, app_factory, on_ready=report)


class _Worker:
    """One worker process, the pipe it reports on and the pipe whose end tells it we are gone."""

    def __init__(
        self, listener: socket.socket, app_factory: str, environment: dict[str, str]
    ) -> None:
        self._ready, ready_end = os.pipe()
        parent_end, self._alive = os.pipe()
        os.set_blocking(self._ready, False)
        inherited = (listener.fileno(), ready_end, parent_end)
        self._process = subprocess.Popen(  # noqa: S603 - our own command line  # nosec B603
            [sys.executable, "-m", "src.server.workers", *map(str, inherited), app_factory],
            env=environment,
            stdin=subprocess.DEVNULL,
            pass_fds=inherited,
            # Ctrl-C reaches the parent alone, which passes it on in its own time.
            start_new_session=True,
        )
        os.close(ready_end)
        os.close(parent_end)
        self._was_ready = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    @property
    def was_ready(self) -> bool:
        if not self._was_ready:
            with contextlib.suppress(BlockingIOError):
                self._was_ready = os.read(self._ready, 1) != b""
        return self._was_ready

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait for the end until deadline (a time of the monotonic clock), then force it."""
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        os.close(self._ready)
        os.close(self._alive)


def _stop(team: list[_Worker]) -> None:
    for worker in team:
        worker.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    for worker in team:
        worker.wait(deadline)
        worker.close()


@contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set."""
    stop = threading.Event()
    previous = {
        number: signal.signal(number, lambda _number, _frame: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _end_with_parent(parent_fd: int) -> None:
    os.read(parent_fd, 1)  # returns when the parent is gone, however it went
    os.kill(os.getpid(), signal.SIGTERM)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment variables from which Settings() reads the same settings again."""
    values = {name: getattr(settings, name) for name in Settings.model_fields}
    return {
        name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values.items()
        if value is not None
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
