"""One of a buyer's own reservations."""

from src.service.reservation.app.interface.reservation_ledger import ReservationLedger
from src.service.reservation.domain.errors import ReservationNotFoundError
from src.service.reservation.domain.reservation import Reservation
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import ReservationId


class GetReservationUseCase:
    def __init__(self, ledger: ReservationLedger) -> None:
        self._ledger = ledger

    async def execute(self, caller: Caller, reservation_id: ReservationId) -> Reservation:
        """Raise ReservationNotFoundError for another buyer's, as for one that never was."""
        caller.require(Role.BUYER)
        reservation = await self._ledger.get(reservation_id, caller.id)
        if reservation is None:
            raise ReservationNotFoundError(f"You have no reservation {reservation_id}.")
        return reservation
