"""The port that writes an event's first seat state."""

from typing import Protocol

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatingConfig


class InitEventAndTicketsStateHandler(Protocol):
    """Raises StoreUnavailableError when the store does not answer."""

    async def initialize_seats(self, event_id: EventId, config: SeatingConfig) -> None:
        """Make every seat available, at epoch 1, version 1."""
        ...

    async def remove_seats(self, event_id: EventId, config: SeatingConfig) -> None:
        """Remove every key of the event; it is no error when there is none."""
        ...
