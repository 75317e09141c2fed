"""Close an event: held seats become available, sold seats stay sold."""

from src.service.reservation.app.interface.reservation_ledger import ReservationLedger
from src.service.reservation.app.interface.seat_inventory import SeatChange
from src.service.reservation.app.seat_state_sync import SeatStateSync
from src.service.shared_kernel.ids import EventId


class ReleaseEventHoldsUseCase:
    def __init__(self, ledger: ReservationLedger, sync: SeatStateSync) -> None:
        self._ledger = ledger
        self._sync = sync

    async def execute(self, event_id: EventId) -> None:
        """The event is final in Postgres already. Repeating it changes nothing more."""
        while released := await self._ledger.release_event(event_id):
            await self._sync.apply(released, SeatChange.FREE)
        await self._sync.close(event_id)
