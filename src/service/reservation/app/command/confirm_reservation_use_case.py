"""Confirm a live reservation: its seats are sold."""

from src.service.reservation.app.interface.reservation_ledger import ReservationLedger
from src.service.reservation.app.interface.seat_inventory import SeatChange
from src.service.reservation.app.seat_state_sync import SeatStateSync
from src.service.reservation.domain.reservation import Reservation
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import ReservationId


class ConfirmReservationUseCase:
    def __init__(self, ledger: ReservationLedger, sync: SeatStateSync) -> None:
        self._ledger = ledger
        self._sync = sync

    async def execute(self, caller: Caller, reservation_id: ReservationId) -> Reservation:
        """Return the confirmed reservation; confirming again changes nothing."""
        caller.require(Role.BUYER)
        outcome = await self._ledger.confirm(reservation_id, caller.id)
        if outcome.changed:
            await self._sync.apply([outcome.reservation], SeatChange.SELL)
        return outcome.reservation
