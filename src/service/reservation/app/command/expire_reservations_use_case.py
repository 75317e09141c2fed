"""Free the seats of reservations whose time is up."""

from src.service.reservation.app.interface.reservation_ledger import ReservationLedger
from src.service.reservation.app.interface.seat_inventory import SeatChange
from src.service.reservation.app.seat_state_sync import SeatStateSync

_BATCH = 500


class ExpireReservationsUseCase:
    def __init__(self, ledger: ReservationLedger, sync: SeatStateSync) -> None:
        self._ledger = ledger
        self._sync = sync

    async def execute(self) -> int:
        """Return how many reservations were ended; goes on until none is due."""
        ended = 0
        while due := await self._ledger.expire_due(_BATCH):
            await self._sync.apply(due, SeatChange.FREE)
            ended += len(due)
        return ended
