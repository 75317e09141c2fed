"""The port through which tickets are used."""

from datetime import datetime
from typing import Protocol

from src.service.box_office.domain.door import DoorCounts, SoldSeat
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId


class Door(Protocol):
    """Raises StoreUnavailableError when nothing was done, OutcomeUnknownError when the answer to a
    check-in was lost."""

    async def find(self, event_id: EventId, seat: SeatId) -> SoldSeat | None:
        """The seat as it is sold now; None when it is not, or no ticket of the event was ever made."""
        ...

    async def check_in(self, sold: SoldSeat) -> tuple[datetime, bool] | None:
        """When the ticket was used, and whether that is now: exactly once, however many doors ask. None
        when its order is not confirmed any more."""
        ...

    async def counts(self, event_id: EventId) -> DoorCounts: ...
