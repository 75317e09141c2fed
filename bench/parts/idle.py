"""Ten thousand clients of a stream on which nothing happens, against the service without them."""

import asyncio
import time
from collections.abc import Sequence
from statistics import median

from bench.audience import allowed, listening
from bench.change_source import Reservations
from bench.server_process import running_service
from bench.table import Row, Target, at_most
from kit.http_client import Connection
from kit.proc import cpu_seconds, memory_bytes

_CLIENTS = 10_000
_TIMES = 5
_SECONDS = 15.0  # every client gets one comment in this time


async def measure() -> Sequence[Row]:
    """Both run at the same time, and each one's own CPU time is looked at."""
    clients = allowed(_CLIENTS)
    with running_service() as alone, running_service() as watched:
        connection = await Connection.open(watched.port)
        changes = await Reservations.of_new_event(connection)
        connection.close()
        before = memory_bytes(watched.pid)
        async with listening(watched.port, changes.stream, clients):
            per_client = (memory_bytes(watched.pid) - before) / clients
            shares = [await _cpu_shares(alone.pid, watched.pid) for _ in range(_TIMES)]
    quiet, busy = (median(of_one) * 100 for of_one in zip(*shares, strict=True))
    return [
        _row(
            f"SSE idle, {clients:,} clients: CPU", f"{quiet:.2f} %", busy, "% of a core", at_most(3)
        ),
        _row("its memory per client", "", per_client / 1024, "KB", at_most(30)),
    ]


async def _cpu_shares(*pids: int) -> list[float]:
    started, before = time.perf_counter(), [cpu_seconds(pid) for pid in pids]
    await asyncio.sleep(_SECONDS)
    seconds = time.perf_counter() - started
    return [(cpu_seconds(pid) - spent) / seconds for pid, spent in zip(pids, before, strict=True)]


def _row(path: str, floor: str, value: float, unit: str, target: Target) -> Row:
    return Row(path, floor, f"{value:.2f} {unit}", "", f"{target} {unit}", target.met_by(value))
