"""Answers of a few kilobytes, against a minimal app that answers the same bytes."""

from collections.abc import Awaitable, Callable, Sequence

from bench.comparison import Comparison
from bench.load import Load, load
from bench.server_process import running_floor, running_service
from bench.table import Row, Unit, at_least, at_most, compared
from kit.api import Account, Size, create_event, sign_up
from kit.http_client import Connection

_CONNECTIONS = 32
_SECONDS = 2
_TIMES = 5

# Makes what is asked for, and returns its paths.
Prepare = Callable[[Connection, Account], Awaitable[list[str]]]


async def measure_list() -> Sequence[Row]:
    return await _measure("list (50 events)", _fifty_events, 0.8)


async def measure_status() -> Sequence[Row]:
    name = "all-subsection status, 100 subsections"
    return [
        *await _measure(name, _hundred_subsections, 0.8),
        *await _measure(f"{name}, each of an event of its own", _many_events, 0.6),
    ]


async def measure_seats() -> Sequence[Row]:
    name = "500 seats of a subsection"
    return [
        *await _measure(name, _one_subsection, 0.8),
        *await _measure(f"{name}, each of another one", _many_subsections, 0.5),
    ]


async def _measure(name: str, prepare: Prepare, limit: float) -> list[Row]:
    """Every connection asks for the same, or no two of them do: as many paths as `prepare` returns."""
    with running_service() as service:
        connection = await Connection.open(service.port)
        paths = await prepare(connection, await sign_up(connection, "seller"))
        body = (await connection.get(paths[0])).body
        connection.close()
        with running_floor("constant_json", {"body": body}) as floor:
            # As many threads of the client as for the service.
            same = ["/body"] * len(paths)

            async def in_turn(seconds: int) -> tuple[Load, Load]:
                return (
                    await load(floor.port, same, connections=_CONNECTIONS, seconds=seconds),
                    await load(service.port, paths, connections=_CONNECTIONS, seconds=seconds),
                )

            await in_turn(1)
            pairs = [await in_turn(_SECONDS) for _ in range(_TIMES)]
    name = f"{name}, {_CONNECTIONS} connections, {len(body):,} bytes"
    rates = Comparison(*zip(*((f.per_second, s.per_second) for f, s in pairs), strict=True))
    rows = [compared(name, rates, Unit.PER_SECOND, at_least(limit))]
    if len(paths) == 1:
        p99 = Comparison(*zip(*((f.p99, s.p99) for f, s in pairs), strict=True))
        rows.append(compared("its p99", p99, Unit.MILLISECONDS, at_most(1.5)))
    return rows


async def _fifty_events(connection: Connection, seller: Account) -> list[str]:
    for _ in range(50):
        await create_event(connection, seller, Size(4, 5, 5))
    return ["/api/event"]


async def _hundred_subsections(connection: Connection, seller: Account) -> list[str]:
    event_id = await create_event(connection, seller, Size(100, 5, 10))
    return [f"/api/event/{event_id}/all_subsection_status"]


async def _many_events(connection: Connection, seller: Account) -> list[str]:
    return [
        path for _ in range(_CONNECTIONS) for path in await _hundred_subsections(connection, seller)
    ]


async def _many_subsections(connection: Connection, seller: Account) -> list[str]:
    event_id = await create_event(connection, seller, Size(_CONNECTIONS, 25, 20))
    return [
        f"/api/event/{event_id}/sections/A/subsection/{number}/seats"
        for number in range(1, _CONNECTIONS + 1)
    ]


async def _one_subsection(connection: Connection, seller: Account) -> list[str]:
    return (await _many_subsections(connection, seller))[:1]
