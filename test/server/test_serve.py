"""Serving, by one process and by several, until a signal."""

import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest

from kit.waiting import TIMEOUT, wait_until
from src.platform.settings import Settings
from src.server.listener import CannotListenError, listen, url_of
from test.support.processes import is_alive
from test.support.program import start_program
from test.support.serving import main as serve_tiny_app


class Serving:
    """A process that serves the tiny app."""

    def __init__(self, log: Path, processes: int, factory: str, settings: dict[str, str]) -> None:
        self._log = log
        environment = {**os.environ, "PORT": "0", **settings}
        main = partial(serve_tiny_app, processes, factory)
        self.process = start_program((), environment, log, log, main)

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def output(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def url(self) -> str:
        """Wait until it is ready; return its URL."""

        def ready() -> str | None:
            assert self.process.exitcode is None, self.output
            return next((line for line in self.output.splitlines() if "http://" in line), None)

        return str(wait_until(ready, what="the server"))

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal to its whole process group, as a terminal's Ctrl-C is."""
        os.killpg(self.pid, number)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end; return its exit code."""
        self.process.join(TIMEOUT)
        assert self.process.exitcode is not None, self.output
        return self.process.exitcode


Serve = Callable[..., Serving]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    started: list[Serving] = []

    def start(processes: int = 1, *, factory: str = "create_app", **settings: str) -> Serving:
        log = tmp_path / f"serving-{len(started)}.log"
        started.append(Serving(log, processes, factory, settings))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.ended()


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_open_streams_and_then_the_server(
    serve: Serve, processes: int, number: signal.Signals
) -> None:
    serving = serve(processes)
    with httpx.stream("GET", f"{serving.url()}/stream", timeout=TIMEOUT) as response:
        lines = response.iter_lines()
        assert next(lines) == "open"

        assert serving.end(number) == 0

        assert list(lines) == ["bye"], "the open stream was cut off, or waited for"
    assert serving.output.count("lifespan ended") == processes


def test_several_processes_have_the_settings_of_the_first(serve: Serve) -> None:
    serving = serve(2, DATABASE_URL="postgresql://db/ticketing", JWT_SECRET="the secret")
    url = serving.url()

    def answer() -> dict[str, object]:
        return dict(httpx.get(url, timeout=TIMEOUT).json())

    about = answer()
    assert about["url"] == "postgresql://db/ticketing"
    assert about["secret"] == "the secret"
    assert about["pid"] != serving.pid


@pytest.mark.parametrize(
    ("processes", "proxies", "client", "scheme"),
    [
        (1, "", "127.0.0.1", "http"),
        (1, "10.0.0.0/8,192.0.2.1", "127.0.0.1", "http"),
        (1, "10.0.0.1,127.0.0.1", "198.51.100.7", "https"),
        (2, "10.0.0.1,127.0.0.1", "198.51.100.7", "https"),
    ],
)
def test_who_the_client_is_says_a_proxy_that_is_named_and_nobody_else(
    serve: Serve, processes: int, proxies: str, client: str, scheme: str
) -> None:
    serving = serve(processes, FORWARDED_ALLOW_IPS=proxies)
    forwarded = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}

    about = httpx.get(serving.url(), headers=forwarded, timeout=TIMEOUT).json()

    assert (about["client"], about["scheme"]) == (client, scheme)


def test_a_worker_that_dies_is_replaced(serve: Serve) -> None:
    serving = serve(2)
    url = serving.url()
    victim = int(httpx.get(url, timeout=TIMEOUT).json()["pid"])

    os.kill(victim, signal.SIGKILL)

    def workers() -> list[int]:
        return [child.pid for child in psutil.Process(serving.pid).children()]

    wait_until(lambda: len(workers()) == 2 and victim not in workers(), what="another worker")
    assert httpx.get(url, timeout=TIMEOUT).is_success
    assert serving.end() == 0


def test_workers_do_not_outlive_their_parent(serve: Serve) -> None:
    serving = serve(2)
    serving.url()
    workers = [child.pid for child in psutil.Process(serving.pid).children()]
    assert len(workers) == 2

    serving.process.kill()

    wait_until(lambda: not any(map(is_alive, workers)), what="the workers' end")


@pytest.mark.parametrize("processes", [1, 2])
def test_an_app_that_cannot_start_ends_the_server_with_an_error(
    serve: Serve, processes: int
) -> None:
    assert serve(processes, factory="create_broken_app").ended() == 3


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux only")
def test_a_client_that_takes_no_bytes_is_dropped(serve: Serve) -> None:
    serving = serve(SSE_SEND_TIMEOUT_SECONDS="1")
    url = httpx.URL(serving.url())
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((url.host, url.port))
        client.sendall(b"GET /flood HTTP/1.1\r\nHost: here\r\n\r\n")

        wait_until(lambda: "flood ended" in serving.output, within=15, what="the end of the flood")


def test_as_many_connections_as_allowed(serve: Serve) -> None:
    serving = serve()
    serving.url()

    soft, hard = psutil.Process(serving.pid).rlimit(resource.RLIMIT_NOFILE)

    assert soft == hard


def test_a_taken_port_is_told_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListenError) as failure:
            listen(Settings(port=port))

    assert f"port {port} of 127.0.0.1" in str(failure.value)
    assert str(failure.value).count(".\n") == 0
    assert "PORT=" in str(failure.value)


def test_a_host_of_another_machine_is_told() -> None:
    with pytest.raises(CannotListenError, match="set HOST"):
        listen(Settings(host="192.0.2.1", port=0))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_the_url_of_a_listener(host: str) -> None:
    with listen(Settings(host=host, port=0)) as listener:
        port = listener.getsockname()[1]
        expected = "0.0.0.0" if host == "0.0.0.0" else "127.0.0.1"
        assert url_of(listener) == f"http://{expected}:{port}"


def test_connections_are_refused_until_the_server_is_ready() -> None:
    with (
        listen(Settings(port=0)) as listener,
        socket.socket() as client,
        pytest.raises(ConnectionRefusedError),
    ):
        client.connect(listener.getsockname())
