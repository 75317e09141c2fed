"""One of a buyer's own reservations."""

from src.service.reservation.app.interface.reservation_ledger import ReservationLedger
from src.service.reservation.domain.reservation import Reservation, existing_reservation
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import ReservationId


class GetReservationUseCase:
    def __init__(self, ledger: ReservationLedger) -> None:
        self._ledger = ledger

    async def execute(self, caller: Caller, reservation_id: ReservationId) -> Reservation:
        """Raise ReservationNotFoundError for another buyer's, as for one that never was."""
        caller.require(Role.BUYER)
        return existing_reservation(
            await self._ledger.get(reservation_id, caller.id), reservation_id
        )
