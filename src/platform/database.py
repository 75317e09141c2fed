"""PostgreSQL: the engine, and connections whose failures come out as the stores' errors."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from time import perf_counter
from typing import Any, TypeVar

import asyncpg
import orjson
from sqlalchemy import event, text
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from src.platform.postgres_primary import PrimaryFinder
from src.platform.store_figures import StoreFigures
from src.platform.store_urls import postgres_url
from src.service.shared_kernel.deadline import time_left, until_deadline
from src.service.shared_kernel.errors import (
    OutcomeUnknownError,
    StoreUnavailableError,
    unanswered,
)

T = TypeVar("T")

_STORE = "PostgreSQL"

# SQLSTATE classes in which the server itself says that it cannot serve us now and has rolled back:
# insufficient resources, operator intervention, lock timeout, deadlock or serialization failure. Or
# that it does not let us in: a wrong name or password, no such database. Or that it takes no writes
# any more, after a failover.
_READ_ONLY = "25006"
_IDLE_IN_TRANSACTION = "25P03"
_NOT_NOW = ("53", "57", "55P03", "40", "28", "3D000", _READ_ONLY, _IDLE_IN_TRANSACTION)

# What a process that has fallen silent has locked must not stay locked until TCP notices, after hours. The
# first is about one that is alive for the network and says nothing between two statements, where ours pause
# for milliseconds; the others are about a machine that is gone.
SILENT_CLIENTS_ARE_LEFT = {
    "idle_in_transaction_session_timeout": "5s",
    "tcp_keepalives_idle": "10s",
    "tcp_keepalives_interval": "5s",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "15s",
}

# For connections whose statements each ask for a few rows by their keys. Planning such a statement costs as much
# as running it, so one plan serves all values for as long as the connection lives. It may have been made while the
# tables were empty, so it must not depend on how large they are: rows are found one by one, by an index.
ONE_PLAN_BY_KEYS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
# For connections that search, list and add up: the values say how many rows there will be.
A_PLAN_FOR_EACH = {"plan_cache_mode": "force_custom_plan"}

# The driver asks PostgreSQL what these are, once in each connection; that takes longer than a reservation.
_ARRAYS = "SELECT " + ", ".join(
    f"CAST(NULL AS {one}[])"
    for one in ("bigint", "bytea", "int", "interval", "text", "timestamptz", "uuid")
)


class Base(DeclarativeBase):
    """The one metadata that alembic compares with the database."""


def make_engine(
    url: str,
    *,
    pool_size: int,
    timeout: float,
    session: Mapping[str, str] | None = None,
    primary: PrimaryFinder | None = None,
) -> AsyncEngine:
    """Return an engine whose connects, waits and statements each end within `timeout` seconds; `session`
    are settings that its connections have besides. Where the URL names several hosts, `primary` finds
    the one to connect to."""
    primary = primary or PrimaryFinder()
    engine = create_async_engine(
        postgres_url(url),
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # errors are logged, and password hashes are among the parameters
        pool_timeout=timeout,
        json_deserializer=orjson.loads,
        connect_args={
            "async_creator_fn": primary.connect,
            "timeout": timeout,
            "command_timeout": timeout,
            "server_settings": {
                "application_name": "ticketing",
                "timezone": "UTC",
                "jit": "off",
                **SILENT_CLIENTS_ARE_LEFT,
                # A statement that its client gave up must not go on holding locks.
                "statement_timeout": str(int(timeout * 1000)),
                **(session or {}),
            },
        },
    )

    @event.listens_for(engine.sync_engine, "checkout")
    def replace_closed_connection(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
        # After a restart of PostgreSQL the pool is full of dead connections; asyncpg knows.
        if dbapi_connection.driver_connection.is_closed():
            raise DisconnectionError

    @event.listens_for(engine.sync_engine, "invalidate")
    def hang_up(dbapi_connection: Any, _record: Any, _error: Any) -> None:
        # Otherwise closing it would wait for the server, and a dead one never answers.
        dbapi_connection.driver_connection.terminate()
        primary.doubt()

    return engine


class Statement:
    """SQL with named parameters, compiled once for the driver; `name` is what metrics call it."""

    def __init__(self, name: str, sql: str) -> None:
        self.name = name
        compiled = text(sql).compile(dialect=asyncpg_dialect.dialect())  # type: ignore[no-untyped-call]
        self.sql = str(compiled)
        self._names = tuple(compiled.positiontup or ())

    def arguments(self, values: Mapping[str, Any]) -> Iterator[Any]:
        """The values, in the order in which the driver takes them."""
        return (values[name] for name in self._names)


class Database:
    """Hands out connections. Domain errors and constraint violations pass through untouched.

    `timeout`, in seconds, is for getting a connection and using it; in a transaction, for getting one
    and then for each statement. The request's deadline ends all of it. What a block does with its
    connection has a name, for the metrics.
    """

    def __init__(
        self, engine: AsyncEngine, *, timeout: float, figures: StoreFigures | None = None
    ) -> None:
        self.timeout = timeout
        self._figures = figures or StoreFigures("postgres", "sales")
        self._engine = engine
        self._figures.count(engine.pool.checkedout)  # type: ignore[attr-defined]
        # What connecting fails with where SQLAlchemy does not wrap the error.
        self._driver_error: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextlib.asynccontextmanager
    async def reading(self, operation: str) -> AsyncIterator[AsyncConnection]:
        """A connection for statements that change nothing; no transaction, no extra round trip."""
        async with self._in_time(operation, StoreUnavailableError) as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def single_statement(self, operation: str) -> AsyncIterator[AsyncConnection]:
        """A connection for one statement that changes something and is its own transaction."""
        async with self._in_time(operation, OutcomeUnknownError) as connection:
            yield connection

    async def read(self, statement: Statement, **values: Any) -> list[asyncpg.Record]:
        """The rows of a statement that changes nothing."""
        return await self._fetch(statement, values, StoreUnavailableError)

    async def change(self, statement: Statement, **values: Any) -> list[asyncpg.Record]:
        """The rows of a statement that changes something and is its own transaction. Constraint
        violations are those of asyncpg."""
        return await self._fetch(statement, values, OutcomeUnknownError)

    @contextlib.asynccontextmanager
    async def transaction(self, operation: str) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end of the block, or rolls back on any exception."""
        async with contextlib.AsyncExitStack() as stack:
            began = perf_counter()
            connection = await self._connect(stack, self._engine)
            stack.callback(self._figures.answered, operation, began)
            transaction = await connection.begin()
            try:
                with connection_errors(StoreUnavailableError):
                    async with asyncio.timeout(until_deadline()):
                        yield connection
            except (StoreUnavailableError, asyncio.CancelledError):
                # The connection may say nothing more. Without it there is no transaction either.
                await connection.invalidate()
                raise
            except BaseException:
                with contextlib.suppress(DBAPIError, OSError):
                    await transaction.rollback()
                raise
            try:
                with connection_errors(OutcomeUnknownError):
                    async with asyncio.timeout(until_deadline()):
                        await transaction.commit()
            except BaseException:
                await connection.invalidate()
                raise

    def unanswered(self, sent: bool) -> StoreUnavailableError:
        """The error of a statement that has no answer when the timeout is over."""
        return unanswered(_STORE, sent)

    async def warm_up(self) -> None:
        """Open all connections and have each learn the types of arrays, so that nobody waits for that later. Raises
        StoreUnavailableError; what is open then stays open."""

        async def open_one() -> None:
            async with self.reading("open a connection") as connection:
                await connection.exec_driver_sql(_ARRAYS)

        # Each that begins while none is idle opens one more.
        await asyncio.gather(*(open_one() for _ in range(self._engine.pool.size())))  # type: ignore[attr-defined]

    async def ping(self) -> None:
        """Raise StoreUnavailableError unless PostgreSQL answers."""
        async with self.reading("ping") as connection:
            await connection.exec_driver_sql("SELECT 1")

    async def _fetch(
        self, statement: Statement, values: Mapping[str, Any], lost: type[StoreUnavailableError]
    ) -> list[asyncpg.Record]:
        """Send it by the driver itself: SQLAlchemy costs several times what the statement does."""
        began = perf_counter()
        ends_at = asyncio.get_running_loop().time() + time_left(self.timeout)
        pooled = await self._connecting(self._engine.raw_connection())
        driver: Any = pooled.driver_connection
        try:
            with connection_errors(lost):
                async with asyncio.timeout_at(ends_at):
                    rows: list[asyncpg.Record] = await driver.fetch(
                        statement.sql, *statement.arguments(values)
                    )
        except asyncpg.PostgresError:
            raise
        except BaseException:
            # The connection may say nothing more, or say it too late.
            pooled.invalidate()
            raise
        finally:
            pooled.close()
            self._figures.answered(statement.name, began)
        return rows

    @contextlib.asynccontextmanager
    async def _in_time(
        self, operation: str, lost: type[StoreUnavailableError]
    ) -> AsyncIterator[AsyncConnection]:
        """A connection to be acquired and used within `timeout`."""
        began = perf_counter()
        ends_at = asyncio.get_running_loop().time() + time_left(self.timeout)
        with connection_errors(lost):
            async with asyncio.timeout(None) as timer, contextlib.AsyncExitStack() as stack:
                connection = await self._connect(stack, self._autocommit)
                stack.callback(self._figures.answered, operation, began)
                timer.reschedule(ends_at)
                try:
                    yield connection
                except DBAPIError as error:
                    if getattr(error.orig, "sqlstate", None) == _READ_ONLY:
                        await connection.invalidate()
                    raise

    async def _connect(
        self, stack: contextlib.AsyncExitStack, engine: AsyncEngine
    ) -> AsyncConnection:
        return await self._connecting(stack.enter_async_context(engine.connect()))

    async def _connecting(self, connection: Awaitable[T]) -> T:
        began = perf_counter()
        try:
            async with asyncio.timeout(time_left(self.timeout)):
                return await connection
        except (
            DBAPIError,
            self._driver_error,
            PoolTimeoutError,
            DisconnectionError,
            asyncpg.PostgresError,
            asyncpg.InternalClientError,  # the server takes no writes
            OSError,
        ) as error:
            raise StoreUnavailableError(_STORE) from error
        finally:
            self._figures.connected(began)


@contextlib.contextmanager
def connection_errors(
    lost: type[StoreUnavailableError] = StoreUnavailableError,
) -> Iterator[None]:
    """Raise `lost` when the connection failed, StoreUnavailableError when the server refused."""
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state is not None and state.startswith(_NOT_NOW):
            raise StoreUnavailableError(_STORE) from error
        if state is None or state.startswith("08") or error.connection_invalidated:
            raise lost(_STORE) from error
        raise
    except (
        asyncpg.PostgresConnectionError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,  # the statement before this one is not over
        OSError,
        DisconnectionError,
    ) as error:
        # asyncpg used directly, as for COPY. OSError covers timeouts and cut sockets.
        raise lost(_STORE) from error
    except asyncpg.PostgresError as error:
        if error.sqlstate and error.sqlstate.startswith(_NOT_NOW):
            raise StoreUnavailableError(_STORE) from error
        raise


def violated_constraint(error: DBAPIError) -> str | None:
    """The name of the constraint that a statement broke, if it broke one."""
    cause = getattr(error.orig, "__cause__", None)
    return getattr(cause, "constraint_name", None)
