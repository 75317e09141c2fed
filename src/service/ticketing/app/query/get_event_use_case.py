"""One event with what is left of its seats, and its tickets."""

from dataclasses import dataclass

from src.service.shared_kernel.errors import EventNotFoundError
from src.service.shared_kernel.event_directory import EventEntry
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, SeatStateQuery
from src.service.ticketing.app.interface.event_ticketing_repository import EventTicketingRepository
from src.service.ticketing.app.interface.seat_owners import HasSeats
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event, TicketSheet


@dataclass(frozen=True, slots=True)
class EventDetail:
    """The event from Postgres, its seat counts from Kvrocks, its tickets when asked for."""

    event: Event
    seat_state: EventSeatState
    tickets: TicketSheet | None


class GetEventUseCase:
    def __init__(
        self, repository: EventTicketingRepository, seat_state: SeatStateQuery, has_seats: HasSeats
    ) -> None:
        self._repository = repository
        self._seat_state = seat_state
        self._has_seats = has_seats

    async def execute(
        self, caller: Caller | None, event_id: EventId, *, with_tickets: bool
    ) -> EventDetail:
        """Raise EventNotFoundError for an event that this caller may not see. Who has seats of an event
        keeps seeing it when it is hidden."""
        event = await self._repository.get(event_id)
        if event is None or not await self._is_visible(event.entry, caller):
            raise EventNotFoundError(event_id)
        state = await self._seat_state.event_state(event_id, event.config)
        tickets = await self._repository.tickets(event_id) if with_tickets else None
        return EventDetail(event, state, tickets)

    async def _is_visible(self, event: EventEntry, caller: Caller | None) -> bool:
        if event.visible_to(caller):
            return True
        if caller is None or not event.visible_to(caller, has_seats=True):
            return False
        # Asked last: for an event that everybody sees, nobody's reservations are looked for.
        return await self._has_seats(caller.id, event.id)
