"""Write what Postgres decided about seats to Kvrocks, and send it to the subscribers."""

import asyncio
import logging
from collections.abc import Iterable

from src.service.reservation.app.interface.event_state_broadcaster import EventStateBroadcaster
from src.service.reservation.app.interface.reconcile_requests import ReconcileRequests
from src.service.reservation.app.interface.seat_inventory import SeatChange, SeatInventory
from src.service.reservation.domain.reservation import Reservation
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.event_directory import EventDirectory, existing_event
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate
from src.service.shared_kernel.seating import SeatId

logger = logging.getLogger(__name__)


class SeatStateSync:
    """Postgres has committed, so a failure here is not raised: the reconciler repairs it later."""

    def __init__(
        self,
        directory: EventDirectory,
        inventory: SeatInventory,
        broadcaster: EventStateBroadcaster,
        reconcile_requests: ReconcileRequests,
    ) -> None:
        self._directory = directory
        self._inventory = inventory
        self._broadcaster = broadcaster
        self._reconcile_requests = reconcile_requests

    async def apply(self, reservations: Iterable[Reservation], to: SeatChange) -> None:
        """Change the seats of these reservations, in one step for each event."""
        seats: dict[EventId, list[SeatId]] = {}
        for reservation in reservations:
            seats.setdefault(reservation.event_id, []).extend(reservation.seat_ids)
        await asyncio.gather(
            *(self.change(event_id, tuple(changed), to) for event_id, changed in seats.items())
        )

    async def change(self, event_id: EventId, seats: tuple[SeatId, ...], to: SeatChange) -> None:
        """Change these seats, in one step."""
        try:
            config = (await existing_event(self._directory, event_id)).config
            version = await self._inventory.change(event_id, config, seats, to)
        except StoreUnavailableError as error:
            self._repair_later(event_id, error)
            return
        if version is None:
            # A change before this one may still be on its way: what it writes then is to be put right.
            self._reconcile_requests.request(event_id)
            return
        self._broadcaster.broadcast(
            EventStateUpdate.of(event_id, config, version, dict.fromkeys(seats, to.after))
        )

    async def close(self, event_id: EventId) -> None:
        """Close the event for holds, and end its live streams; once no hold is pending."""
        try:
            version = await self._inventory.close(event_id)
        except StoreUnavailableError as error:
            self._repair_later(event_id, error)
            return
        if version is None:
            self._reconcile_requests.request(event_id)
            return
        self._broadcaster.broadcast(EventStateUpdate(event_id, version, {}, closed=True))

    def _repair_later(self, event_id: EventId, error: StoreUnavailableError) -> None:
        logger.warning("the seats of event %s wait for the reconciler: %s", event_id, error)
        self._reconcile_requests.request(event_id)
