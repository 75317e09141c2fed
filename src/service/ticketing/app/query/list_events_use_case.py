"""The events a caller may buy for, or all of a seller's own."""

from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.identity import Identify
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.paging import Page
from src.service.ticketing.app.interface.event_ticketing_repository import (
    EventFilter,
    EventTicketingRepository,
)
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event


class ListEventsUseCase:
    def __init__(self, repository: EventTicketingRepository) -> None:
        self._repository = repository

    async def execute(
        self,
        identify: Identify,
        *,
        seller_id: UserId | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Event]:
        """Newest first. Only the seller themself sees what is not on sale; drafts nobody sees."""
        caller = None if seller_id is None else await identify()
        own = caller is not None and caller.id == seller_id
        return await self._repository.page(
            EventFilter(seller_id, only_purchasable=not own),
            limit=limit,
            before=_parse_cursor(cursor),
        )


def _parse_cursor(cursor: str | None) -> EventId | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise InvalidInputError(FieldError(("query", "cursor"), "is not a cursor of this list"))
    return EventId(int(cursor))
