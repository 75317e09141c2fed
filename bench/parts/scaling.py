"""How the service scales: with workers, with an event's seats, and with the number of events.

These rows compare the service with itself: what stands in place of the floor is its smallest case.
"""

import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from statistics import median

from bench.audience import listening
from bench.change_source import Reservations
from bench.comparison import Comparison, alternate
from bench.server_process import Service, running_service
from bench.shopping import over_http, pairs_per_second
from bench.streaming import Rate, Stretch, stretch
from bench.table import Row, Unit, compared
from kit.api import Size, create_event, sign_up, sign_up_many
from kit.http_client import Connection

_TIMES = 5
_BUYERS = 64
_PAIRS = 1_000
_RATE = Rate(1_000, 10, 20)
_SIZES = (Size(1, 25, 20), Size(10, 25, 20), Size(100, 25, 20), Size(200, 25, 20))
_EVENTS = (1, 10, 100, 1_000)
_SMALL = Size(2, 10, 10)
_PURCHASES = 60


async def measure() -> Sequence[Row]:
    return [
        await _reserve_by_workers(),
        *await _fan_out_by_workers(),
        await _reserve_by_seats(),
        await _reserve_by_events(),
    ]


async def _reserve_by_workers() -> Row:
    with running_service() as one, running_service(workers=2) as two:
        buy_of_one, buy_of_two = await _crowd(one), await _crowd(two)
        await buy_of_one(), await buy_of_two()
        found = await alternate(buy_of_one, buy_of_two, times=_TIMES)
    return compared(
        f"reserve + confirm, {_BUYERS} buyers: 1 and 2 workers", found, Unit.PER_SECOND, None
    )


async def _fan_out_by_workers() -> list[Row]:
    stretches: dict[int, list[Stretch]] = {1: [], 2: []}
    async with contextlib.AsyncExitStack() as stack:
        crowds = []
        for workers in stretches:
            service = stack.enter_context(running_service(workers=workers))
            changes = await Reservations.of_new_event(await Connection.open(service.port))
            audience = await stack.enter_async_context(
                listening(service.port, changes.stream, _RATE.clients)
            )
            crowds.append((workers, service.serving_pids, changes.make, audience))
        for _ in range(_TIMES + 1):
            for workers, pids, make, audience in crowds:
                stretches[workers].append(await stretch(pids, make, audience, _RATE))
    one, two = (measured[1:] for measured in stretches.values())
    name = f"SSE fan-out, {_RATE.clients:,} clients: 1 and 2 workers"
    cpu = Comparison(tuple(s.cpu for s in one), tuple(s.cpu for s in two))
    p99 = Comparison(tuple(s.p99 for s in one), tuple(s.p99 for s in two))
    return [
        compared(f"{name}: CPU per delivered message", cpu, Unit.MICROSECONDS, None),
        compared(f"{name}: p99", p99, Unit.MILLISECONDS, None),
    ]


async def _reserve_by_seats() -> Row:
    with running_service() as service:
        connection = await Connection.open(service.port)
        seller, buyer = await sign_up(connection, "seller"), await sign_up(connection, "buyer")
        buy = over_http(connection, buyer)

        async def purchases(size: Size) -> Callable[[], Awaitable[None]]:
            event_id = await create_event(connection, seller, size)
            numbers = count()
            return lambda: buy(event_id, size.seat(next(numbers)))

        found = await _in_turn([await purchases(size) for size in _SIZES])
        connection.close()
    return _series(
        "one reservation + confirmation, by seats of the event",
        [f"{size.seats:,}" for size in _SIZES],
        found,
    )


async def _reserve_by_events() -> Row:
    with running_service() as service:
        connection = await Connection.open(service.port)
        seller, buyer = await sign_up(connection, "seller"), await sign_up(connection, "buyer")
        buy = over_http(connection, buyer)
        events = [await create_event(connection, seller, _SMALL) for _ in range(_EVENTS[-1])]
        numbers = dict.fromkeys(events, 0)
        chance = random.Random(1)  # noqa: S311 - repeatable, on purpose

        def purchase(among: int) -> Callable[[], Awaitable[None]]:
            async def one() -> None:
                event_id = chance.choice(events[:among])
                number = numbers[event_id]
                numbers[event_id] += 1
                await buy(event_id, _SMALL.seat(number))

            return one

        found = await _in_turn([purchase(among) for among in _EVENTS])
        connection.close()
    return _series(
        "one reservation + confirmation, by number of events",
        [f"{among:,}" for among in _EVENTS],
        found,
    )


async def _crowd(service: Service) -> Callable[[], Awaitable[float]]:
    """Sixty-four buyers of one large event, who buy some of its seats at each call."""
    size = _SIZES[2]
    first = await Connection.open(service.port)
    event_id = await create_event(first, await sign_up(first, "seller"), size)
    first.close()
    accounts = await sign_up_many(service.port, "buyer", _BUYERS)
    buyers = [over_http(await Connection.open(service.port), account) for account in accounts]
    seats = iter([(event_id, size.seat(number)) for number in range(size.seats)])
    return lambda: pairs_per_second(buyers, seats, _PAIRS)


async def _in_turn(purchases: Sequence[Callable[[], Awaitable[None]]]) -> list[list[float]]:
    """Milliseconds of each kind of purchase, one of each kind after the other."""
    taken: list[list[float]] = [[] for _ in purchases]
    for _ in range(_PURCHASES):
        for purchase, times in zip(purchases, taken, strict=True):
            started = time.perf_counter()
            await purchase()
            times.append((time.perf_counter() - started) * 1e3)
    return taken


def _series(path: str, labels: Sequence[str], found: Sequence[Sequence[float]]) -> Row:
    first, *others = [
        f"{label}: {median(times):.2f} {Unit.MILLISECONDS}"
        for label, times in zip(labels, found, strict=True)
    ]
    ratio = median(found[-1]) / median(found[0])
    return Row(path, first, "; ".join(others), f"**{ratio:.2f}** (last to first)", "", None)
