"""Release a live reservation."""

from src.service.reservation.app.interface.reservation_ledger import ReservationLedger
from src.service.reservation.app.interface.seat_inventory import SeatChange
from src.service.reservation.app.seat_state_sync import SeatStateSync
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import ReservationId


class ReleaseReservationUseCase:
    def __init__(self, ledger: ReservationLedger, sync: SeatStateSync) -> None:
        self._ledger = ledger
        self._sync = sync

    async def execute(self, caller: Caller, reservation_id: ReservationId) -> None:
        """Free the seats; releasing what is released or expired changes nothing."""
        caller.require(Role.BUYER)
        outcome = await self._ledger.release(reservation_id, caller.id)
        if outcome.changed:
            await self._sync.apply([outcome.reservation], SeatChange.FREE)
