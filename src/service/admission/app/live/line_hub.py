"""The lines that somebody watches here. All who watch a line get the same bytes."""

import asyncio
from collections.abc import Callable, Collection, Iterable

from src.service.admission.domain.errors import NoWaitingLineError
from src.service.admission.domain.line import Line, LinePhase
from src.service.shared_kernel.deadline import until_deadline
from src.service.shared_kernel.errors import ServiceError, StoreUnavailableError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.subscriber import Subscriber, SubscriberLimit

_STORE = "PostgreSQL"

# A little less than from one regular look at the lines to the next.
_PAUSE_SECONDS = 0.9

# Makes the message about a line.
Render = Callable[[Line], bytes]


class LineFeed:
    """One line, as it was last shown: at most once a second, however often it moves, but for the moments
    at which it opens and ends."""

    def __init__(self, render: Render) -> None:
        self._render = render
        self._loop = asyncio.get_running_loop()
        self._shown = b""
        self._phase: LinePhase | None = None
        self._woken_at = float("-inf")
        self.changed_at = 0
        self.shown_at = 0
        self.closed = False
        self.first: asyncio.Future[None] = self._loop.create_future()
        self.subscribers: set[LineSubscriber] = set()

    def show(self, line: Line) -> None:
        """What is the same as before is not sent again. What comes too soon is left to the next look."""
        self.closed = line.phase is LinePhase.OVER
        now = self._loop.time()
        if line.phase is not self._phase or now - self._woken_at >= _PAUSE_SECONDS:
            self._send(self._render(line), now)
        self._phase = line.phase
        if not line.is_active:
            for subscriber in self.subscribers:
                if not subscriber.is_seller:
                    subscriber.revoke()
        if not self.first.done():
            self.first.set_result(None)

    def _send(self, message: bytes, now: float) -> None:
        if message != self._shown:
            self._shown = message
            self._woken_at = now
            self.changed_at += 1
            self.shown_at = self.changed_at
            for subscriber in self.subscribers:
                subscriber.wake()

    def end(self, error: ServiceError) -> None:
        """There is nothing to show, or nothing more; who waits for the first message gets the error."""
        if not self.first.done():
            self.first.set_exception(error)
            self.first.exception()  # nobody has to wait for it
        for subscriber in self.subscribers:
            subscriber.revoke()

    def message(self, _since: int | None, *, newest: bool) -> tuple[bytes, int]:
        """There is only the newest."""
        return self._shown, self.changed_at


class LineSubscriber(Subscriber):
    """A client that watches a line. The event's seller does so even when the event is hidden."""

    __slots__ = ("_line_feed", "is_seller")

    def __init__(
        self, feed: LineFeed, on_close: Callable[[Subscriber], None], *, is_seller: bool
    ) -> None:
        super().__init__(feed, on_close)
        self._line_feed = feed
        self.is_seller = is_seller

    @property
    def is_over(self) -> bool:
        """Whether what it is shown is the last that there is to show."""
        return self._line_feed.closed


class LineHub:
    """Bounded by the limit on all streams; shut down at the end.

    It reads nothing itself: who advances the lines reads them anyway, and shows them.
    """

    def __init__(self, render: Render, limit: SubscriberLimit) -> None:
        self._render = render
        self._limit = limit
        self._feeds: dict[EventId, LineFeed] = {}
        self._shutting_down = False
        # Set when somebody waits for a line to be read.
        self.wanted = asyncio.Event()

    @property
    def watched(self) -> Collection[EventId]:
        return list(self._feeds)

    async def watch(self, event_id: EventId, *, is_seller: bool) -> LineSubscriber:
        """Return a subscriber whose first message is the line of now. It must be closed.

        Raises TooManySubscribersError, NoWaitingLineError, StoreUnavailableError.
        """
        self._limit.enter()
        feed = self._feeds.get(event_id)
        if feed is None:
            feed = self._feeds[event_id] = LineFeed(self._render)
            self.wanted.set()

        def on_close(_: Subscriber) -> None:
            feed.subscribers.discard(subscriber)
            self._limit.leave()
            if not feed.subscribers:
                self._drop(event_id, feed)

        subscriber = LineSubscriber(feed, on_close, is_seller=is_seller)
        feed.subscribers.add(subscriber)
        try:
            async with asyncio.timeout(until_deadline()):
                await asyncio.shield(feed.first)
        except TimeoutError as error:
            subscriber.close()
            raise StoreUnavailableError(_STORE) from error
        except BaseException:
            subscriber.close()
            raise
        if self._shutting_down:
            subscriber.end()
        return subscriber

    def show(self, asked: Iterable[EventId], lines: Iterable[Line]) -> None:
        """The lines as they are now. One that was asked for and is not among them is no more."""
        shown = {line.event_id: line for line in lines}
        for event_id, feed in list(self._feeds.items()):
            if (line := shown.get(event_id)) is not None:
                feed.show(line)
        for event_id in asked:
            if event_id not in shown and (gone := self._feeds.get(event_id)) is not None:
                self._drop(event_id, gone)
                gone.end(NoWaitingLineError())

    def fail(self, error: StoreUnavailableError) -> None:
        """The lines cannot be read now: who waits for the first message of one need not wait."""
        for event_id, feed in list(self._feeds.items()):
            if not feed.first.done():
                self._drop(event_id, feed)
                feed.end(error)

    def _drop(self, event_id: EventId, feed: LineFeed) -> None:
        if self._feeds.get(event_id) is feed:
            del self._feeds[event_id]

    def shut_down(self) -> None:
        """End every stream now and open no more."""
        self._shutting_down = True
        self._limit.shut_down()
        for feed in self._feeds.values():
            for subscriber in list(feed.subscribers):
                subscriber.end()
