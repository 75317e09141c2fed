"""Remove what is left of creations that were cut off."""

from datetime import timedelta

from src.service.ticketing.app.interface.event_ticketing_repository import EventTicketingRepository
from src.service.ticketing.app.interface.init_event_and_tickets_state_handler import (
    InitEventAndTicketsStateHandler,
)


class RemoveStaleDraftsUseCase:
    def __init__(
        self,
        repository: EventTicketingRepository,
        seat_state: InitEventAndTicketsStateHandler,
        *,
        older_than: timedelta,
    ) -> None:
        self._repository = repository
        self._seat_state = seat_state
        self._older_than = older_than

    async def execute(self) -> int:
        """Return how many drafts were removed, with their tickets and Kvrocks keys."""
        drafts = await self._repository.stale_drafts(self._older_than)
        for draft in drafts:
            await self._seat_state.remove_seats(draft.id, draft.config)
            await self._repository.delete_draft(draft.id)
        return len(drafts)
