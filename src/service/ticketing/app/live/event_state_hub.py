"""Live state of every event that somebody watches here."""

import asyncio
import itertools
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.event_directory import EventDirectory, EventEntry
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate, SeatStateQuery
from src.service.shared_kernel.seating import SubsectionKey
from src.service.shared_kernel.subscriber import Subscriber, SubscriberLimit
from src.service.shared_kernel.tasks import start_detached
from src.service.ticketing.app.interface.event_state_updates import EventStateUpdates
from src.service.ticketing.app.live.feed import EventSubscriber, Render
from src.service.ticketing.app.live.stream_figures import StreamFigures
from src.service.ticketing.app.live.watched_event import WatchedEvent

logger = logging.getLogger(__name__)

# How long closing waits for subscriptions to end.
_CLOSE_TIMEOUT_SECONDS = 0.5

# Every tenth check compares the seats too, not only the versions.
_READ_EVERY = 10


class EventStateHub:
    """All who watch an event share one subscription and one snapshot. Bounded; closed at the end."""

    def __init__(
        self,
        seat_state: SeatStateQuery,
        updates: EventStateUpdates,
        directory: EventDirectory,
        *,
        merge_window: float,
        limit: SubscriberLimit,
        figures: StreamFigures,
        on_step_back: Callable[[EventId], None] = lambda _: None,
    ) -> None:
        """`on_step_back` is called with an event whose stored version is behind what was shown."""
        self._on_step_back = on_step_back
        self._seat_state = seat_state
        self._updates = updates
        self._directory = directory
        self._merge_window = merge_window
        self._limit = limit
        self._figures = figures
        self._watched: dict[EventId, WatchedEvent] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._shutting_down = False
        updates.listen(self._on_update, self._on_interruption)

    async def watch(
        self,
        event: EventEntry,
        subsection: SubsectionKey | None,
        render: Render,
        caller: Caller | None = None,
    ) -> EventSubscriber:
        """Return a subscriber whose first message is the state of now. It must be closed.

        It ends when the event is hidden from this caller. Everyone who watches the same subsection
        with the same `render` shares a feed. Raises TooManySubscribersError, StoreUnavailableError.
        """
        self._limit.enter()
        watched = self._watched.get(event.id)
        if watched is None:
            watched = self._watched[event.id] = WatchedEvent(
                event,
                self._seat_state,
                self._updates,
                merge_window=self._merge_window,
                figures=self._figures,
                on_step_back=self._on_step_back,
            )
        watched.users += 1
        try:
            await watched.ready()
        except BaseException:
            self._leave(watched)
            raise
        feed = watched.feed(subsection, render)

        def on_close(_: Subscriber) -> None:
            feed.subscribers.discard(subscriber)
            self._leave(watched)

        subscriber = EventSubscriber(feed, caller, on_close)
        feed.subscribers.add(subscriber)
        if self._shutting_down:
            subscriber.end()
        return subscriber

    def shut_down(self) -> None:
        """End every stream now and open no more."""
        self._shutting_down = True
        self._limit.shut_down()
        for watched in self._watched.values():
            watched.end_all()

    def read_all_again(self) -> None:
        """Fetch every watched event's whole state, whatever its version says."""
        for watched in self._watched.values():
            watched.read_again()

    async def check_versions(self) -> None:
        """Find the snapshots that have missed an update; one round trip for all of them."""
        events = [event_id for event_id, watched in self._watched.items() if watched.snapshot]
        if not events:
            return
        try:
            versions = await self._seat_state.versions(events)
        except StoreUnavailableError as error:
            logger.warning("cannot check %s watched events: %s", len(events), error)
            return
        for event_id, version in zip(events, versions, strict=True):
            watched = self._watched.get(event_id)
            if watched is not None and version is not None:
                watched.compare(version)

    async def check_visibility(self) -> None:
        """End the streams of events that were hidden; one query for all that are watched."""
        watched = [event.event for event in self._watched.values()]
        if not watched:
            return
        try:
            found = {event.id: event for event in await self._directory.refresh(watched)}
        except StoreUnavailableError as error:
            logger.warning("cannot check who may see %s events: %s", len(watched), error)
            return
        for event in watched:
            self.end_hidden(event.id, found.get(event.id))

    def end_hidden(self, event_id: EventId, event: EventEntry | None) -> None:
        """End the streams of those who may not see the event as it is now; None: it is gone."""
        if (watched := self._watched.get(event_id)) is not None:
            watched.revoke_unless_visible(event)

    async def close(self) -> None:
        """End every stream, and wait a moment for the subscriptions to end."""
        self.shut_down()
        for watched in list(self._watched.values()):
            watched.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSE_TIMEOUT_SECONDS)

    def _on_update(self, update: EventStateUpdate) -> None:
        if (watched := self._watched.get(update.event_id)) is not None:
            watched.receive(update)

    def _on_interruption(self, event_id: EventId) -> None:
        if (watched := self._watched.get(event_id)) is not None:
            watched.read_again()

    def _leave(self, watched: WatchedEvent) -> None:
        self._limit.leave()
        watched.users -= 1
        if watched.users == 0:
            if self._watched.get(watched.event.id) is watched:
                del self._watched[watched.event.id]
            watched.stop()
            task = start_detached(self._updates.unsubscribe(watched.event.id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def keep_checking(
    hub: EventStateHub,
    interval: float,
    timed: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """Every `interval` seconds until cancelled: compare versions, now and then the seats, and end
    the streams of events that were hidden. Each round is in a block of `timed`."""
    for check in itertools.count(1):
        await asyncio.sleep(interval)
        with timed():
            if check % _READ_EVERY == 0:
                hub.read_all_again()
                await hub.check_visibility()
            else:
                await asyncio.gather(hub.check_versions(), hub.check_visibility())
