"""Live state of every event that somebody watches here: one subscription, one snapshot each."""

import asyncio
import itertools
import logging
from collections.abc import Callable

from src.service.shared_kernel.deadline import until_deadline
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.event_directory import EventDirectory, EventEntry
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate, SeatStateQuery, StateVersion
from src.service.shared_kernel.seating import SubsectionKey
from src.service.shared_kernel.tasks import start_detached
from src.service.ticketing.app.interface.event_state_updates import EventStateUpdates
from src.service.ticketing.app.live.event_snapshot import EventSnapshot
from src.service.ticketing.app.live.feed import Feed, Render, Subscriber
from src.service.ticketing.domain.errors import TooManySubscribersError

logger = logging.getLogger(__name__)

# How long an early update waits for those before it. Reservations that are under way together are
# announced in the order of their commits, not of their versions.
_REORDER_SECONDS = 0.05

# How long closing waits for subscriptions to end.
_CLOSE_TIMEOUT_SECONDS = 0.5

# Every tenth check compares the seats too, not only the versions.
_READ_EVERY = 10


class EventStateHub:
    def __init__(
        self,
        seat_state: SeatStateQuery,
        updates: EventStateUpdates,
        directory: EventDirectory,
        *,
        merge_window: float,
        max_subscribers: int,
        on_step_back: Callable[[EventId], None] = lambda _: None,
    ) -> None:
        """`on_step_back` is told of an event whose stored version fell behind what was shown."""
        self._on_step_back = on_step_back
        self._seat_state = seat_state
        self._updates = updates
        self._directory = directory
        self._merge_window = merge_window
        self._max_subscribers = max_subscribers
        self._watched: dict[EventId, WatchedEvent] = {}
        self._subscribers = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._shutting_down = False
        updates.listen(self._on_update, self._on_interruption)

    @property
    def subscribers(self) -> int:
        return self._subscribers

    async def watch(
        self,
        event: EventEntry,
        subsection: SubsectionKey | None,
        render: Render,
        caller: Caller | None = None,
    ) -> Subscriber:
        """Return a subscriber whose first message is the state of now. It must be closed.

        It ends when the event is hidden from this caller. Everyone who watches the same subsection
        with the same `render` shares a feed. Raises TooManySubscribersError, StoreUnavailableError.
        """
        if self._subscribers >= self._max_subscribers or self._shutting_down:
            raise TooManySubscribersError(
                "As many live streams as allowed are open. Try again later."
            )
        self._subscribers += 1
        watched = self._watched.get(event.id)
        if watched is None:
            watched = self._watched[event.id] = WatchedEvent(
                event,
                self._seat_state,
                self._updates,
                merge_window=self._merge_window,
                on_step_back=self._on_step_back,
            )
        watched.users += 1
        try:
            await watched.ready()
        except BaseException:
            self._leave(watched)
            raise
        feed = watched.feed(subsection, render)

        def on_close(subscriber: Subscriber) -> None:
            feed.subscribers.discard(subscriber)
            self._leave(watched)

        subscriber = Subscriber(feed, caller, on_close)
        feed.subscribers.add(subscriber)
        if self._shutting_down:
            subscriber.end()
        return subscriber

    def shut_down(self) -> None:
        """End every stream now and open no more."""
        self._shutting_down = True
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
        """Wait for what is under way, for a moment."""
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

    def _leave(self, watched: "WatchedEvent") -> None:
        self._subscribers -= 1
        watched.users -= 1
        if watched.users == 0:
            if self._watched.get(watched.event.id) is watched:
                del self._watched[watched.event.id]
            watched.stop()
            task = start_detached(self._updates.unsubscribe(watched.event.id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


class WatchedEvent:
    """Keeps one snapshot true: updates in order, the whole state again wherever one is missing."""

    def __init__(
        self,
        event: EventEntry,
        seat_state: SeatStateQuery,
        updates: EventStateUpdates,
        *,
        merge_window: float,
        on_step_back: Callable[[EventId], None],
    ) -> None:
        self.event = event
        self._on_step_back = on_step_back
        self.users = 0
        self.snapshot: EventSnapshot | None = None
        self._seat_state = seat_state
        self._updates = updates
        self._merge_window = merge_window
        self._feeds: dict[tuple[SubsectionKey | None, Render], Feed] = {}
        self._early: dict[tuple[int, int], EventStateUpdate] = {}
        self._reorder_timer: asyncio.TimerHandle | None = None
        self._reading: asyncio.Task[None] | None = None
        self._read_once_more = False
        self._start = start_detached(self._subscribe_then_read())

    async def ready(self) -> None:
        """Wait for the first state, together with everyone else who does, at most until the
        request's deadline. Raises StoreUnavailableError."""
        try:
            async with asyncio.timeout(until_deadline()):
                await asyncio.shield(self._start)
        except TimeoutError as error:
            raise StoreUnavailableError("Kvrocks") from error

    def feed(self, subsection: SubsectionKey | None, render: Render) -> Feed:
        assert self.snapshot is not None
        feed = self._feeds.get((subsection, render))
        if feed is None:
            feed = self._feeds[subsection, render] = Feed(
                self.snapshot, subsection, render, merge_window=self._merge_window
            )
        return feed

    def receive(self, update: EventStateUpdate) -> None:
        if self.snapshot is not None and update.version <= self.snapshot.version:
            return
        self._early[update.version.epoch, update.version.version] = update
        if self.snapshot is not None:
            self._take_early()

    def compare(self, stored: StateVersion) -> None:
        """Read again when the store's version is not the snapshot's."""
        if self.snapshot is not None and stored != self.snapshot.version:
            self.read_again()

    def read_again(self) -> None:
        """Fetch the whole state; a call while that is under way makes it happen once more."""
        if self.snapshot is None:
            return
        if self._reading is not None and not self._reading.done():
            self._read_once_more = True
            return
        self._reading = start_detached(self._read())

    def end_all(self) -> None:
        for feed in self._feeds.values():
            for subscriber in tuple(feed.subscribers):
                subscriber.end()

    def revoke_unless_visible(self, event: EventEntry | None) -> None:
        for feed in self._feeds.values():
            for subscriber in tuple(feed.subscribers):
                subscriber.revoke_unless_visible(event)

    def stop(self) -> None:
        self._start.cancel()
        if self._reading is not None:
            self._reading.cancel()
        if self._reorder_timer is not None:
            self._reorder_timer.cancel()
        for feed in self._feeds.values():
            feed.close()

    async def _subscribe_then_read(self) -> None:
        # In this order: an update between the two is in both, and none is in neither.
        await self._updates.subscribe(self.event.id)
        state = await self._seat_state.event_state(self.event.id, self.event.config)
        self.snapshot = EventSnapshot(state)
        self._take_early()

    async def _read(self) -> None:
        assert self.snapshot is not None
        again = True
        while again:
            self._read_once_more = False
            shown_before = self.snapshot.version
            try:
                state = await self._seat_state.event_state(self.event.id, self.event.config)
            except StoreUnavailableError as error:
                # The periodic comparison asks again.
                logger.warning("event %s cannot be read again: %s", self.event.id, error)
                return
            # Nothing older: an answer may have been long on its way. The same version once more is
            # taken, since a script that a crash cut off may have left changed seats under it.
            if state.version >= self.snapshot.version:
                self._show(self.snapshot.replace(state))
            elif state.version < shown_before:
                self._on_step_back(self.event.id)
            again = self._read_once_more
        self._take_early()

    def _take_early(self) -> None:
        """Apply what follows on from the snapshot; wait a moment for what is missing before."""
        snapshot = self.snapshot
        assert snapshot is not None
        changed: set[SubsectionKey] = set()
        for at in sorted(self._early):
            update = self._early[at]
            if update.version <= snapshot.version:
                del self._early[at]
            elif snapshot.follows(update):
                del self._early[at]
                changed |= snapshot.apply(update)
            else:
                break
        self._show(changed)
        if self._early and self._reorder_timer is None:
            loop = asyncio.get_running_loop()
            self._reorder_timer = loop.call_later(_REORDER_SECONDS, self._stop_waiting)
        elif not self._early and self._reorder_timer is not None:
            self._reorder_timer.cancel()
            self._reorder_timer = None

    def _stop_waiting(self) -> None:
        self._reorder_timer = None
        if self._early:
            self.read_again()

    def _show(self, changed: set[SubsectionKey]) -> None:
        assert self.snapshot is not None
        for (subsection, _), feed in self._feeds.items():
            if self.snapshot.closed or (subsection in changed if subsection else changed):
                feed.on_change()


async def keep_checking(hub: EventStateHub, interval: float) -> None:
    """Every `interval` seconds until cancelled: compare versions, now and then the seats, and end
    the streams of events that were hidden."""
    for check in itertools.count(1):
        await asyncio.sleep(interval)
        if check % _READ_EVERY == 0:
            hub.read_all_again()
            await hub.check_visibility()
        else:
            await asyncio.gather(hub.check_versions(), hub.check_visibility())
