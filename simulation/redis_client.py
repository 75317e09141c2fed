"""The part of the Redis client that the adapters use, over a link to a simulated server."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Self, cast

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from simulation.kvrocks import Command, KvrocksServer, command
from simulation.network import Link, LostError, RefusedError

_READ_RETRIES = 2
_RETRY_SECONDS = 0.02


class SimulatedRedis:
    """As `make_client` makes one: each attempt at a command, or at a pipeline of commands, ends within
    `timeout` seconds."""

    def __init__(
        self, server: KvrocksServer, link: Link | None, *, timeout: float, retry_reads: bool = False
    ) -> None:
        """Without a link every command is done at once."""
        self._server = server
        self._link = link
        self._timeout = timeout
        self._retries = _READ_RETRIES if retry_reads else 0

    def as_redis(self) -> Redis:
        return cast("Redis", self)

    async def send(self, commands: list[Command]) -> list[Any]:
        """The answer, or the error, of each command."""
        if self._link is None:
            return self._server.run(commands)
        for retry in range(self._retries + 1):
            try:
                answers: list[Any] = await self._link.call(
                    lambda: self._server.run(commands), within=self._timeout
                )
            except (RefusedError, LostError):
                if retry < self._retries:
                    await asyncio.sleep(_RETRY_SECONDS * 2**retry)
            else:
                return answers
        raise RedisConnectionError("The connection is gone.")

    async def execute_command(self, *words: Any, **_options: Any) -> Any:
        [answer] = await self.send([command(*words)])
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def script_load(self, script: str) -> Any:
        return await self.execute_command("SCRIPT LOAD", script)

    async def scan_iter(self, pattern: str, count: int) -> AsyncIterator[bytes]:
        for key in await self.execute_command("SCAN", pattern.removesuffix("*")):
            yield key

    def pipeline(self, *, transaction: bool) -> "SimulatedPipeline":
        return SimulatedPipeline(self, transaction=transaction)


class SimulatedPipeline:
    def __init__(self, client: SimulatedRedis, *, transaction: bool) -> None:
        self._client = client
        self._transaction = transaction
        self._commands: list[Command] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._commands.clear()

    def execute_command(self, *words: Any, **_options: Any) -> Self:
        self._commands.append(command(*words))
        return self

    def set(self, key: str, value: Any) -> Self:
        return self.execute_command("SET", key, value)

    def delete(self, *keys: str) -> Self:
        return self.execute_command("DEL", *keys)

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        commands = self._commands
        if self._transaction:
            commands = [(b"MULTI",), *commands, (b"EXEC",)]
        answers = await self._client.send(commands)
        if self._transaction:
            answers = answers[-1]
        if raise_on_error:
            for answer in answers:
                if isinstance(answer, ResponseError):
                    raise answer
        return answers
