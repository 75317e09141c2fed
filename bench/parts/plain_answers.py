"""Answers of a few kilobytes, against a minimal app that answers the same bytes."""

from collections.abc import Awaitable, Callable, Sequence

from bench.comparison import alternate
from bench.load import requests_per_second
from bench.server_process import running_floor, running_service
from bench.table import Row, Unit, at_least, compared
from kit.api import Account, Size, create_event, sign_up
from kit.http_client import Connection

_CONNECTIONS = 32
_SECONDS = 2
_TIMES = 5

# Makes what is asked for, and returns its path.
Prepare = Callable[[Connection, Account], Awaitable[str]]


async def measure_list() -> Sequence[Row]:
    return [await _measure("list (50 events)", _fifty_events, 0.5)]


async def measure_status() -> Sequence[Row]:
    return [await _measure("all-subsection status, 100 subsections", _hundred_subsections, 0.6)]


async def measure_seats() -> Sequence[Row]:
    return [await _measure("500 seats of a subsection", _one_subsection, 0.5)]


async def _measure(name: str, prepare: Prepare, limit: float) -> Row:
    with running_service() as service:
        connection = await Connection.open(service.port)
        path = await prepare(connection, await sign_up(connection, "seller"))
        body = (await connection.get(path)).body
        connection.close()
        with running_floor("constant_json", {"body": body}) as floor:

            async def of_floor(seconds: int = _SECONDS) -> float:
                return await requests_per_second(
                    floor.port, "/body", connections=_CONNECTIONS, seconds=seconds
                )

            async def of_service(seconds: int = _SECONDS) -> float:
                return await requests_per_second(
                    service.port, path, connections=_CONNECTIONS, seconds=seconds
                )

            await of_floor(1), await of_service(1)
            found = await alternate(of_floor, of_service, times=_TIMES)
    return compared(
        f"{name}, {_CONNECTIONS} connections, {len(body):,} bytes",
        found,
        Unit.PER_SECOND,
        at_least(limit),
    )


async def _fifty_events(connection: Connection, seller: Account) -> str:
    for _ in range(50):
        await create_event(connection, seller, Size(4, 5, 5))
    return "/api/event"


async def _hundred_subsections(connection: Connection, seller: Account) -> str:
    event_id = await create_event(connection, seller, Size(100, 5, 10))
    return f"/api/event/{event_id}/all_subsection_status"


async def _one_subsection(connection: Connection, seller: Account) -> str:
    event_id = await create_event(connection, seller, Size(2, 25, 20))
    return f"/api/event/{event_id}/sections/A/subsection/1/seats"
