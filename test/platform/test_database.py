"""Statements put to the driver itself, on a real PostgreSQL with one connection to be had."""

import asyncio
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text

from src.platform.database import SILENT_CLIENTS_ARE_LEFT, Database, Statement, make_engine
from src.platform.settings import Settings
from src.service.shared_kernel.errors import OutcomeUnknownError, StoreUnavailableError

SUM = Statement("test", "SELECT CAST(:a AS int) + CAST(:b AS int) + CAST(:a AS int) AS sum")
SLEEP = Statement("test", "SELECT pg_sleep(600)")


@pytest_asyncio.fixture
async def open_database(
    new_settings: Callable[..., Settings],
) -> AsyncIterator[Callable[[float], Database]]:
    url = new_settings().database_url
    assert url
    engines = []

    def open_(timeout: float, **session: str) -> Database:
        engines.append(make_engine(url, pool_size=1, timeout=30.0, session=session))
        return Database(engines[-1], timeout=timeout)

    yield open_
    for engine in engines:
        await engine.dispose()


async def sum_of(database: Database) -> int:
    [row] = await database.read(SUM, b=2, a=20)
    return int(row["sum"])


async def test_values_are_named(open_database: Callable[[float], Database]) -> None:
    assert await sum_of(open_database(30.0)) == 42


async def test_a_statement_that_takes_too_long_keeps_no_connection(
    open_database: Callable[[float], Database],
) -> None:
    database = open_database(30.0)
    await sum_of(database)
    database.timeout = 0.2

    with pytest.raises(StoreUnavailableError) as read:
        await database.read(SLEEP)
    database.timeout = 30.0
    await sum_of(database)
    database.timeout = 0.2
    with pytest.raises(OutcomeUnknownError):
        await database.change(SLEEP)

    assert not isinstance(read.value, OutcomeUnknownError)
    database.timeout = 30.0
    assert await sum_of(database) == 42


async def test_a_statement_whose_caller_has_gone_keeps_no_connection(
    open_database: Callable[[float], Database],
) -> None:
    database = open_database(30.0)
    await sum_of(database)

    sleeping = asyncio.create_task(database.read(SLEEP))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(sum_of(database))
    sleeping.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sleeping
    assert await waiting == 42


async def test_what_postgres_rejects_costs_no_connection(
    open_database: Callable[[float], Database],
) -> None:
    database = open_database(30.0)
    process = Statement("test", "SELECT pg_backend_pid() AS pid")
    before = await database.read(process)

    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as rejected:
        await database.change(Statement("test", "INSERT INTO event DEFAULT VALUES"))

    assert rejected.value.table_name == "event"
    assert await database.read(process) == before


async def test_a_server_that_takes_no_writes_any_more_is_left(
    open_database: Callable[..., Database],
) -> None:
    """As an old primary that was made a standby, or was told to write no more."""
    database = open_database(30.0, default_transaction_read_only="on")
    process = Statement("find the process", "SELECT pg_backend_pid() AS pid")
    insert = "INSERT INTO event DEFAULT VALUES"
    seen = [await database.read(process)]

    with pytest.raises(StoreUnavailableError) as refused:
        await database.change(Statement("insert", insert))
    seen.append(await database.read(process))
    with pytest.raises(StoreUnavailableError):
        async with database.single_statement("insert") as connection:
            await connection.execute(text(insert))
    seen.append(await database.read(process))

    assert not isinstance(refused.value, OutcomeUnknownError)
    assert len({row["pid"] for [row] in seen}) == 3


async def test_a_client_that_falls_silent_in_a_transaction_loses_its_locks(
    open_database: Callable[..., Database],
) -> None:
    """As one whose machine stops between two statements; the locks were kept for as long as TCP lets it."""
    silent = open_database(30.0, idle_in_transaction_session_timeout="100ms")
    other = open_database(30.0)
    lock = "SELECT pg_advisory_xact_lock(1)"

    async def fall_silent() -> None:
        async with silent.transaction("hold a lock") as connection:
            await connection.execute(text(lock))
            await other.change(Statement("wait for it", lock))
            await connection.execute(text("SELECT 1"))

    with pytest.raises(StoreUnavailableError) as lost:
        await fall_silent()

    assert not isinstance(lost.value, OutcomeUnknownError)
    assert await sum_of(silent) == 42


async def test_postgres_is_told_how_long_to_wait_for_a_silent_client(
    open_database: Callable[[float], Database],
) -> None:
    settings = Statement(
        "read settings", "SELECT name, reset_val FROM pg_settings WHERE name = ANY(:names)"
    )

    rows = await open_database(30.0).read(settings, names=list(SILENT_CLIENTS_ARE_LEFT))

    told = {row["name"]: int(row["reset_val"]) for row in rows}
    assert told.keys() == SILENT_CLIENTS_ARE_LEFT.keys()
    assert all(told.values())


async def test_a_warm_pool_is_open_and_knows_arrays(new_settings: Callable[..., Settings]) -> None:
    url = new_settings().database_url
    assert url
    engine = make_engine(url, pool_size=3, timeout=30.0)
    database = Database(engine, timeout=30.0)
    backends = set()
    try:
        await database.warm_up()
        await database.warm_up()

        for _ in range(3):
            [row] = await database.read(BACKEND, ids=[1, 2])
            backends.add(row["pid"])
            assert row["types_asked"] == 1
        assert len(backends) == 3
        assert engine.pool.checkedin() == 3  # type: ignore[attr-defined]
    finally:
        await engine.dispose()


# How often this connection has asked for types, beside something that takes an array.
BACKEND = Statement(
    "test",
    """
    SELECT pg_backend_pid() AS pid, sum(generic_plans + custom_plans) AS types_asked
    FROM pg_prepared_statements
    WHERE statement LIKE 'WITH RECURSIVE typeinfo_tree%' AND 1 = ANY(CAST(:ids AS bigint[]))
    """,
)
