"""Join an event's waiting line."""

from collections.abc import Callable

from src.service.admission.app.interface.waiting_lines import WaitingLines
from src.service.admission.app.line_of_event import terms_for
from src.service.admission.domain.place import Place, place_of
from src.service.shared_kernel.event_directory import EventDirectory
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId


class JoinLineUseCase:
    def __init__(
        self, directory: EventDirectory, lines: WaitingLines, on_next: Callable[[], None]
    ) -> None:
        """`on_next` is called when somebody is the next to be served, so that they need not wait."""
        self._directory = directory
        self._lines = lines
        self._on_next = on_next

    async def execute(self, caller: Caller, event_id: EventId) -> Place:
        """Return the buyer's place, the same one however often it is asked for.

        Raises NoWaitingLineError, LineOverError.
        """
        terms = await terms_for(self._directory, caller, event_id)
        place = place_of(event_id, terms, await self._lines.join(event_id, caller.id))
        if place.ahead == 0:
            self._on_next()
        return place
