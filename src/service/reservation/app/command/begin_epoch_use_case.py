"""Give an event's seat state a new epoch, because Kvrocks has lost versions that clients have seen."""

from src.service.reservation.app.interface.event_state_broadcaster import EventStateBroadcaster
from src.service.reservation.app.interface.ledger_audit import LedgerAudit
from src.service.reservation.app.interface.seat_state_store import (
    SeatStateStore,
)
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate


class BeginEpochUseCase:
    def __init__(
        self, audit: LedgerAudit, state_store: SeatStateStore, broadcaster: EventStateBroadcaster
    ) -> None:
        self._audit = audit
        self._state_store = state_store
        self._broadcaster = broadcaster

    async def execute(self, event_id: EventId) -> None:
        """Subscribers read the whole state again, at a version above all they have seen."""
        epoch = await self._audit.next_epoch(event_id)
        version = await self._state_store.begin_epoch(event_id, epoch)
        self._broadcaster.broadcast(EventStateUpdate(event_id, version, {}))
