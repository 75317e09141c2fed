"""Close an event: held seats become available, sold seats stay sold."""

from src.service.reservation.app.interface.reconcile_requests import ReconcileRequests
from src.service.reservation.app.interface.reservation_ledger import ReservationLedger
from src.service.reservation.app.interface.seat_inventory import SeatChange
from src.service.reservation.app.seat_comparison import SeatComparer
from src.service.reservation.app.seat_state_sync import SeatStateSync
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.ids import EventId


class ReleaseEventHoldsUseCase:
    """What is closed in Kvrocks is the last that watchers see. So it is closed at once where both stores
    have the same seats and none is held; elsewhere whoever frees the rest does, or the reconciler once it has put
    them right."""

    def __init__(
        self,
        ledger: ReservationLedger,
        sync: SeatStateSync,
        comparer: SeatComparer,
        reconcile_requests: ReconcileRequests,
    ) -> None:
        self._ledger = ledger
        self._sync = sync
        self._comparer = comparer
        self._reconcile_requests = reconcile_requests

    async def execute(self, event_id: EventId) -> None:
        """The event is final in Postgres already. Repeating it changes nothing more."""
        while released := await self._ledger.release_event(event_id):
            await self._sync.apply(released, SeatChange.FREE)
        if await self._is_settled(event_id):
            await self._sync.close(event_id)
        else:
            self._reconcile_requests.request(event_id)

    async def _is_settled(self, event_id: EventId) -> bool:
        try:
            found = [one async for _, one in self._comparer.compare([event_id])]
        except StoreUnavailableError:
            return False
        # None has tickets that are not its seats: nobody will put that right.
        return bool(found) and all(one is None or one.settled for one in found)
