"""Watch an event's seats change."""

from src.service.shared_kernel.event_directory import EventDirectory, visible_event
from src.service.shared_kernel.identity import Identify
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SubsectionKey
from src.service.ticketing.app.live.event_state_hub import EventStateHub
from src.service.ticketing.app.live.feed import EventSubscriber, Render


class WatchEventUseCase:
    def __init__(self, directory: EventDirectory, hub: EventStateHub) -> None:
        self._directory = directory
        self._hub = hub

    async def execute(
        self,
        identify: Identify,
        event_id: EventId,
        subsection: SubsectionKey | None,
        render: Render,
        *,
        last_seen: StateVersion | None = None,
    ) -> EventSubscriber | None:
        """Who may see the event may watch it. The subscriber must be closed.

        None when nothing will come any more: the event is over, and the caller has its last state.
        """
        event = await visible_event(self._directory, event_id, identify)
        if subsection is not None:
            event.config.require_subsection(subsection)
        subscriber = await self._hub.watch(event, subsection, render, await identify())
        if last_seen is not None and subscriber.has_nothing_after(last_seen):
            subscriber.close()
            return None
        return subscriber
