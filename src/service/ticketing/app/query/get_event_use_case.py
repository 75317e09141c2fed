"""One event with what is left of its seats, and its tickets."""

from dataclasses import dataclass

from src.service.shared_kernel.errors import EventNotFoundError
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, SeatStateQuery
from src.service.ticketing.app.interface.event_ticketing_repository import EventTicketingRepository
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event, TicketSheet


@dataclass(frozen=True, slots=True)
class EventDetail:
    """The event from Postgres, its seat counts from Kvrocks, its tickets when asked for."""

    event: Event
    seat_state: EventSeatState
    tickets: TicketSheet | None


class GetEventUseCase:
    def __init__(self, repository: EventTicketingRepository, seat_state: SeatStateQuery) -> None:
        self._repository = repository
        self._seat_state = seat_state

    async def execute(
        self, caller: Caller | None, event_id: EventId, *, with_tickets: bool
    ) -> EventDetail:
        """Raise EventNotFoundError for an event that this caller may not see."""
        event = await self._repository.get(event_id)
        if event is None:
            raise EventNotFoundError(event_id)
        event.entry.require_visible_to(caller)
        state = await self._seat_state.event_state(event_id, event.config)
        tickets = await self._repository.tickets(event_id) if with_tickets else None
        return EventDetail(event, state, tickets)
