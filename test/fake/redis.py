"""A Redis client that remembers what it was asked, and one for Pub/Sub that a test speaks through."""

import asyncio
from typing import Any, Self

from redis.exceptions import ConnectionError as RedisConnectionError


class FakePipeline:
    """Applies its commands all together at `execute`, or none when it is told to fail."""

    def __init__(self, redis: "FakeRedis", *, transaction: bool) -> None:
        self._redis = redis
        self._transaction = transaction
        self._commands: list[tuple[Any, ...]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._commands.clear()

    def set(self, key: str, value: Any) -> Self:
        self._commands.append(("SET", key, value))
        return self

    def delete(self, *keys: str) -> Self:
        self._commands.append(("DEL", *keys))
        return self

    def publish(self, channel: str, message: str) -> Self:
        self._commands.append(("PUBLISH", channel, message))
        return self

    async def execute(self) -> list[Any]:
        self._redis.round_trips.append((self._transaction, tuple(self._commands)))
        if self._redis.fails_with is not None:
            raise self._redis.fails_with
        for command in self._commands:
            if command[0] == "SET":
                _, key, value = command
                self._redis.values[key] = value
            elif command[0] == "DEL":
                for key in command[1:]:
                    self._redis.values.pop(key, None)
            else:
                self._redis.published.append(command[1:])
        return [True] * len(self._commands)


class FakeRedis:
    """`round_trips` are (is it a MULTI, its commands); `values` is what is stored since."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.published: list[tuple[str, str]] = []
        self.round_trips: list[tuple[bool, tuple[tuple[Any, ...], ...]]] = []
        self.fails_with: Exception | None = None

    def pipeline(self, *, transaction: bool) -> FakePipeline:
        return FakePipeline(self, transaction=transaction)

    async def execute_command(self, *command: Any) -> int:
        self.round_trips.append((False, (command,)))
        if self.fails_with is not None:
            raise self.fails_with
        name, *keys = command
        assert name == "DEL"
        return sum(self.values.pop(key, None) is not None for key in keys)


class FakePubSub:
    """One Pub/Sub connection. It acknowledges subscriptions unless `acknowledges` is False, and
    answers pings unless `answers` is False."""

    def __init__(self, server: "FakePubSubServer") -> None:
        self._server = server
        self._messages: asyncio.Queue[dict[str, Any] | Exception] = asyncio.Queue()
        self.channels: set[str] = set()
        self.is_open = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self.is_open = False

    async def connect(self) -> None:
        if self._server.refuses:
            raise RedisConnectionError("refused")
        self.is_open = True
        self._server.connections.append(self)

    async def subscribe(self, *channels: str) -> None:
        self._server.commands.append(("SUBSCRIBE", *channels))
        self.channels.update(channels)
        for channel in channels:
            if self._server.acknowledges:
                self.acknowledge(channel)

    async def unsubscribe(self, *channels: str) -> None:
        self._server.commands.append(("UNSUBSCRIBE", *channels))
        self.channels.difference_update(channels)

    async def ping(self) -> None:
        self._server.commands.append(("PING",))
        if self._server.answers:
            self._put({"type": "pong", "channel": None, "data": b""})

    async def get_message(self, *, timeout: float) -> dict[str, Any] | None:  # noqa: ASYNC109
        try:
            async with asyncio.timeout(timeout):
                message = await self._messages.get()
        except TimeoutError:
            return None
        if isinstance(message, Exception):
            raise message
        return message

    def acknowledge(self, channel: str) -> None:
        self._put({"type": "subscribe", "channel": channel.encode(), "data": 1})

    def deliver(self, channel: str, data: str) -> None:
        """What somebody published, if this connection is subscribed to it."""
        if channel in self.channels:
            self._put({"type": "message", "channel": channel.encode(), "data": data.encode()})

    def cut(self) -> None:
        """Lose the connection."""
        self._messages.put_nowait(RedisConnectionError("cut"))

    def _put(self, message: dict[str, Any]) -> None:
        self._messages.put_nowait(message)


class FakePubSubServer:
    """Stands in for the client of a server; `connections` are those made, the newest last."""

    def __init__(self) -> None:
        self.connections: list[FakePubSub] = []
        self.commands: list[tuple[str, ...]] = []
        self.acknowledges = True
        self.answers = True
        self.refuses = False

    def pubsub(self) -> FakePubSub:
        return FakePubSub(self)

    @property
    def connection(self) -> FakePubSub:
        return self.connections[-1]
