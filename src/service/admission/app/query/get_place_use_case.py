"""One's own place in an event's line."""

from src.service.admission.app.interface.waiting_lines import WaitingLines
from src.service.admission.app.line_of_event import terms_of
from src.service.admission.domain.errors import NotInLineError
from src.service.admission.domain.place import Place, place_of
from src.service.shared_kernel.event_directory import EventDirectory, existing_event
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import EventId


class GetPlaceUseCase:
    def __init__(self, directory: EventDirectory, lines: WaitingLines) -> None:
        self._directory = directory
        self._lines = lines

    async def execute(self, caller: Caller, event_id: EventId) -> Place:
        """Raises NoWaitingLineError, NotInLineError."""
        caller.require(Role.BUYER)
        event = await existing_event(self._directory, event_id)
        event.require_visible_to(caller)
        terms = terms_of(event)
        found = await self._lines.find(event.id, caller.id)
        if found is None:
            raise NotInLineError
        return place_of(event.id, terms, found)
