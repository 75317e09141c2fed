"""The port that brings seat updates of chosen events to this process."""

from collections.abc import Callable
from typing import Protocol

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate


class EventStateUpdates(Protocol):
    """Delivers at most once and perhaps out of order."""

    def listen(
        self,
        on_update: Callable[[EventStateUpdate], None],
        on_interruption: Callable[[EventId], None],
    ) -> None:
        """Set the callbacks: for each update, and for each event whose updates may have been lost."""
        ...

    async def subscribe(self, event_id: EventId) -> None:
        """Return once updates of this event arrive. Raises StoreUnavailableError."""
        ...

    async def unsubscribe(self, event_id: EventId) -> None:
        """Undo one `subscribe`; the last one stops the updates."""
        ...
