"""Watch an event's seats change."""

from src.service.shared_kernel.event_directory import EventDirectory, visible_event
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SubsectionKey
from src.service.ticketing.app.live.event_state_hub import EventStateHub
from src.service.ticketing.app.live.view import Render, Watcher


class WatchEventUseCase:
    def __init__(self, directory: EventDirectory, hub: EventStateHub) -> None:
        self._directory = directory
        self._hub = hub

    async def execute(
        self,
        caller: Caller | None,
        event_id: EventId,
        block: SubsectionKey | None,
        render: Render,
        *,
        last_seen: StateVersion | None = None,
    ) -> Watcher | None:
        """Who may see the event may watch it. The watcher must be closed.

        None when nothing will come any more: the event is over, and the caller has its last state.
        """
        event = await visible_event(self._directory, event_id, caller)
        if block is not None:
            event.config.require_block(block)
        watcher = await self._hub.watch(event, block, render, caller)
        if last_seen is not None and watcher.has_nothing_after(last_seen):
            watcher.close()
            return None
        return watcher
