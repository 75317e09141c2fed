"""A whole seat state into Kvrocks: an event's first, or one in place of a state that was lost."""

from redis.asyncio import Redis

from src.platform.kvrocks import Kvrocks
from src.platform.redis_clients import store_errors, transaction
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state_keys import Layout, SeatStateKeys
from src.service.shared_kernel.seating import SeatingConfig
from src.service.shared_kernel.stored_seat_state import StoredSeats


async def write_seat_state(
    kvrocks: Kvrocks,
    keys: SeatStateKeys,
    event_id: EventId,
    config: SeatingConfig,
    state: StoredSeats,
) -> None:
    """Write it in one transaction, without any pending hold. Raises StoreUnavailableError."""
    layout = Layout(state.version.epoch, state.closed)

    async def send(server: Redis, asking: bool) -> None:
        async with transaction(server, asking=asking) as steps:
            # A restored database may give out an id for a second time: its holds are none of ours.
            steps.delete(keys.pending(event_id))
            for subsection, codes in state.seats.items():
                steps.set(keys.seats(event_id, subsection), codes)
            steps.set(keys.version(event_id), state.version.version)
            # Last, because readers take an event without a layout for one that is not there.
            steps.set(keys.layout(event_id), layout.to_json(config))
            await steps.execute()

    with store_errors("Kvrocks"):
        await kvrocks.routed(keys.layout(event_id), send)
