"""Change what a seller may change of an event: its texts, whether it is listed, its end."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass, field

from src.service.shared_kernel.deadline import deadline, until_deadline
from src.service.shared_kernel.errors import EventNotFoundError
from src.service.shared_kernel.event_directory import EventDirectory, EventStatus
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import EventId
from src.service.ticketing.app.interface.event_ticketing_repository import EventTicketingRepository
from src.service.ticketing.app.interface.live_holds import ReleaseLiveHolds
from src.service.ticketing.app.live.event_state_hub import EventStateHub
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event, GivenAdmission
from src.service.ticketing.domain.event_dates import GivenDates

logger = logging.getLogger(__name__)

# For all the holds of the largest event, also on a slow machine. After that the reconciler goes on.
_RELEASE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class EventChanges:
    """None leaves a field as it is; so does a date, or the admission, that is not given, and None takes
    one away."""

    name: str | None = None
    description: str | None = None
    venue_name: str | None = None
    is_active: bool | None = None
    status: EventStatus | None = None
    dates: GivenDates = field(default_factory=GivenDates)
    admission: GivenAdmission = field(default_factory=GivenAdmission)


class UpdateEventUseCase:
    def __init__(
        self,
        repository: EventTicketingRepository,
        directory: EventDirectory,
        release_live_holds: ReleaseLiveHolds,
        hub: EventStateHub,
    ) -> None:
        self._repository = repository
        self._directory = directory
        self._release_live_holds = release_live_holds
        self._hub = hub
        self._releasing: set[asyncio.Task[None]] = set()

    async def execute(
        self,
        caller: Caller,
        event_id: EventId,
        changes: EventChanges,
        *,
        revisions: Collection[str] | None = None,
    ) -> Event:
        """Return the changed event. Closing it releases the live holds; sold seats stay sold.
        Of very many the last are released soon after this has returned.

        With `revisions`, only an event that is at one of them is changed: PreconditionFailedError.
        """
        caller.require(Role.SELLER)

        def change(event: Event) -> Event:
            event.entry.require_own(caller)
            event.require_revision(revisions)
            return event.changed(
                details=event.details.changed(
                    changes.name, changes.description, changes.venue_name
                ),
                is_active=changes.is_active,
                status=changes.status,
                dates=event.dates.changed(changes.dates) if changes.dates else None,
                admission=changes.admission,
            )

        event = await self._repository.update(event_id, change)
        self._directory.invalidate(event_id)
        if event is None:
            raise EventNotFoundError(event_id)
        # The streams of this process at once; other processes see it at their next check.
        self._hub.end_hidden(event.id, event.entry)
        if event.status.is_final:
            await self._let_holds_go(event.id)
        return event

    async def _let_holds_go(self, event_id: EventId) -> None:
        """No hold can be taken or confirmed any more. So the answer waits no longer than it may, and of very
        many holds the last go after it. Should that be cut off, the reconciler goes on."""
        releasing = asyncio.create_task(self._release(event_id))
        self._releasing.add(releasing)
        releasing.add_done_callback(self._released)
        await asyncio.wait({releasing}, timeout=until_deadline())
        if releasing.done():
            releasing.result()

    async def _release(self, event_id: EventId) -> None:
        with deadline(_RELEASE_SECONDS):
            await self._release_live_holds(event_id)

    def _released(self, releasing: asyncio.Task[None]) -> None:
        self._releasing.discard(releasing)
        if not releasing.cancelled() and (error := releasing.exception()):
            logger.warning("the holds of a closed event are left to the reconciler: %s", error)
