"""One event's changes to very many clients, against one prepared frame to as many."""

import contextlib
from collections.abc import Sequence

from bench.audience import allowed, listening
from bench.change_source import Reservations, floor_changes
from bench.comparison import Comparison
from bench.server_process import running_floor, running_service
from bench.streaming import Rate, Stretch, change_costs, stretch
from bench.table import Row, Unit, at_most, compared
from kit.http_client import Connection

_RATES = (Rate(1_000, 10, 20), Rate(10_000, 1, 3))
_TIMES = 5


async def measure() -> Sequence[Row]:
    return [row for rate in _RATES for row in await _measure(rate)]


async def _measure(wanted: Rate) -> list[Row]:
    rate = Rate(allowed(wanted.clients), wanted.per_second, wanted.changes)
    floors: list[Stretch] = []
    services: list[Stretch] = []
    async with contextlib.AsyncExitStack() as stack:
        service = stack.enter_context(running_service())
        connection = await Connection.open(service.port)
        changes = await Reservations.of_new_event(connection)
        frame = await _message(service.port, changes)
        floor = stack.enter_context(running_floor("one_frame_for_all", {"frame": frame}))
        floor_connection = await Connection.open(floor.port)
        floor_change = floor_changes(floor_connection)

        floor_audience = await stack.enter_async_context(
            listening(floor.port, "/stream", rate.clients)
        )
        cost_of_change = await change_costs(service, changes, rate, times=_TIMES)
        audience = await stack.enter_async_context(
            listening(service.port, changes.stream, rate.clients)
        )
        for _ in range(_TIMES + 1):
            floors.append(await stretch([floor.pid], floor_change, floor_audience, rate))
            services.append(await stretch([service.pid], changes.make, audience, rate))
        connection.close()
        floor_connection.close()
    # The first of each, with first messages and first use of everything, is for warming up.
    name = f"SSE fan-out, {rate.clients:,} clients, {rate.per_second:g} changes/s"
    cpu = _comparison([s.cpu for s in floors[1:]], [s.cpu for s in services[1:]])
    telling = [s.cpu - cost_of_change / rate.clients for s in services[1:]]
    p99 = _comparison([s.p99 for s in floors[1:]], [s.p99 for s in services[1:]])
    return [
        compared(f"{name}: CPU per delivered message", cpu, Unit.MICROSECONDS, at_most(1.5)),
        compared(
            f"{name}: the same without the reservation itself",
            _comparison(cpu.floor, telling),
            Unit.MICROSECONDS,
            None,
        ),
        compared(f"{name}: p99 from commit to client", p99, Unit.MILLISECONDS, at_most(2.0)),
    ]


def _comparison(floor: Sequence[float], service: Sequence[float]) -> Comparison:
    return Comparison(tuple(floor), tuple(service))


async def _message(port: int, changes: Reservations) -> bytes:
    """What the floor repeats: a message of the stream, from its second line on."""
    path = changes.stream.removesuffix("/sse")
    connection = await Connection.open(port)
    state = (await connection.get(path)).body
    connection.close()
    return b'event: status_update\ndata: {"event_type":"status_update",%b\n\n' % state[1:]
