"""What one kind of stream shows of an event, and who subscribes to it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from src.service.shared_kernel.event_directory import EventEntry
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SubsectionKey
from src.service.shared_kernel.subscriber import Subscriber
from src.service.ticketing.app.live.event_snapshot import EventSnapshot
from src.service.ticketing.app.live.stream_figures import StreamFigures, earlier

# Renders what is new since a revision; None asks for everything, to a client that has nothing.
Render = Callable[[EventSnapshot, SubsectionKey | None, int | None], bytes]


# A round of messages takes at most one part in so many of the time, so that thousands who watch leave
# some of it to those who buy; but none is held back for longer than this many seconds.
_PARTS = 3
_LONGEST_WINDOW = 0.7

# A client that is further behind has skipped at least so many messages.
_ROUNDS_KNOWN = 64


def window_for(round_seconds: float, least: float) -> float:
    """Seconds from one round of messages to the next, when a round takes so long."""
    return max(least, min(_PARTS * round_seconds, _LONGEST_WINDOW))


class _Message(NamedTuple):
    content: bytes
    changed_at: int
    revision: int
    skipped: int


class Feed:
    """The whole event (`subsection` is None) or one subsection, in one form.

    A change is shown to subscribers at once after a quiet spell, then at most once per merge window,
    however quickly they come back for more. The window grows with the time that a round of messages
    takes. A message is made when the first of them asks, and the
    same bytes go to all who were at the same revision.
    """

    def __init__(
        self,
        snapshot: EventSnapshot,
        subsection: SubsectionKey | None,
        render: Render,
        *,
        merge_window: float,
        figures: StreamFigures,
    ) -> None:
        self.snapshot = snapshot
        self._figures = figures
        self._subsection = subsection
        self._render = render
        self._merge_window = merge_window
        self._woken_at = float("-inf")
        # Seconds from waking the subscribers until each has been sent a message, the last two times.
        self._rounds = (0.0, 0.0)
        self._timer: asyncio.TimerHandle | None = None
        self._messages: dict[int | None, _Message] = {}
        # The revisions of the last rounds.
        self._shown: deque[int] = deque(maxlen=_ROUNDS_KNOWN)
        # When the oldest change was made of those that are still to be shown, and that are being shown.
        self._since: float | None = None
        self._showing_since: float | None = None
        self.changed_at = snapshot.revision
        self.shown_at = snapshot.revision
        self.subscribers: set[EventSubscriber] = set()

    @property
    def closed(self) -> bool:
        return self.snapshot.closed

    @property
    def version(self) -> StateVersion:
        return self.snapshot.version

    def on_change(self, since: float | None) -> None:
        """The snapshot has changed in what this feed shows, first at `since` by the loop's clock where
        that is known."""
        self.changed_at = self.snapshot.revision
        self._since = earlier(self._since, since)
        if self._timer is not None:
            self._figures.merged += 1
            return
        loop = asyncio.get_running_loop()
        wait = self._woken_at + self._window - loop.time()
        if wait <= 0:
            self._wake()
        else:
            self._timer = loop.call_later(wait, self._wake)

    @property
    def _window(self) -> float:
        # The smaller one: a pause of the machine is not what a round costs.
        return window_for(min(self._rounds), self._merge_window)

    def stop(self) -> None:
        """Wake nobody any more."""
        if self._timer is not None:
            self._timer.cancel()

    def message(self, since: int | None, *, newest: bool) -> tuple[bytes, int]:
        """Return what is new since a revision, and the revision that it leads to.

        That is the one of this feed's last change, whatever has changed elsewhere in the event, so
        that all who are up to date are at the same one and get the same bytes next time. Unless
        the `newest` state is asked for, it may be as old as the merge window.
        """
        revision = self.snapshot.revision
        message = self._messages.get(since)
        if message is None or (newest and message.revision != revision):
            content = self._render(self.snapshot, self._subsection, since)
            message = _Message(content, self.changed_at, revision, self._skipped_after(since))
            self._messages[since] = message
        self._figures.sent += 1
        self._figures.skipped += message.skipped
        return message.content, message.changed_at

    def _skipped_after(self, seen: int | None) -> int:
        """How many rounds a client was not sent that saw this revision and is sent the newest now."""
        if seen is None:
            return 0
        return max(0, sum(revision > seen for revision in self._shown) - 1)

    def _wake(self) -> None:
        self._timer = None
        self._woken_at = asyncio.get_running_loop().time()
        self.shown_at = self.changed_at
        self._shown.append(self.shown_at)
        self._showing_since, self._since = self._since, None
        self._messages.clear()
        for subscriber in self.subscribers:
            subscriber.wake()
        # After all those who have just been woken.
        asyncio.get_running_loop().call_soon(self._end_round)

    def _end_round(self) -> None:
        self._rounds = (self._rounds[1], asyncio.get_running_loop().time() - self._woken_at)
        if self._showing_since is not None and self.subscribers:
            self._figures.shown(self._showing_since)


class EventSubscriber(Subscriber):
    """A client that watches an event, and who it is: not everybody may see a hidden one."""

    __slots__ = ("_caller", "_event_feed")

    def __init__(
        self, feed: Feed, caller: Caller | None, on_close: Callable[[Subscriber], None]
    ) -> None:
        super().__init__(feed, on_close)
        self._event_feed = feed
        self._caller = caller

    @property
    def snapshot(self) -> EventSnapshot:
        """What its messages are made of."""
        return self._event_feed.snapshot

    def revoke_unless_visible(self, event: EventEntry | None) -> None:
        """End the stream at once, without a last state, unless its client may see the event."""
        if event is None or not event.visible_to(self._caller):
            self.revoke()

    def has_nothing_after(self, version: StateVersion) -> bool:
        """Whether the event is over and this is its last state."""
        return self._event_feed.closed and self._event_feed.version == version
