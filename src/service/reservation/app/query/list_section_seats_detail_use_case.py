"""Every seat of one subsection."""

from src.service.shared_kernel.event_directory import EventDirectory, visible_event
from src.service.shared_kernel.identity import Identify
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, SeatStateQuery
from src.service.shared_kernel.seating import SubsectionKey


class ListSectionSeatsDetailUseCase:
    def __init__(self, directory: EventDirectory, seat_state: SeatStateQuery) -> None:
        self._directory = directory
        self._seat_state = seat_state

    async def execute(
        self, identify: Identify, event_id: EventId, subsection: SubsectionKey
    ) -> EventSeatState:
        """Return just this subsection. Raises EventNotFoundError, SubsectionNotFoundError."""
        event = await visible_event(self._directory, event_id, identify)
        event.config.require_subsection(subsection)
        return await self._seat_state.subsections_state(event_id, event.config, (subsection,))
