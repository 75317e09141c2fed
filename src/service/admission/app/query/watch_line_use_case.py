"""Watch an event's line move."""

from src.service.admission.app.line_of_event import terms_of
from src.service.admission.app.live.line_hub import LineHub, LineSubscriber
from src.service.shared_kernel.event_directory import EventDirectory, visible_event
from src.service.shared_kernel.identity import Identify
from src.service.shared_kernel.ids import EventId


class WatchLineUseCase:
    def __init__(self, directory: EventDirectory, hub: LineHub) -> None:
        self._directory = directory
        self._hub = hub

    async def execute(
        self, identify: Identify, event_id: EventId, *, has_seen_the_end: bool = False
    ) -> LineSubscriber | None:
        """Who may see the event may watch its line. The subscriber must be closed.

        None when nothing will come any more: the line is over, and the caller has seen that.
        """
        event = await visible_event(self._directory, event_id, identify)
        terms_of(event)
        caller = None if event.is_active else await identify()
        is_seller = caller is not None and caller.id == event.seller_id
        subscriber = await self._hub.watch(event.id, is_seller=is_seller)
        if has_seen_the_end and subscriber.is_over:
            subscriber.close()
            return None
        return subscriber
