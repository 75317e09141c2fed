"""What single things cost on this machine, one after the other; a few minutes."""

import asyncio
import re
import secrets
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import uvloop

from bench import stores
from bench.capacity.clients import Pool
from bench.capacity.costs import Costs, Operation, Process, Sized, Storage, Tiers
from bench.capacity.operations import (
    CROWD,
    SEATS_EACH,
    SIZE,
    SMALL,
    Costing,
    detail,
    measured,
)
from bench.capacity.watching import STREAMS, Changes, Watching
from bench.capacity.world import Spent, World, running_world
from bench.line_buyers import add_buyers, sign_in
from bench.server_process import Service
from kit.api import create_event, sign_up
from kit.http_client import Connection
from kit.machine import description
from kit.proc import cpu_seconds

_ROUNDS = re.compile(
    r'^background_duration_seconds_count\{task="reconcile all"\} (\S+)$', re.MULTILINE
)
_BUYERS = 4_000
_START_SECONDS, _REST_SECONDS = 3.0, 15.0
_IDLE_SECONDS = 15.0  # every stream gets one comment in this time
# Passes for all, at once.
_ADMISSION = {"per_minute": 60_000, "pass_seconds": 86_400}
_OPENS_IN = timedelta(seconds=14)
_SIGN_INS = 20
_SOLD = 1_000


def measured_costs() -> Costs:
    # A round of the reconciler would be charged to what is asked for meanwhile.
    with running_world(RECONCILE_INTERVAL_SECONDS="86400") as world:
        return uvloop.run(_costs(world))


