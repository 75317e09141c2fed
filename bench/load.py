"""GET requests on many connections: by wrk when it is installed, else by a client of our own."""

import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

from kit.http_client import Connection
from kit.percentile import percentile

_RATE = re.compile(r"^Requests/sec:\s+([0-9.]+)$", re.MULTILINE)
_P99 = re.compile(r"^\s*99%\s+([0-9.]+)(us|ms|s)$", re.MULTILINE)
_TROUBLE = re.compile(r"^\s*(Non-2xx.*|Socket errors.*)$", re.MULTILINE)
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}

# One thread for each path. What is set on a thread is global to its script.
_SCRIPT = """
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("place", threads)
end
function init(paths)
  wrk.path = paths[place]
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What was measured: answers per second, and the 99th percentile of their times in ms."""

    per_second: float
    p99: float


async def load(port: int, paths: Sequence[str], *, connections: int, seconds: int) -> Load:
    """The connections are spread evenly over the paths, and each asks for its own all the time."""
    if shutil.which("wrk") is None:
        return await _by_ourselves(port, paths, connections=connections, seconds=seconds)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT)
        script.flush()
        process = await asyncio.create_subprocess_exec(
            *("wrk", "--latency", "--script", script.name),
            *("--threads", str(len(paths)), "--connections", str(connections)),
            *("--duration", f"{seconds}s", f"http://127.0.0.1:{port}/", "--", *paths),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    return load_of(output.decode())


def client_name() -> str:
    return "wrk" if shutil.which("wrk") else "raw asyncio protocols"


def load_of(output: str) -> Load:
    """What wrk reports; answers that failed would make it worthless."""
    rate, p99, trouble = _RATE.search(output), _P99.search(output), _TROUBLE.search(output)
    if rate is None or p99 is None or trouble is not None:
        raise RuntimeError(f"wrk did not measure well:\n{output}")
    return Load(float(rate[1]), float(p99[1]) * _MILLISECONDS[p99[2]])


async def _by_ourselves(port: int, paths: Sequence[str], *, connections: int, seconds: int) -> Load:
    opened = [await Connection.open(port) for _ in range(connections)]
    times: list[float] = []
    started = time.perf_counter()
    end = started + seconds

    async def ask(connection: Connection, path: str) -> None:
        asked = time.perf_counter()
        while asked < end:
            answer = await connection.get(path)
            if answer.status != 200:
                raise RuntimeError(f"HTTP {answer.status} from {path}")
            answered = time.perf_counter()
            times.append(answered - asked)
            asked = answered

    await asyncio.gather(*(ask(c, paths[i % len(paths)]) for i, c in enumerate(opened)))
    taken = time.perf_counter() - started
    for connection in opened:
        connection.close()
    return Load(len(times) / taken, percentile(times, 0.99) * 1000)
