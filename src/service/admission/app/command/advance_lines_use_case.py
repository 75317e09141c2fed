"""Move the lines on: open those whose time has come, serve the numbers that are due."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from src.service.admission.app.interface.waiting_lines import WaitingLines
from src.service.admission.app.live.line_hub import LineHub
from src.service.admission.domain.line import Line
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.ids import EventId

_INTERVAL = timedelta(seconds=1)


class AdvanceLinesUseCase:
    """Every instance does this at its own pace, and all together serve at the right rate: what is due
    follows from PostgreSQL's clock and from what has been served."""

    def __init__(self, lines: WaitingLines, hub: LineHub) -> None:
        self._lines = lines
        self._hub = hub
        # How many there are in each line whose turn has not come, as it was last read.
        self.waiting: Mapping[EventId, int] = {}

    async def execute(self) -> timedelta:
        """Move on all lines once, and show those that are watched here. Returns how long until the next
        time: less than the usual second when a line opens before, nothing when more is due already."""
        watched = self._hub.watched
        try:
            lines = await self._lines.read(watched)
            if opening := [line.event_id for line in lines if line.must_open]:
                await self._lines.open(opening)
                lines = await self._lines.read(watched)
            if ends := [line.event_id for line in lines if line.must_note_end]:
                await self._lines.note_ends(ends)
            lines, more_is_due = await self._serve(lines)
        except StoreUnavailableError as error:
            self._hub.fail(error)
            raise
        self.waiting = {
            line.event_id: waiting
            for line in lines
            if not line.is_over and (waiting := line.joined - line.serving)
        }
        self._hub.show(watched, lines)
        if more_is_due:
            return timedelta()
        return min([_INTERVAL, *(line.opens_in for line in lines if line.opens_in is not None)])

    async def _serve(self, lines: Sequence[Line]) -> tuple[Sequence[Line], bool]:
        due = [advance for line in lines if (advance := line.advance()) is not None]
        if not due:
            return lines, False
        moved = set(await self._lines.advance(due))
        serving = {advance.event_id: advance.to for advance in due if advance.event_id in moved}
        return (
            [replace(line, serving=serving.get(line.event_id, line.serving)) for line in lines],
            any(advance.is_cut_short for advance in due),
        )
