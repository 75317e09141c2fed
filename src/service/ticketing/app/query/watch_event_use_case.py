"""Watch an event's seats change."""

from src.service.shared_kernel.event_directory import EventDirectory, visible_event
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
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
    ) -> Watcher:
        """Who may see the event may watch it. The watcher must be closed."""
        event = await visible_event(self._directory, event_id, caller)
        if block is not None:
            event.config.require_block(block)
        return await self._hub.watch(event, block, render)
