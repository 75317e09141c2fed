"""One event that somebody watches here: one subscription, one snapshot, a feed for each form."""

import asyncio
import logging
from collections.abc import Callable

from src.service.shared_kernel.deadline import until_deadline
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.event_directory import EventEntry
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate, SeatStateQuery, StateVersion
from src.service.shared_kernel.seating import SubsectionKey
from src.service.shared_kernel.tasks import start_detached
from src.service.ticketing.app.interface.event_state_updates import EventStateUpdates
from src.service.ticketing.app.live.event_snapshot import EventSnapshot
from src.service.ticketing.app.live.feed import Feed, Render
from src.service.ticketing.app.live.stream_figures import StreamFigures

logger = logging.getLogger(__name__)

# How long an early update waits for those before it. Reservations that are under way together are
# announced in the order of their commits, not of their versions.
_REORDER_SECONDS = 0.05


class WatchedEvent:
    """Keeps one snapshot true: updates in order, the whole state again wherever one is missing."""

    def __init__(
        self,
        event: EventEntry,
        seat_state: SeatStateQuery,
        updates: EventStateUpdates,
        *,
        merge_window: float,
        figures: StreamFigures,
        on_step_back: Callable[[EventId], None],
    ) -> None:
        self.event = event
        self._on_step_back = on_step_back
        self.users = 0
        self.snapshot: EventSnapshot | None = None
        self._seat_state = seat_state
        self._updates = updates
        self._merge_window = merge_window
        self._figures = figures
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
                self.snapshot,
                subsection,
                render,
                merge_window=self._merge_window,
                figures=self._figures,
            )
        return feed

    def receive(self, update: EventStateUpdate) -> None:
        if self.snapshot is not None and update.version <= self.snapshot.version:
            return
        self._early[update.version.epoch, update.version.version] = update
        if self.snapshot is not None:
            self._apply_in_order()

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
        self._figures.unwatch(self.event.id)
        self._start.cancel()
        if self._reading is not None:
            self._reading.cancel()
        if self._reorder_timer is not None:
            self._reorder_timer.cancel()
        for feed in self._feeds.values():
            feed.stop()

    async def _subscribe_then_read(self) -> None:
        self._figures.watch(self.event.id)
        # In this order no update is lost: one that comes between the two is in the state as well.
        await self._updates.subscribe(self.event.id)
        state = await self._seat_state.event_state(self.event.id, self.event.config)
        self.snapshot = EventSnapshot(state)
        self._apply_in_order()

    async def _read(self) -> None:
        assert self.snapshot is not None
        again = True
        while again:
            self._read_once_more = False
            shown_before = self.snapshot.version
            try:
                state = await self._seat_state.event_state(self.event.id, self.event.config)
            except StoreUnavailableError as error:
                # The periodic comparison tries again.
                logger.warning("event %s cannot be read again: %s", self.event.id, error)
                return
            # Nothing older: an answer may have been long on its way. The same version once more is
            # taken, since a script that a crash cut off may have left changed seats under it.
            if state.version >= self.snapshot.version:
                self._show(self.snapshot.replace(state))
            elif state.version < shown_before:
                self._on_step_back(self.event.id)
            again = self._read_once_more
        self._apply_in_order()

    def _apply_in_order(self) -> None:
        """Apply the updates that follow on from the snapshot; wait a moment for a missing one."""
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
        since = self._figures.first_commit(self.event.id, self.snapshot.version)
        for (subsection, _), feed in self._feeds.items():
            if self.snapshot.closed or (subsection in changed if subsection else changed):
                feed.on_change(since)
