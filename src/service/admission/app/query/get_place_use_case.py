"""One's own place in an event's line."""

from src.service.admission.app.interface.waiting_lines import WaitingLines
from src.service.admission.app.line_of_event import terms_for
from src.service.admission.domain.errors import NotInLineError
from src.service.admission.domain.place import Place, place_of
from src.service.shared_kernel.event_directory import EventDirectory
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId


class GetPlaceUseCase:
    def __init__(self, directory: EventDirectory, lines: WaitingLines) -> None:
        self._directory = directory
        self._lines = lines

    async def execute(self, caller: Caller, event_id: EventId) -> Place:
        """Raises NoWaitingLineError, NotInLineError."""
        terms = await terms_for(self._directory, caller, event_id)
        found = await self._lines.find(event_id, caller.id)
        if found is None:
            raise NotInLineError
        return place_of(event_id, terms, found)
