"""What the pages' HTML says of an event, from the use case behind the API."""

from src.service.shared_kernel.errors import EventNotFoundError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.ticketing.app.query.get_event_use_case import GetEventUseCase
from src.web.event_facts import EventFacts, EventFactsSource


class PublicEventFacts(EventFactsSource):
    def __init__(self, get: GetEventUseCase) -> None:
        self._get = get

    async def find(self, event_id: int) -> EventFacts | None:
        try:
            detail = await self._get.execute(None, EventId(event_id), with_tickets=False)
        except EventNotFoundError:
            return None
        event, prices = detail.event, [s.price for s in detail.event.config.sections]
        return EventFacts(
            event.id,
            event.details.name,
            event.details.description,
            event.details.venue_name,
            min(prices),
            max(prices),
            seats_left=event.status is EventStatus.AVAILABLE,
            starts_at=event.dates.starts_at,
            sale_opens_at=event.dates.sale_opens_at,
            sale_closes_at=event.dates.sale_closes_at,
            timezone=event.dates.timezone,
        )
