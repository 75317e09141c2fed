"""Redis Pub/Sub: messages go to the connections that are subscribed at that moment, and to nobody later."""

import asyncio
from dataclasses import dataclass
from random import Random
from typing import Any, Self, cast

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from simulation.network import Link, LostError, RefusedError, Server
from simulation.timeline import Timeline

_CONNECT_SECONDS = 0.9


@dataclass(slots=True)
class Deliveries:
    """How likely it is that a message is lost on its way, comes twice, or comes late and so after others."""

    lost: float = 0.0
    twice: float = 0.0
    late: float = 0.0


class PubSubServer(Server):
    def __init__(self, timeline: Timeline, chance: Random) -> None:
        super().__init__(timeline, "Redis")
        self.deliveries = Deliveries()
        self._chance = chance
        self._connections: dict[SimulatedPubSub, None] = {}

    def open(self, connection: "SimulatedPubSub") -> None:
        self._connections[connection] = None

    def close(self, connection: "SimulatedPubSub") -> None:
        self._connections.pop(connection, None)

    def stop(self) -> None:
        super().stop()
        self.cut_connections()

    def cut_connections(self) -> None:
        """Every subscriber has to come again."""
        cut, self._connections = list(self._connections), {}
        for connection in cut:
            connection.fail_later()

    def publish(self, messages: list[tuple[str, str]]) -> None:
        for channel, data in messages:
            for connection in list(self._connections):
                if channel in connection.channels:
                    self._deliver(connection, channel, data)

    def _deliver(self, connection: "SimulatedPubSub", channel: str, data: str) -> None:
        message = {"type": "message", "channel": channel.encode(), "data": data.encode()}
        luck, deliveries = self._chance.random, self.deliveries
        if deliveries.lost and luck() < deliveries.lost:
            return
        connection.put_later(message, late=bool(deliveries.late) and luck() < deliveries.late)
        if deliveries.twice and luck() < deliveries.twice:
            connection.put_later(message, late=True)


class SimulatedPubSub:
    """One connection that listens."""

    def __init__(self, server: PubSubServer, link: Link) -> None:
        self.channels: set[str] = set()
        self._server = server
        self._link = link
        self._messages: asyncio.Queue[dict[str, Any] | Exception] = asyncio.Queue()
        self._last_at = 0.0
        self._is_open = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._is_open = False
        self._server.close(self)

    async def connect(self) -> None:
        try:
            await self._link.call(lambda: self._server.open(self), within=_CONNECT_SECONDS)
        except (RefusedError, LostError) as error:
            raise RedisConnectionError("The connection is gone.") from error
        self._is_open = True

    async def subscribe(self, *channels: str) -> None:
        self._acknowledged_later("subscribe", channels)

    async def unsubscribe(self, *channels: str) -> None:
        self._acknowledged_later("unsubscribe", channels)

    async def ping(self) -> None:
        self._acknowledged_later("pong", ("",))

    async def get_message(self, *, timeout: float) -> dict[str, Any] | None:  # noqa: ASYNC109
        try:
            async with asyncio.timeout(timeout):
                message = await self._messages.get()
        except TimeoutError:
            return None
        if isinstance(message, Exception):
            raise message
        return message

    def put_later(self, message: dict[str, Any], *, late: bool = False) -> None:
        """In the order of the connection, unless it is `late`."""
        timeline = self._link.timeline
        at = timeline.now + self._link.delay()
        if late:
            at += self._link.chance.random() * 0.3
        else:
            at = self._last_at = max(self._last_at, at)
        timeline.at(at, self._put, message)

    def fail_later(self) -> None:
        timeline = self._link.timeline
        timeline.after(
            self._link.delay(), self._put, RedisConnectionError("The connection is gone.")
        )

    def _acknowledged_later(self, kind: str, channels: tuple[str, ...]) -> None:
        if not self._is_open:
            raise RedisConnectionError("The connection is gone.")
        link = self._link
        link.timeline.after(link.delay(), self._acknowledge, kind, channels)

    def _acknowledge(self, kind: str, channels: tuple[str, ...]) -> None:
        """The server has the command."""
        if not self._server.up or self._link.weather.swallowed:
            return
        if kind == "subscribe":
            self.channels.update(channels)
        elif kind == "unsubscribe":
            self.channels.difference_update(channels)
        for channel in channels:
            self.put_later({"type": kind, "channel": channel.encode(), "data": b""})

    def _put(self, message: dict[str, Any] | Exception) -> None:
        if self._link.process.alive:
            self._messages.put_nowait(message)


class SimulatedPublisher:
    """The client of Redis that publishes, and the one that listens."""

    def __init__(self, server: PubSubServer, link: Link, *, timeout: float) -> None:
        self._server = server
        self._link = link
        self._timeout = timeout

    def as_redis(self) -> Redis:
        return cast("Redis", self)

    def pubsub(self) -> SimulatedPubSub:
        return SimulatedPubSub(self._server, self._link)

    def pipeline(self, *, transaction: bool) -> "_Publishing":
        return _Publishing(self)

    async def publish_all(self, messages: list[tuple[str, str]]) -> None:
        try:
            await self._link.call(lambda: self._server.publish(messages), within=self._timeout)
        except (RefusedError, LostError) as error:
            raise RedisConnectionError("The connection is gone.") from error


class _Publishing:
    def __init__(self, client: SimulatedPublisher) -> None:
        self._client = client
        self._messages: list[tuple[str, str]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._messages.clear()

    def publish(self, channel: str, data: str | bytes) -> None:
        self._messages.append((channel, data if isinstance(data, str) else data.decode()))

    async def execute(self) -> None:
        await self._client.publish_all(list(self._messages))
