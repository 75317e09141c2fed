"""One measured stretch of fan-out: what a delivered message costs, and how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.audience import Audience, listening
from bench.change_source import Change, Reservations, at_rate
from bench.server_process import Service
from kit.proc import cpu_seconds


@dataclass(frozen=True, slots=True)
class Rate:
    """So many changes, so many a second, to so many clients."""

    clients: int
    per_second: float
    changes: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """CPU of the serving processes per message, in microseconds, and latency in milliseconds."""

    cpu: float
    p99: float
    messages: int


async def stretch(pids: Sequence[int], make: Change, audience: Audience, rate: Rate) -> Stretch:
    before = cpu_seconds(*pids)
    made = await at_rate(make, rate.per_second, rate.changes)
    delivered = await audience.saw(made)
    spent = cpu_seconds(*pids) - before
    return Stretch(spent / delivered.messages * 1e6, delivered.p99 * 1e3, delivered.messages)


async def change_costs(service: Service, changes: Reservations, rate: Rate, *, times: int) -> float:
    """CPU in microseconds of one change that a single client is told of."""
    alone = Rate(1, rate.per_second, rate.changes)
    async with listening(service.port, changes.stream, 1) as audience:
        costs = [
            await stretch([service.pid], changes.make, audience, alone) for _ in range(times + 1)
        ]
    return median(cost.cpu * cost.messages / rate.changes for cost in costs[1:])
