"""Leave an event's waiting line."""

from collections.abc import Callable

from src.service.admission.app.interface.waiting_lines import WaitingLines
from src.service.admission.app.line_of_event import terms_for
from src.service.shared_kernel.event_directory import EventDirectory
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId


class LeaveLineUseCase:
    def __init__(
        self, directory: EventDirectory, lines: WaitingLines, on_room: Callable[[], None]
    ) -> None:
        """`on_room` is called when a pass may have been given up, so that the next one need not wait."""
        self._directory = directory
        self._lines = lines
        self._on_room = on_room

    async def execute(self, caller: Caller, event_id: EventId) -> None:
        """Give up the place, and the pass with it. Repeating it changes nothing."""
        await terms_for(self._directory, caller, event_id)
        await self._lines.leave(event_id, caller.id)
        self._on_room()
