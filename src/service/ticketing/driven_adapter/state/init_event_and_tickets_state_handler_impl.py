"""An event's first seat state in Kvrocks."""

from redis.asyncio import Redis

from src.platform.redis_clients import store_errors
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state_keys import Layout, SeatStateKeys
from src.service.shared_kernel.seating import SeatingConfig
from src.service.ticketing.app.interface.init_event_and_tickets_state_handler import (
    InitEventAndTicketsStateHandler,
)


class KvrocksInitEventAndTicketsStateHandler(InitEventAndTicketsStateHandler):
    def __init__(self, kvrocks: Redis, keys: SeatStateKeys) -> None:
        self._kvrocks = kvrocks
        self._keys = keys

    async def initialize_seats(self, event_id: EventId, config: SeatingConfig) -> None:
        free = b"0" * config.seats_per_subsection
        with store_errors("Kvrocks"):
            async with self._kvrocks.pipeline(transaction=True) as steps:
                # None is pending yet; a restored database may give out an id for a second time.
                steps.delete(self._keys.pending(event_id))
                for subsection in config.subsections:
                    steps.set(self._keys.seats(event_id, subsection), free)
                steps.set(self._keys.version(event_id), 1)
                # Last, because readers take an event without a layout for one that is not there.
                steps.set(
                    self._keys.layout(event_id), Layout(epoch=1, closed=False).to_json(config)
                )
                await steps.execute()

    async def remove_seats(self, event_id: EventId, config: SeatingConfig) -> None:
        with store_errors("Kvrocks"):
            await self._kvrocks.delete(*self._keys.all_of(event_id, config))
