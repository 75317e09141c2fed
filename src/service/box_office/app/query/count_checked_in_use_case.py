"""How many are in."""

from src.service.box_office.app.interface.door import Door
from src.service.box_office.domain.door import DoorCounts
from src.service.shared_kernel.event_directory import EventDirectory, own_event
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId


class CountCheckedInUseCase:
    def __init__(self, directory: EventDirectory, door: Door) -> None:
        self._directory = directory
        self._door = door

    async def execute(self, caller: Caller, event_id: EventId) -> DoorCounts:
        """Raises ForbiddenError, EventNotFoundError."""
        await own_event(self._directory, caller, event_id)
        return await self._door.counts(event_id)
