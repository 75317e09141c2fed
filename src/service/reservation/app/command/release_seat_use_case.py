"""Release one seat of a live reservation."""

from src.service.reservation.app.interface.reservation_ledger import ReservationLedger
from src.service.reservation.app.interface.seat_inventory import SeatChange
from src.service.reservation.app.seat_state_sync import SeatStateSync
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.seating import SeatId


class ReleaseSeatUseCase:
    def __init__(self, ledger: ReservationLedger, sync: SeatStateSync) -> None:
        self._ledger = ledger
        self._sync = sync

    async def execute(self, caller: Caller, reservation_id: ReservationId, seat: SeatId) -> None:
        """Free the seat; the last one ends the reservation. Repeating it changes nothing."""
        caller.require(Role.BUYER)
        event_id = await self._ledger.release_seat(reservation_id, caller.id, seat)
        if event_id is not None:
            await self._sync.change(event_id, (seat,), SeatChange.FREE)
