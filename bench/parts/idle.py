"""Ten thousand clients of a stream on which nothing happens, against the service without them, and
beside them as many of the same hub behind sse-starlette."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from statistics import median

from bench.audience import allowed, listening
from bench.change_source import Reservations
from bench.server_process import Service, running_service
from bench.table import Row, Target, at_most
from kit.http_client import Connection
from kit.proc import cpu_seconds, memory_bytes

_CLIENTS = 10_000
_TIMES = 5
_SECONDS = 15.0  # every client gets one comment in this time


async def measure() -> Sequence[Row]:
    """All run at the same time, and each one's own CPU time is looked at."""
    clients = allowed(_CLIENTS)
    with (
        running_service() as alone,
        running_service() as watched,
        running_service(program="bench.behind_sse_starlette") as other,
    ):
        async with _watched(watched, clients) as memory, _watched(other, clients) as others_memory:
            pids = (alone.pid, watched.pid, other.pid)
            shares = [await _cpu_shares(*pids) for _ in range(_TIMES)]
    quiet, busy, others = (median(of_one) * 100 for of_one in zip(*shares, strict=True))
    behind = "the same hub behind sse-starlette"
    return [
        _row(
            f"SSE idle, {clients:,} clients: CPU", f"{quiet:.2f} %", busy, "% of a core", at_most(3)
        ),
        _row("its memory per client", "", memory / 1024, "KB", at_most(30)),
        _row(f"{behind}: CPU", "", others, "% of a core", None),
        _row(f"{behind}: memory per client", "", others_memory / 1024, "KB", None),
    ]


@contextlib.asynccontextmanager
async def _watched(service: Service, clients: int) -> AsyncIterator[float]:
    """Clients of one stream of it; yields the bytes of memory that each of them costs."""
    connection = await Connection.open(service.port)
    changes = await Reservations.of_new_event(connection)
    connection.close()
    before = memory_bytes(service.pid)
    async with listening(service.port, changes.stream, clients):
        yield (memory_bytes(service.pid) - before) / clients


async def _cpu_shares(*pids: int) -> list[float]:
    started, before = time.perf_counter(), [cpu_seconds(pid) for pid in pids]
    await asyncio.sleep(_SECONDS)
    seconds = time.perf_counter() - started
    return [(cpu_seconds(pid) - spent) / seconds for pid, spent in zip(pids, before, strict=True)]


def _row(path: str, floor: str, value: float, unit: str, target: Target | None) -> Row:
    aim, met = (f"{target} {unit}", target.met_by(value)) if target else ("", None)
    return Row(path, floor, f"{value:.2f} {unit}", "", aim, met)
