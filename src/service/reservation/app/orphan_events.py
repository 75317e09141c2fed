"""Events that are in Kvrocks and not in Postgres: their creation was undone while Kvrocks was down."""

from src.service.reservation.app.interface.ledger_audit import LedgerAudit
from src.service.reservation.app.interface.seat_state_store import (
    SeatStateStore,
)
from src.service.shared_kernel.ids import EventId


async def orphan_events(audit: LedgerAudit, state_store: SeatStateStore) -> list[EventId]:
    """Return their ids in order. An id that Postgres never gave out is another deployment's, or this
    is the wrong database."""
    stored = await state_store.stored_events()
    # Postgres second: it has every event, drafts included, before Kvrocks hears of it.
    known = await audit.all_event_ids()
    given_out = await audit.last_event_id()
    return sorted(event_id for event_id in stored - known if event_id <= given_out)
