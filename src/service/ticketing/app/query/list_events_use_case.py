"""The events a caller may buy for, or all of a seller's own."""

from dataclasses import dataclass
from datetime import UTC, datetime

from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.identity import Identify
from src.service.shared_kernel.ids import UserId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.text import search_problem, search_words, tidy_name
from src.service.ticketing.app.interface.event_list import EventCursor, EventFilter
from src.service.ticketing.app.interface.event_ticketing_repository import EventTicketingRepository
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import MAX_NAME, Event
from src.service.ticketing.domain.event_dates import moment_problem


@dataclass(frozen=True, slots=True)
class WantedEvents:
    """What somebody asks a list for. Moments have an offset."""

    seller_id: UserId | None = None
    q: str | None = None
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    by_start: bool = False


class ListEventsUseCase:
    def __init__(self, repository: EventTicketingRepository) -> None:
        self._repository = repository

    async def execute(
        self, identify: Identify, wanted: WantedEvents, *, limit: int, cursor: str | None
    ) -> Page[Event]:
        """Newest first, or the soonest first. Only the seller themself sees what is not on sale; drafts
        nobody sees. Raises InvalidInputError."""
        caller = None if wanted.seller_id is None else await identify()
        own = caller is not None and caller.id == wanted.seller_id
        return await self._repository.page(
            _filter(wanted, own=own),
            limit=limit,
            after=None if cursor is None else EventCursor.parse(cursor, by_start=wanted.by_start),
        )


def _filter(wanted: WantedEvents, *, own: bool) -> EventFilter:
    errors: list[FieldError] = []

    def refuse(name: str, problem: str) -> None:
        errors.append(FieldError(("query", name), problem))

    def moment(name: str, value: datetime | None) -> datetime | None:
        if value is None or (problem := moment_problem(value)) is None:
            return value and value.astimezone(UTC)
        refuse(name, problem)
        return None

    text = tidy_name(wanted.q or "")
    if (problem := search_problem(text, MAX_NAME)) is not None:
        refuse("q", problem)
    after = moment("starts_after", wanted.starts_after)
    before = moment("starts_before", wanted.starts_before)
    if after is not None and before is not None and before <= after:
        refuse("starts_before", "must be after starts_after")
    if errors:
        raise InvalidInputError(*errors)
    return EventFilter(
        wanted.seller_id,
        only_purchasable=not own,
        words=search_words(text),
        starts_after=after,
        starts_before=before,
        # What is to come, for those who look for something to go to. Who wants more can ask for it.
        not_begun=wanted.by_start and not own and after is None,
        by_start=wanted.by_start,
    )
