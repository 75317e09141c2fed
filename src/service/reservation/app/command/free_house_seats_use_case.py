"""Put house seats on sale again."""

from src.service.reservation.app.interface.house_seat_ledger import HouseSeatLedger
from src.service.reservation.app.interface.seat_inventory import SeatChange
from src.service.reservation.app.seat_state_sync import SeatStateSync
from src.service.reservation.domain.house_seats import HouseSeatsWanted
from src.service.reservation.domain.reservation import NamedSeats
from src.service.shared_kernel.event_directory import EventDirectory, own_event
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId

# In one step, as they are taken.
_AT_ONCE = 2_000


class FreeHouseSeatsUseCase:
    def __init__(
        self, directory: EventDirectory, ledger: HouseSeatLedger, sync: SeatStateSync
    ) -> None:
        self._directory = directory
        self._ledger = ledger
        self._sync = sync

    async def execute(self, caller: Caller, event_id: EventId, wanted: HouseSeatsWanted) -> None:
        """Free the house seats among these, and leave all others alone. Repeating it changes nothing."""
        event = await own_event(self._directory, caller, event_id)
        wanted.require_in(event.config)
        if isinstance(wanted, NamedSeats):
            if freed := await self._ledger.free(event_id, wanted.seats):
                await self._sync.change(event_id, freed, SeatChange.FREE)
            return
        while freed := await self._ledger.free_in(event_id, wanted.subsection, most=_AT_ONCE):
            await self._sync.change(event_id, freed, SeatChange.FREE)