async def _costs(world: World) -> Costs:
    """`other` is a second process on the same stores: it makes the changes that the first one tells of,
    and shows what a process spends that nobody asks for anything."""
    port = world.service.port
    connection = await Connection.open(port)
    seller = await sign_up(connection, "seller")
    database = await stores.connect(world.service)
    tokens = sign_in(world.service, await add_buyers(world.service, _BUYERS))
    kvrocks_before = world.kvrocks_bytes()
    watched = await create_event(connection, seller, SIZE)
    kvrocks_seat = (world.kvrocks_bytes() - kvrocks_before) / SIZE.seats

    # Or PostgreSQL does so by itself, within a minute, and something else is charged for it.
    await database.execute("VACUUM ANALYZE")
    _say("at rest")
    alone = await _rest(world)
    other = world.another("other")
    rest = await _rest(world)
    of_process = replace((rest - alone).at_least_zero(), web=rest.web)
    pool, to_other = await Pool.open(port, CROWD), await Pool.open(other.port, CROWD)
    small = await create_event(connection, seller, SMALL)
    costing = Costing(world, rest)
    reconciled = await _reconciled(
        world, SIZE.seats + SMALL.seats, rest + of_process, of_process.web
    )
    # Last, since all have to join before it opens.
    opens_at = datetime.now(UTC) + _OPENS_IN
    with_line = await create_event(
        connection, seller, SIZE, admission=_ADMISSION, sale_opens_at=opens_at.isoformat()
    )
    await database.execute("VACUUM ANALYZE")
    served = Tiers()

    async def until_all_may_buy() -> None:
        nonlocal served
        await asyncio.sleep((opens_at - datetime.now(UTC)).total_seconds())
        served = await _served(world, database, rest)

    asked = await measured(costing, pool, port, with_line, tokens, until_all_may_buy)
    asked["sign_in"] = await _sign_in(world, pool)
    connections, memory = world.connections(), world.memory()

    changes = Changes(to_other, watched, tokens)
    watching = Watching(world, watched, changes, rest)
    _say(f"{STREAMS:,} streams")
    async with watching.opened(watching.house, STREAMS, gzip=True) as heard:
        stream_memory = (world.memory() - memory) / STREAMS
        idle = await _idle(world, other)
        many = await watching.many_told(heard)
    streams = await watching.costs(many, idle, stream_memory)
    line = f"/api/event/{with_line}/line/sse"
    asked["line"] = await watching.opening(costing, "line", line)
    by_size = await _by_size(costing, pool, Watching(world, small, changes, rest), watching)
    sizes = await watching.sizes(line)

    storage = await _storage(database, to_other, with_line, tokens, kvrocks_seat)
    connection.close()
    for one in (pool, to_other):
        one.close()
    await database.close()
    process = Process(
        of_process,
        memory,
        connections.kvrocks,
        connections.redis,
        connections.files - CROWD,
    )
    made = (*description(), f"Costs measured: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    by_themselves = replace(rest - of_process * 2, web=0.0).at_least_zero()
    return Costs(
        made,
        world.pace,
        asked,
        by_size,
        served,
        reconciled,
        by_themselves,
        streams,
        sizes,
        storage,
        process,
    )


async def _by_size(costing: Costing, pool: Pool, few: Watching, many: Watching) -> dict[str, Sized]:
    """What costs more where an event has more areas, or an area more seats."""
    areas = SMALL.subsections, SIZE.subsections
    seats = SMALL.rows * SMALL.cols, SIZE.rows * SIZE.cols
    return {
        "detail": Sized(
            areas[0],
            await detail(costing, pool, few.event),
            areas[1],
            await detail(costing, pool, many.event),
        ),
        "house": Sized(
            areas[0],
            await few.opening(costing, "house", few.house),
            areas[1],
            await many.opening(costing, "house", many.house),
        ),
        "area": Sized(
            seats[0],
            await few.opening(costing, "area", few.area),
            seats[1],
            await many.opening(costing, "area", many.area),
        ),
    }


async def _rest(world: World) -> Tiers:
    """What is spent in a second when nobody asks for anything: by the first process, and in the stores."""
    await asyncio.sleep(_START_SECONDS)
    spent = Spent(world)
    await asyncio.sleep(_REST_SECONDS)
    return spent.so_far() * (1 / _REST_SECONDS)


async def _reconciled(world: World, seats: int, rest: Tiers, rest_web: float) -> Tiers:
    """One of so many seats in a round. `rest` is what the stores spend in a second with one process more, and
    `rest_web` what that process does."""
    one_more = world.another("reconciler", RECONCILE_INTERVAL_SECONDS="0.2")
    await asyncio.sleep(_START_SECONDS)
    spent, began, cpu = Spent(world), time.perf_counter(), cpu_seconds(one_more.pid)
    before = await _rounds(one_more)
    await asyncio.sleep(_REST_SECONDS)
    seconds, rounds = time.perf_counter() - began, await _rounds(one_more) - before
    stores = spent.so_far() - rest * seconds
    web = (cpu_seconds(one_more.pid) - cpu) * spent.factor - rest_web * seconds
    one_more.stop()
    return (replace(stores, web=web) * (1 / rounds / seats)).at_least_zero()


async def _rounds(service: Service) -> float:
    """Of the reconciler, in this process."""
    connection = await Connection.open(service.port)
    text = (await connection.request("GET", "/metrics")).body.decode()
    connection.close()
    found = _ROUNDS.search(text)
    assert found is not None  # it begins with one
    return float(found[1])


async def _idle(world: World, other: Service) -> float:
    """What a stream on which nothing happens costs its process in a second."""
    pids, began = (world.service.pid, other.pid), time.perf_counter()
    before = [cpu_seconds(pid) for pid in pids]
    await asyncio.sleep(_IDLE_SECONDS)
    with_streams, without = (
        cpu_seconds(pid) - spent for pid, spent in zip(pids, before, strict=True)
    )
    more = max(with_streams - without, 0.0) * world.at_its_pace(began)
    return more / _IDLE_SECONDS / STREAMS


async def _served(world: World, database: asyncpg.Connection, rest: Tiers) -> Tiers:
    """Until the line stands still again: there is nobody in it any more."""
    spent, began = Spent(world), time.perf_counter()
    while await database.fetchval(_WAITING):  # noqa: ASYNC110 - it is another process that serves
        await asyncio.sleep(0.2)
    served: int = await database.fetchval(_SERVED)
    each = (spent.so_far() - rest * (time.perf_counter() - began)) * (1 / served)
    return each.at_least_zero()


async def _sign_in(world: World, pool: Pool) -> Operation:
    """Nobody shares anything there: a password costs what it costs, on purpose."""
    given = {"email": f"{secrets.token_hex(8)}@example.com", "password": secrets.token_hex(8)}
    await pool.ask("POST", "/api/user", {**given, "name": "Bench", "role": "buyer"})
    spent, received = Spent(world), pool.received
    for _ in range(_SIGN_INS):
        await pool.ask("POST", "/api/user/login", given)
    each = (spent.so_far() * (1 / _SIGN_INS)).without(("kvrocks",))
    return Operation(each, each, 1.0, 1.0, (pool.received - received) / _SIGN_INS)


async def _storage(
    database: asyncpg.Connection, pool: Pool, event_id: int, tokens: list[str], kvrocks_seat: float
) -> Storage:
    before = await database.fetchval(_WAL)
    await asyncio.gather(*(_sell(pool, event_id, token) for token in tokens[:_SOLD]))
    wal = (await database.fetchval(_WAL) - before) / _SOLD
    ticket, reservation, line_entry = [
        float(await database.fetchval(_BYTES_OF_ROW.format(table=table)))
        for table in ("ticket", "reservation", "line_entry")
    ]
    return Storage(ticket, reservation, float(wal), line_entry, kvrocks_seat)


_WAITING = "SELECT joined - serving FROM waiting_line"
_SERVED = "SELECT serving FROM waiting_line"
_WAL = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"
_BYTES_OF_ROW = "SELECT pg_total_relation_size('{table}')::float / count(*) FROM {table}"


async def _sell(pool: Pool, event_id: int, token: str) -> None:
    wanted = {"event_id": event_id, "quantity": SEATS_EACH}
    answer = await pool.reserve(wanted, token)
    await pool.ask("POST", f"/api/reservation/{answer.json()['id']}/confirm", token=token)


def _say(what: str) -> None:
    sys.stderr.write(f"{what} ...\n")
