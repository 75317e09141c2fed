"""Thousands who wait in a line that moves, against as many who watch the seats of an event."""

import contextlib
from collections.abc import Sequence

from bench.audience import allowed, listening
from bench.change_source import Reservations
from bench.comparison import Comparison
from bench.moving_line import MovingLine
from bench.server_process import running_service
from bench.streaming import Rate, change_costs, stretch
from bench.table import Row, Unit, at_most, compared
from kit.http_client import Connection
from kit.proc import memory_bytes

_RATE = Rate(10_000, 1, 3)
_TIMES = 5


async def measure() -> Sequence[Row]:
    rate = Rate(allowed(_RATE.clients), _RATE.per_second, _RATE.changes)
    watching: list[float] = []
    waiting: list[float] = []
    async with contextlib.AsyncExitStack() as stack:
        with_seats = stack.enter_context(running_service())
        with_line = stack.enter_context(running_service())
        connections = [await Connection.open(s.port) for s in (with_seats, with_line)]
        changes = await Reservations.of_new_event(connections[0])
        line = await MovingLine.of_new_event(
            with_line, connections[1], length=(_TIMES + 1) * rate.changes + 1
        )
        cost_of_change = await change_costs(with_seats, changes, rate, times=_TIMES)
        before = [memory_bytes(s.pid) for s in (with_seats, with_line)]
        watchers = await stack.enter_async_context(
            listening(with_seats.port, changes.stream, rate.clients)
        )
        waiters = await stack.enter_async_context(
            listening(with_line.port, line.stream, rate.clients)
        )
        memory = [
            (memory_bytes(s.pid) - b) / rate.clients / 1024
            for s, b in zip((with_seats, with_line), before, strict=True)
        ]
        # The first of each is for warming up.
        for _ in range(_TIMES + 1):
            seats = await stretch([with_seats.pid], changes.make, watchers, rate)
            watching.append(seats.cpu - cost_of_change / rate.clients)
            waiting.append(await line.cpu_per_message(waiters, rate.changes))
        for connection in connections:
            connection.close()
    name = (
        f"{rate.clients:,} wait in a line that moves every second, against as many who watch seats"
    )
    return [
        compared(
            f"{name}: CPU per delivered message",
            Comparison(tuple(watching[1:]), tuple(waiting[1:])),
            Unit.MICROSECONDS,
            at_most(1.2),
        ),
        Row(
            "their memory, each",
            f"{memory[0]:.2f} KB",
            f"{memory[1]:.2f} KB",
            f"**{memory[1] / memory[0]:.2f}**",
            "",
            None,
        ),
    ]
