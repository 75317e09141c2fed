"""A cluster of Kvrocks, Valkey or Redis servers.

The client's own cluster support is made for other promises: when one server fails, it keeps everybody waiting
for a new map and closes the connections to all others; a pool that is empty raises at once; ASKING may go
over another connection than what follows it. So only its parts are used here: slots, errors and pools.
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from typing import TypeVar

from redis.asyncio import Redis
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    ReadOnlyError,
    RedisError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from src.platform.cluster_topology import ClusterTopology
from src.platform.kvrocks import Kvrocks, Send, SendMany
from src.platform.store_urls import Address
from src.service.shared_kernel.deadline import time_left
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.tasks import start_detached

T = TypeVar("T")

# While a slot is on its way, and where two servers do not agree whose it is.
_PAUSE_SECONDS = 0.02
_REDIRECTIONS_WITHOUT_PAUSE = 3

_FAILURES = (
    RedisConnectionError,
    RedisTimeoutError,
    OSError,
    ClusterDownError,
    ReadOnlyError,
    StoreUnavailableError,
)


class KvrocksCluster(Kvrocks):
    """A server that fails, fails what is asked of it and nothing else. `timeout` is the most seconds
    for which a request follows a slot that moves."""

    def __init__(
        self, topology: ClusterTopology, make_server: Callable[[Address], Redis], *, timeout: float
    ) -> None:
        self._topology = topology
        self._make_server = make_server
        self._timeout = timeout
        self._clients: dict[Address, Redis] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def routed(self, key: str, send: Send[T]) -> T:
        await self._topology.known()
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + time_left(self._timeout)
        address, asking = self._topology.server_of(key), False
        for redirections in itertools.count(1):
            began = loop.time()
            try:
                return await send(self._client(address), asking)
            except MovedError as error:
                self._topology.moved(error, by=address)
                redirection: RedisError = error
                address, asking = self._topology.redirected(error, by=address), False
            except AskError as error:
                redirection = error
                address, asking = self._topology.redirected(error, by=address), True
            except TryAgainError as error:
                redirection = error
                await asyncio.sleep(_PAUSE_SECONDS)
                address, asking = self._topology.server_of(key), False
            except _FAILURES as error:
                waited = loop.time() - began >= 0.95 * self._timeout
                self._topology.failed(address, silent=waited and _is_timeout(error))
                raise
            if redirections > _REDIRECTIONS_WITHOUT_PAUSE:
                await asyncio.sleep(_PAUSE_SECONDS)
            if loop.time() >= give_up_at:
                raise StoreUnavailableError("Kvrocks") from redirection
        raise AssertionError

    async def routed_each(self, keys: Sequence[str], send: SendMany[T]) -> list[T | Exception]:
        answers: list[T | Exception] = [TryAgainError()] * len(keys)
        if keys:
            await self._topology.known()

        async def send_all(numbers: Sequence[int]) -> None:
            found: Sequence[T | Exception]
            try:
                found = await self.routed(
                    keys[numbers[0]], lambda client, asking: send(client, numbers, asking)
                )
            except (RedisError, OSError, StoreUnavailableError) as error:
                found = [error] * len(numbers)
            for number, answer in zip(numbers, found, strict=True):
                answers[number] = answer

        async def send_alone(client: Redis, number: int, asking: bool) -> T:
            [answer] = await send(client, [number], asking)
            if isinstance(answer, Exception):
                raise answer
            return answer

        async def send_again(number: int) -> None:
            try:
                answers[number] = await self.routed(
                    keys[number], lambda client, asking: send_alone(client, number, asking)
                )
            except (RedisError, OSError, StoreUnavailableError) as error:
                answers[number] = error

        by_server: dict[Address | None, list[int]] = {}
        for number, key in enumerate(keys):
            by_server.setdefault(self._server_of(key), []).append(number)
        await asyncio.gather(*map(send_all, by_server.values()))
        elsewhere = [
            number
            for number, answer in enumerate(answers)
            if isinstance(answer, (AskError, TryAgainError))
        ]
        await asyncio.gather(*map(send_again, elsewhere))
        return answers

    async def servers(self) -> Sequence[Redis]:
        await self._topology.known()
        return [self._client(address) for address in self._topology.primaries]

    async def ping(self) -> bool:
        answers = await asyncio.gather(
            *(server.ping() for server in await self.servers()), return_exceptions=True
        )
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        if len(failures) == len(answers):
            raise failures[0]
        return not failures

    def on_move(self, call: Callable[[], None]) -> None:
        self._topology.on_move.append(call)

    async def aclose(self) -> None:
        await asyncio.gather(
            self._topology.aclose(),
            *(client.aclose(close_connection_pool=True) for client in self._clients.values()),
        )

    def _server_of(self, key: str) -> Address | None:
        """None for all whose server is silent or not known: they fail together."""
        try:
            return self._topology.server_of(key)
        except (ClusterDownError, StoreUnavailableError):
            return None

    def _client(self, address: Address) -> Redis:
        client = self._clients.get(address)
        if client is None:
            self._drop_those_gone()
            client = self._clients[address] = self._make_server(address)
        return client

    def _drop_those_gone(self) -> None:
        for address in self._clients.keys() - self._topology.servers:
            closing = start_detached(self._clients.pop(address).connection_pool.disconnect(False))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)


def _is_timeout(error: Exception) -> bool:
    """Nothing came, neither an answer nor a refusal."""
    return isinstance(error, (TimeoutError, RedisTimeoutError, StoreUnavailableError))
