"""Requests per second of one address: by wrk when it is installed, else by a client of our own."""

import asyncio
import re
import shutil
import time

from kit.http_client import Connection

_RATE = re.compile(r"^Requests/sec:\s+([0-9.]+)$", re.MULTILINE)
_TROUBLE = re.compile(r"^\s*(Non-2xx.*|Socket errors.*)$", re.MULTILINE)


async def requests_per_second(port: int, path: str, *, connections: int, seconds: int) -> float:
    if shutil.which("wrk") is None:
        return await _by_ourselves(port, path, connections=connections, seconds=seconds)
    process = await asyncio.create_subprocess_exec(
        *("wrk", "--threads", "1", "--connections", str(connections)),
        *("--duration", f"{seconds}s", f"http://127.0.0.1:{port}{path}"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return rate_of(output.decode())


def client_name() -> str:
    return "wrk" if shutil.which("wrk") else "raw asyncio protocols"


def rate_of(output: str) -> float:
    """The rate that wrk reports; answers that failed would make it worthless."""
    rate, trouble = _RATE.search(output), _TROUBLE.search(output)
    if rate is None or trouble is not None:
        raise RuntimeError(f"wrk did not measure well:\n{output}")
    return float(rate[1])


async def _by_ourselves(port: int, path: str, *, connections: int, seconds: int) -> float:
    opened = [await Connection.open(port) for _ in range(connections)]
    started = time.perf_counter()
    end = started + seconds

    async def ask(connection: Connection) -> int:
        answered = 0
        while time.perf_counter() < end:
            answer = await connection.get(path)
            if answer.status != 200:
                raise RuntimeError(f"HTTP {answer.status} from {path}")
            answered += 1
        return answered

    counts = await asyncio.gather(*map(ask, opened))
    taken = time.perf_counter() - started
    for connection in opened:
        connection.close()
    return sum(counts) / taken
