"""Create an event with every seat's ticket and its live seat state."""

import asyncio
import logging
from dataclasses import dataclass, field
from functools import partial

from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.deadline import deadline
from src.service.shared_kernel.errors import OutcomeUnknownError, StoreUnavailableError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.lane import Lane
from src.service.shared_kernel.seating import SeatingConfig, SeatingLimits, Section
from src.service.shared_kernel.tasks import start_detached
from src.service.ticketing.app.interface.event_ticketing_repository import EventTicketingRepository
from src.service.ticketing.app.interface.event_topic_setup import (
    EventTopicSetup,
    EventTopicSetupError,
)
from src.service.ticketing.app.interface.init_event_and_tickets_state_handler import (
    InitEventAndTicketsStateHandler,
)
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import (
    Event,
    EventDetails,
    NewEvent,
)
from src.service.ticketing.domain.errors import CreationOverdueError
from src.service.ticketing.domain.event_dates import NO_DATES, GivenDates

logger = logging.getLogger(__name__)

# An event with more seats waits in the lane of large ones: writing it takes long enough to notice.
_MOST_SEATS_OF_A_SMALL_EVENT = 5_000
# The seller has waited for a silent PostgreSQL already, and it is likely to be silent still.
_DELETE_DRAFT_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class CreateEvent:
    """What the seller asks for; unchecked, but for the admission."""

    name: str
    description: str
    venue_name: str
    rows: int
    cols: int
    sections: tuple[Section, ...]
    is_active: bool
    dates: GivenDates = field(default_factory=GivenDates)
    admission: AdmissionTerms | None = None


class CreateEventAndTicketsUseCase:
    """The event is a draft, seen by nobody, until every store holds it.

    Large events are created in a lane of their own, so nobody with a small one stands behind them.
    A creation that has begun is finished, whoever hangs up.
    """

    def __init__(
        self,
        repository: EventTicketingRepository,
        seat_state: InitEventAndTicketsStateHandler,
        topic: EventTopicSetup,
        *,
        limits: SeatingLimits,
        small: Lane,
        large: Lane,
    ) -> None:
        self._repository = repository
        self._seat_state = seat_state
        self._topic = topic
        self._setting_up: set[asyncio.Task[None]] = set()
        self._limits = limits
        self._small = small
        self._large = large

    async def execute(
        self, caller: Caller, command: CreateEvent, key: IdempotencyKey | None = None
    ) -> Event:
        """Return the event on sale; after an error nothing of it is left, or a draft that the
        reconciler removes. Raises OverloadedError."""
        caller.require(Role.SELLER)
        new_event = NewEvent(
            caller.id,
            EventDetails.checked(command.name, command.description, command.venue_name),
            SeatingConfig.checked(
                command.rows, command.cols, command.sections, limits=self._limits
            ),
            command.is_active,
            NO_DATES.changed(command.dates),
            command.admission,
        )
        if key is not None and (known := await self._repository.find_by_key(caller.id, key)):
            return _first_answer(known, new_event)
        is_small = new_event.config.total_seats <= _MOST_SEATS_OF_A_SMALL_EVENT
        lane = self._small if is_small else self._large
        return await lane.run(partial(self._create, new_event, key))

    async def _create(self, new_event: NewEvent, key: IdempotencyKey | None) -> Event:
        try:
            draft = await self._repository.create_draft(new_event, key)
        except IdempotencyInFlightError:
            # The first request may have been answered while this one waited in line.
            if key and (known := await self._repository.find_by_key(new_event.seller_id, key)):
                return _first_answer(known, new_event)
            raise
        try:
            await self._seat_state.initialize_seats(draft.id, draft.config)
        except BaseException:
            await self._compensate(draft)
            raise
        try:
            event = await self._repository.mark_available(draft.id)
        except (OutcomeUnknownError, asyncio.CancelledError):
            # The event may be on sale already: only the reconciler, which asks, may remove it.
            raise
        except CreationOverdueError:
            await self._remove_keys(draft)  # the draft itself is gone
            raise
        except Exception:
            await self._compensate(draft)
            raise
        self._have_topic_set_up()
        return event

    async def _compensate(self, draft: Event) -> None:
        # Both at once: the store that is silent must not use up the time for the other one.
        await asyncio.gather(self._remove_keys(draft), self._delete_draft(draft))

    async def _delete_draft(self, draft: Event) -> None:
        try:
            with deadline(_DELETE_DRAFT_SECONDS):
                await self._repository.delete_draft(draft.id)
        except StoreUnavailableError as error:
            logger.warning("draft %s is left to the reconciler: %s", draft.id, error)

    async def _remove_keys(self, draft: Event) -> None:
        try:
            await self._seat_state.remove_seats(draft.id, draft.config)
        except StoreUnavailableError as error:
            # Keys of an event that Postgres does not know are the reconciler's to remove.
            logger.warning("keys of draft %s are left to the reconciler: %s", draft.id, error)

    def _have_topic_set_up(self) -> None:
        """See to the topic, and let nobody wait for it."""
        task = start_detached(self._set_up_topic())
        self._setting_up.add(task)
        task.add_done_callback(self._setting_up.discard)

    async def _set_up_topic(self) -> None:
        try:
            await self._topic.set_up_topic()
        except EventTopicSetupError as error:
            logger.warning("the topic of all events is not set up yet: %s", error)


def _first_answer(known: Event, request: NewEvent) -> Event:
    """The event as its first request was answered, whatever has become of it since."""
    if known.status is EventStatus.DRAFT:
        raise IdempotencyInFlightError
    return Event(
        known.id,
        known.seller_id,
        request.details,
        request.config,
        request.is_active,
        EventStatus.AVAILABLE,
        known.created_at,
        known.created_at,
        request.dates,
        request.admission,
    )
