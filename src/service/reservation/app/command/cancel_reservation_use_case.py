"""Cancel a sale: its seats are available again, and its tickets are void."""

from src.service.reservation.app.interface.reservation_ledger import ReservationLedger
from src.service.reservation.app.interface.seat_inventory import SeatChange
from src.service.reservation.app.seat_state_sync import SeatStateSync
from src.service.reservation.domain.reservation import Reservation, cancel_reason
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import ReservationId


class CancelReservationUseCase:
    def __init__(self, ledger: ReservationLedger, sync: SeatStateSync) -> None:
        self._ledger = ledger
        self._sync = sync

    async def execute(
        self, caller: Caller, reservation_id: ReservationId, reason: str | None
    ) -> Reservation:
        """Return the cancelled reservation. Cancelling again changes nothing, not the reason either."""
        caller.require(Role.SELLER)
        outcome = await self._ledger.cancel(reservation_id, caller.id, cancel_reason(reason))
        if outcome.changed:
            await self._sync.apply([outcome.reservation], SeatChange.CANCEL)
        return outcome.reservation
