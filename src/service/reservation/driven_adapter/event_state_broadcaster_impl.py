"""Seat updates onto Redis Pub/Sub."""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog
from opentelemetry.context import Context
from redis.asyncio import Redis

from src.platform.redis_clients import store_errors
from src.platform.tracing import current_trace, on_behalf_of
from src.service.reservation.app.interface.event_state_broadcaster import EventStateBroadcaster
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.event_state_message import encode_update
from src.service.shared_kernel.seat_state import EventStateUpdate
from src.service.shared_kernel.seat_state_keys import SeatStateKeys

logger = structlog.get_logger(__name__)

_MOST_WAITING = 10_000
_MOST_AT_ONCE = 500


class RedisEventStateBroadcaster(EventStateBroadcaster):
    """Updates wait in memory for one sender, which publishes all that wait in one round trip.

    Nobody's reservation waits for Redis; when Redis is slow or down the oldest updates are lost,
    and subscribers notice by the version.
    """

    def __init__(
        self,
        redis: Redis,
        keys: SeatStateKeys,
        on_update: Callable[[EventStateUpdate], None] = lambda _: None,
    ) -> None:
        """`on_update` is told of every update at once, before it is published."""
        self._on_update = on_update
        self._redis = redis
        self._keys = keys
        self._waiting: deque[tuple[EventStateUpdate, Context | None]] = deque(maxlen=_MOST_WAITING)
        self._wake = asyncio.Event()

    def broadcast(self, update: EventStateUpdate) -> None:
        self._on_update(update)
        self._waiting.append((update, current_trace()))
        self._wake.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                await self.flush()

    async def flush(self) -> None:
        """Publish up to a few hundred of the updates that wait; a failure loses them."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]
        try:
            with on_behalf_of("publish", [trace for _, trace in batch]), store_errors("Redis"):
                async with self._redis.pipeline(transaction=False) as steps:
                    for update, _ in batch:
                        steps.publish(self._keys.channel(update.event_id), encode_update(update))
                    await steps.execute()
        except StoreUnavailableError as error:
            logger.warning("seat updates not published", updates=len(batch), error=str(error))
