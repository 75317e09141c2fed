"""Remove what is left of creations that were cut off."""

import logging
from datetime import timedelta

from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.ticketing.app.interface.event_ticketing_repository import EventTicketingRepository
from src.service.ticketing.app.interface.init_event_and_tickets_state_handler import (
    InitEventAndTicketsStateHandler,
)

logger = logging.getLogger(__name__)


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
        removed = 0
        for draft in await self._repository.stale_drafts(self._older_than):
            try:
                await self._seat_state.remove_seats(draft.id, draft.config)
            except StoreUnavailableError as error:
                # One of several servers may be down; the next draft may be on another one.
                logger.warning("draft %s is left for later: %s", draft.id, error)
                continue
            await self._repository.delete_draft(draft.id)
            removed += 1
        return removed
