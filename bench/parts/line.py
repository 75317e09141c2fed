"""Joining a waiting line, against the bare INSERT of as many entries, in groups of the same making."""

import asyncio
import contextlib
import random
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from bench import stores
from bench.bare_line import BareLine, make_bare_lines
from bench.comparison import Comparison
from bench.line_buyers import add_buyers, sign_in
from bench.moving_line import SIZE, join
from bench.server_process import Service, running_floor, running_service
from bench.table import Row, Unit, absolute, at_least, compared
from kit.api import Account, create_event, sign_up
from kit.http_client import Answer, Connection
from src.service.shared_kernel.ids import UserId

T = TypeVar("T")

_ADMISSION = {"per_minute": 60, "pass_seconds": 600}

_BUYERS = 3_000
_AT_ONCE = 64
_TIMES = 5

_RUSH = 5_000
_OPENS_IN = timedelta(seconds=3)
_CONNECT_AT_ONCE = 200
_LATER = (429, 503)


async def measure() -> Sequence[Row]:
    with running_service() as service:
        connection = await Connection.open(service.port)
        seller = await sign_up(connection, "seller")
        rows = await _joins(service, connection, seller)
        rows.append(await _second_of_opening(service, connection, seller))
        connection.close()
    return rows


async def _joins(service: Service, connection: Connection, seller: Account) -> list[Row]:
    """Every buyer joins a new line once in each round, with a token that the service has not seen."""
    buyers = await add_buyers(service, _BUYERS)
    async with contextlib.AsyncExitStack() as stack:
        floor_app = stack.enter_context(
            running_floor("bare_lines", {"database": service.database_url.encode()})
        )
        connections = await _opened(stack, service.port, _AT_ONCE)
        to_floor = await _opened(stack, floor_app.port, _AT_ONCE)
        database = await stores.connect(service)
        stack.push_async_callback(database.close)
        await make_bare_lines(database)

        async def of_floor() -> float:
            line = await BareLine.begin(database, await create_event(connection, seller, SIZE))
            return await _rate(buyers, [line.join] * _AT_ONCE)

        async def of_floor_app() -> float:
            path = f"/{await create_event(connection, seller, SIZE)}"
            (await to_floor[0].request("POST", path)).json()

            async def join_over(connection: Connection, buyer: UserId) -> None:
                (await connection.request("POST", f"{path}/{buyer}")).json()

            return await _rate(buyers, [partial(join_over, c) for c in to_floor])

        async def of_service() -> float:
            event_id = await create_event(connection, seller, SIZE, admission=_ADMISSION)

            async def join_over(connection: Connection, token: str) -> None:
                (await join(connection, event_id, token)).json()

            tokens = sign_in(service, buyers)
            return await _rate(tokens, [partial(join_over, c) for c in connections])

        rates = [
            (await of_floor(), await of_floor_app(), await of_service()) for _ in range(_TIMES + 1)
        ]
    # The first of each is for warming up.
    alone, over_http, joined = zip(*rates[1:], strict=True)
    name = f"join a line, {_AT_ONCE} buyers at once / the same"
    return [
        compared(f"{name} INSERT alone", Comparison(alone, joined), Unit.PER_SECOND, at_least(0.5)),
        compared(
            f"{name} INSERT over HTTP",
            Comparison(over_http, joined),
            Unit.PER_SECOND,
            at_least(0.5),
        ),
    ]


async def _rate(who: Sequence[T], ways: Sequence[Callable[[T], Awaitable[Any]]]) -> float:
    """How many a second join, each once, in as many ways at once."""
    waiting = iter(who)

    async def join_in_turn(join_one: Callable[[T], Awaitable[Any]]) -> None:
        for one in waiting:
            await join_one(one)

    started = time.perf_counter()
    await asyncio.gather(*map(join_in_turn, ways))
    return len(who) / (time.perf_counter() - started)


async def _second_of_opening(service: Service, connection: Connection, seller: Account) -> Row:
    """Each of them at a moment of that second, on a connection that is open already."""
    tokens = sign_in(service, await add_buyers(service, _RUSH))
    async with contextlib.AsyncExitStack() as stack:
        connections = await _opened(stack, service.port, _RUSH)
        opens_at = datetime.now(UTC) + _OPENS_IN
        event_id = await create_event(
            connection, seller, SIZE, admission=_ADMISSION, sale_opens_at=opens_at.isoformat()
        )

        async def join_after(connection: Connection, token: str) -> None:
            late = random.random()  # noqa: S311 - no secret
            await asyncio.sleep(opens_at.timestamp() + late - time.time())
            answer = await join(connection, event_id, token)
            while answer.status in _LATER:
                await asyncio.sleep(_retry_after(answer))
                answer = await join(connection, event_id, token)
            answer.json()

        await asyncio.gather(*map(join_after, connections, tokens))
        seconds = time.time() - opens_at.timestamp()
    return absolute(
        f"{_RUSH:,} join in the second of opening: until all have a place", seconds, "s", None
    )


async def _opened(stack: contextlib.AsyncExitStack, port: int, count: int) -> list[Connection]:
    """So many connections, as long as the stack is open."""
    connections: list[Connection] = []
    while len(connections) < count:
        several = min(_CONNECT_AT_ONCE, count - len(connections))
        connections += await asyncio.gather(*(Connection.open(port) for _ in range(several)))
    for connection in connections:
        stack.callback(connection.close)
    return connections


def _retry_after(answer: Answer) -> float:
    found = re.search(rb"\r\nretry-after: (\d+)", answer.head, re.IGNORECASE)
    return float(found[1]) if found else 1.0
