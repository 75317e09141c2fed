"""An event with all its tickets, against fetching and encoding the same."""

import time
from collections.abc import Sequence
from typing import Any

import asyncpg
import orjson

from bench import stores
from bench.comparison import Comparison, alternate
from bench.server_process import Service, running_service, scratch_directory
from bench.table import Row, Unit, absolute, at_most, compared
from kit.api import Size, create_event, sign_up
from kit.http_client import Connection
from kit.proc import memory_bytes, peak_memory_bytes, reset_peak_memory

# Size, how often, and at most how many times the floor.
_CASES = ((Size(1, 25, 20), 101, 2.0), (Size(100, 25, 20), 7, 1.1))
_TICKETS = """
    SELECT id, event_id, section, subsection, "row", seat, price, status
    FROM ticket WHERE event_id = $1 ORDER BY id
"""
_PEAK = 4.0


async def measure() -> Sequence[Row]:
    rows = []
    with scratch_directory() as directory:
        with running_service(directory=directory) as service:
            connection = await Connection.open(service.port)
            seller = await sign_up(connection, "seller")
            async with stores.opened(service) as (database, _):
                for size, times, limit in _CASES:
                    path = f"/api/event/{await create_event(connection, seller, size)}"
                    found = await _in_turn(database, connection, path, times)
                    name = f"detail with all tickets, {size.seats:,} seats"
                    rows.append(compared(name, found, Unit.MILLISECONDS, at_most(limit)))
            connection.close()
        # Workers, because they do nothing but answer: the only process of a service has migrated
        # its database too, and memory left over from that would hide what an answer takes.
        with running_service(directory=directory, workers=2) as service:
            peak = await _peak_per_body(service, path)
    name = f"its peak of memory, {size.seats:,} seats"
    return [*rows, absolute(name, peak, "x the body", at_most(_PEAK))]


async def _in_turn(
    database: asyncpg.Connection, connection: Connection, path: str, times: int
) -> Comparison:
    head = (await connection.get(f"{path}?tickets=false")).json()

    async def fetch() -> float:
        started = time.perf_counter()
        await _fetch_and_encode(database, head)
        return (time.perf_counter() - started) * 1e3

    async def get() -> float:
        started = time.perf_counter()
        answer = await connection.get(path)
        assert answer.status == 200
        return (time.perf_counter() - started) * 1e3

    await fetch(), await get()
    return await alternate(fetch, get, times=times)


async def _fetch_and_encode(database: asyncpg.Connection, head: dict[str, Any]) -> bytes:
    tickets = [
        {**ticket, "seat_identifier": "{section}-{subsection}-{row}-{seat}".format(**ticket)}
        for ticket in await database.fetch(_TICKETS, head["id"])
    ]
    return orjson.dumps({**head, "tickets": tickets})


async def _peak_per_body(service: Service, path: str) -> float:
    """How much the process that answers grows by it, as a multiple of the answer."""
    connection = await Connection.open(service.port)
    await connection.get(f"{path}?tickets=false")
    workers = service.serving_pids
    before = [memory_bytes(pid) for pid in workers]
    for pid in workers:
        reset_peak_memory(pid)
    answer = await connection.get(path)
    connection.close()
    grown = [peak_memory_bytes(pid) - held for pid, held in zip(workers, before, strict=True)]
    return max(grown) / len(answer.body)
