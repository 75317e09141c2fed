"""A buyer's own reservations."""

from src.service.reservation.app.interface.reservation_ledger import ReservationLedger
from src.service.reservation.domain.reservation import Reservation
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.paging import Page


class ListReservationsUseCase:
    def __init__(self, ledger: ReservationLedger) -> None:
        self._ledger = ledger

    async def execute(self, caller: Caller, *, limit: int, cursor: str | None) -> Page[Reservation]:
        """Newest first, whatever their status."""
        caller.require(Role.BUYER)
        return await self._ledger.page(caller.id, limit=limit, cursor=cursor)
