"""How many seats of each subsection are available, reserved and sold."""

from src.service.shared_kernel.event_directory import EventDirectory, visible_event
from src.service.shared_kernel.identity import Identify
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, SeatStateQuery


class ListAllSubsectionStatusUseCase:
    def __init__(self, directory: EventDirectory, seat_state: SeatStateQuery) -> None:
        self._directory = directory
        self._seat_state = seat_state

    async def execute(self, identify: Identify, event_id: EventId) -> EventSeatState:
        """Return every subsection, in layout order. Raises EventNotFoundError."""
        event = await visible_event(self._directory, event_id, identify)
        return await self._seat_state.event_state(event_id, event.config)
