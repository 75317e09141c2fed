"""An event's first seat state in Kvrocks."""

from src.platform.kvrocks import Kvrocks
from src.platform.redis_clients import send, store_errors
from src.platform.seat_state_writer import write_seat_state
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatingConfig
from src.service.shared_kernel.stored_seat_state import StoredSeats
from src.service.ticketing.app.interface.init_event_and_tickets_state_handler import (
    InitEventAndTicketsStateHandler,
)


class KvrocksInitEventAndTicketsStateHandler(InitEventAndTicketsStateHandler):
    def __init__(self, kvrocks: Kvrocks, keys: SeatStateKeys) -> None:
        self._kvrocks = kvrocks
        self._keys = keys

    async def initialize_seats(self, event_id: EventId, config: SeatingConfig) -> None:
        first = StoredSeats.first(config)
        await write_seat_state(self._kvrocks, self._keys, event_id, config, first)

    async def remove_seats(self, event_id: EventId, config: SeatingConfig) -> None:
        keys = self._keys.all_of(event_id, config)
        with store_errors("Kvrocks"):
            await self._kvrocks.routed(
                keys[0], lambda server, asking: send(server, ("DEL", *keys), asking=asking)
            )
