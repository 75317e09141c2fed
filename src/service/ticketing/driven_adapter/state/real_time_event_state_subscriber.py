"""Seat updates from Redis Pub/Sub: one connection for the whole process."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.event_state_message import decode_update
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.ticketing.app.interface.event_state_updates import EventStateUpdates

logger = structlog.get_logger(__name__)

_FIRST_PAUSE = 0.1
# Shorter than a new stream waits for its subscription, so that it is not refused once Redis is back.
_LONGEST_PAUSE = 0.5


class RealTimeEventStateSubscriber(EventStateUpdates):
    """Subscribes to a channel while anybody listens to it, and after a lost connection to all of
    them again. A connection that says nothing to a ping is taken for lost."""

    def __init__(
        self,
        redis: Redis,
        keys: SeatStateKeys,
        *,
        acknowledge_within: float = 2.0,
        ping_interval: float = 3.0,
    ) -> None:
        self._redis = redis
        self._keys = keys
        self._acknowledge_within = acknowledge_within
        self._ping_interval = ping_interval
        self._listeners: Counter[EventId] = Counter()
        self._acknowledged: dict[EventId, asyncio.Future[None]] = {}
        self._pubsub: PubSub | None = None
        self._on_update: Callable[[EventStateUpdate], None] = lambda _: None
        self._on_interruption: Callable[[EventId], None] = lambda _: None

    def listen(
        self,
        on_update: Callable[[EventStateUpdate], None],
        on_interruption: Callable[[EventId], None],
    ) -> None:
        self._on_update = on_update
        self._on_interruption = on_interruption

    async def subscribe(self, event_id: EventId) -> None:
        self._listeners[event_id] += 1
        acknowledged = self._acknowledged.get(event_id)
        if acknowledged is None:
            acknowledged = asyncio.get_running_loop().create_future()
            self._acknowledged[event_id] = acknowledged
            await self._send("subscribe", event_id)
        try:
            async with asyncio.timeout(self._acknowledge_within):
                await asyncio.shield(acknowledged)
        except TimeoutError as error:
            raise StoreUnavailableError("Redis") from error

    async def unsubscribe(self, event_id: EventId) -> None:
        self._listeners[event_id] -= 1
        if self._listeners[event_id] <= 0:
            del self._listeners[event_id]
            self._acknowledged.pop(event_id, None)
            await self._send("unsubscribe", event_id)

    async def run(self) -> None:
        """Listen until cancelled, connecting again whenever the connection is lost."""
        pause = _FIRST_PAUSE
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    try:
                        await self._connect(pubsub)
                        pause = _FIRST_PAUSE
                        await self._receive(pubsub)
                    finally:
                        # Before it is closed, so that nobody sends on it meanwhile.
                        self._pubsub = None
            except (RedisError, OSError) as error:
                logger.warning("the seat update feed is interrupted", error=repr(error))
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _connect(self, pubsub: PubSub) -> None:
        await pubsub.connect()  # type: ignore[no-untyped-call]
        self._pubsub = pubsub
        if self._listeners:
            await pubsub.subscribe(*map(self._keys.channel, self._listeners))

    async def _receive(self, pubsub: PubSub) -> None:
        waiting_for_pong = False
        while True:
            message = await pubsub.get_message(timeout=self._ping_interval)
            if message is not None:
                waiting_for_pong = False
                self._handle(message)
            elif waiting_for_pong:
                raise OSError("Redis does not answer a ping")
            else:
                waiting_for_pong = True
                await pubsub.ping()

    def _handle(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "message":
                try:
                    update = decode_update(message["data"])
                except ValueError as error:
                    logger.warning(
                        "not a seat update", channel=message["channel"], error=repr(error)
                    )
                    return
                self._on_update(update)
            case "subscribe":
                self._acknowledge(self._keys.event_of_channel(message["channel"].decode()))

    def _acknowledge(self, event_id: EventId) -> None:
        acknowledged = self._acknowledged.get(event_id)
        if acknowledged is None:
            return
        if acknowledged.done():
            # It was subscribed before, so this connection is a new one: updates may be lost.
            self._on_interruption(event_id)
        else:
            acknowledged.set_result(None)

    async def _send(self, command: str, event_id: EventId) -> None:
        """Send nothing without a connection: connecting subscribes to every channel in use."""
        pubsub = self._pubsub
        if pubsub is None:
            return
        try:
            await getattr(pubsub, command)(self._keys.channel(event_id))
        except (RedisError, OSError) as error:
            logger.warning("cannot reach the seat update feed", command=command, error=repr(error))
