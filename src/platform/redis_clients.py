"""Clients for Kvrocks and Redis, and their failures as the stores' errors."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

import hiredis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import DataError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from src.platform.store_figures import StoreFigures
from src.service.shared_kernel.deadline import time_left
from src.service.shared_kernel.errors import StoreUnavailableError

# Reading twice is harmless; writing twice is not, so writes are never retried by the client. A
# timeout is not retried either: the caller has waited long enough.
_READ_RETRIES = Retry(
    ExponentialBackoff(cap=0.2, base=0.02), 2, supported_errors=(RedisConnectionError,)
)
_NO_RETRIES = Retry(NoBackoff(), 0)

# RESP2, because Kvrocks' HELLO for RESP3 does not satisfy redis-py; no CLIENT SETINFO, because
# Kvrocks does not know it.
_PLAIN_PROTOCOL: dict[str, Any] = {"protocol": 2, "driver_info": None}

# Even a slow machine manages this many.
_COMMANDS_PER_SECOND = 5_000


class _TimedRedis(Redis):
    """One timeout for waiting for a connection, connecting, and all attempts; and the request's
    deadline. Metrics call a command by its option `operation`, or else by its name."""

    timeout: float
    figures: StoreFigures

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        began = perf_counter()
        try:
            async with asyncio.timeout(time_left(self.timeout)):
                return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        finally:
            self.figures.answered(_operation(args, options), began)

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        pipeline = _TimedPipeline(
            self.connection_pool, self.response_callbacks, transaction, shard_hint
        )
        pipeline.timeout = self.timeout
        pipeline.figures = self.figures
        return pipeline


class _TimedPipeline(Pipeline):
    """A long pipeline, as of an event with very many subsections, may take the time to write it."""

    timeout: float
    figures: StoreFigures

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        began = perf_counter()
        operations = {_operation(*command) for command in self.command_stack}
        timeout = self.timeout + len(self.command_stack) / _COMMANDS_PER_SECOND
        try:
            async with asyncio.timeout(time_left(timeout)):
                return await super().execute(raise_on_error)
        finally:
            self.figures.answered(operations.pop() if len(operations) == 1 else "several", began)


def _operation(command: Sequence[Any], options: Mapping[str, Any]) -> str:
    name: str = options.get("operation") or command[0].lower()
    return name


class _TimedPool(BlockingConnectionPool):
    figures: StoreFigures

    async def get_connection(self, *args: Any, **options: Any) -> AbstractConnection:
        began = perf_counter()
        try:
            return await super().get_connection(*args, **options)  # type: ignore[no-any-return, no-untyped-call]
        finally:
            self.figures.connected(began)

    def in_use(self) -> int:
        return len(self._in_use_connections)


class _NativePacking:
    """A connection whose commands are made by hiredis, as their answers are read: the client's own way
    takes ten times as long, which for the keys of an event is most of what asking for them costs."""

    def pack_command(self, *args: Any) -> list[bytes]:
        name, *values = args
        try:
            return [hiredis.pack_command((*name.split(), *values))]
        except TypeError as error:
            raise DataError(str(error)) from error


def _natively_packing(connection_class: type[AbstractConnection]) -> type[AbstractConnection]:
    return type(f"Native{connection_class.__name__}", (_NativePacking, connection_class), {})


def make_client(
    url: str,
    *,
    pool_size: int,
    timeout: float,
    retry_reads: bool = False,
    figures: StoreFigures | None = None,
) -> Redis:
    """Return a client whose every command, or pipeline of commands, ends within `timeout` seconds."""
    pool = _TimedPool.from_url(
        url,
        max_connections=pool_size,
        timeout=timeout,
        # For who has the pool alone, and not the client with its timeout, as the login limiter does.
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=_READ_RETRIES if retry_reads else _NO_RETRIES,
        **_PLAIN_PROTOCOL,
    )
    pool.connection_class = _natively_packing(pool.connection_class)
    client = _TimedRedis(connection_pool=pool)
    client.timeout = timeout
    client.figures = pool.figures = figures or StoreFigures("redis", "all")
    client.figures.count(pool.in_use)
    return client


Command = tuple[str | int | bytes, ...]


async def round_trip(
    server: Redis,
    commands: Sequence[Command],
    asking: Sequence[bool],
    operations: Sequence[str] | None = None,
) -> list[Any]:
    """Send these together, each with ASKING before it where `asking` says so. What the server refuses
    is the answer to that command. Metrics call each by its operation, or else by its name."""
    options = [{"operation": name} for name in operations] if operations else [{}] * len(commands)
    if len(commands) == 1 and not asking[0]:
        try:
            return [await server.execute_command(*commands[0], **options[0])]  # type: ignore[no-untyped-call]
        except ResponseError as error:
            return [error]
    async with server.pipeline(transaction=False) as steps:
        for command, asks, named in zip(commands, asking, options, strict=True):
            if asks:
                steps.execute_command("ASKING")
            steps.execute_command(*command, **named)
        answers = iter(await steps.execute(raise_on_error=False))
    return [(next(answers), next(answers))[1] if asks else next(answers) for asks in asking]


async def send(server: Redis, command: Command, *, asking: bool) -> Any:
    """Send one command, after ASKING if `asking` says so, and return its answer."""
    [answer] = await round_trip(server, [command], [asking])
    if isinstance(answer, Exception):
        raise answer
    return answer


@contextlib.asynccontextmanager
async def transaction(server: Redis, *, asking: bool) -> AsyncIterator[Pipeline]:
    """MULTI and EXEC around all that is added inside the block; with `asking`, after ASKING."""
    async with server.pipeline(transaction=True) as steps:
        if asking:
            # At once, and it keeps the connection: inside of the transaction it would be too late.
            await steps.immediate_execute_command("ASKING")  # type: ignore[no-untyped-call]
        yield steps


def make_listener(url: str, *, timeout: float) -> Redis:
    """Return a client for Pub/Sub: connecting is bounded, listening is not."""
    return Redis(
        connection_pool=BlockingConnectionPool.from_url(
            url,
            max_connections=2,
            timeout=timeout,
            socket_timeout=None,
            socket_connect_timeout=timeout,
            retry=_NO_RETRIES,
            **_PLAIN_PROTOCOL,
        )
    )


@contextlib.contextmanager
def store_errors(
    store: str, lost: type[StoreUnavailableError] = StoreUnavailableError
) -> Iterator[None]:
    """Raise `lost` when the connection or the answer was, StoreUnavailableError for other errors."""
    try:
        yield
    except (RedisConnectionError, RedisTimeoutError, OSError) as error:
        raise lost(store) from error
    except RedisError as error:
        raise StoreUnavailableError(store) from error
