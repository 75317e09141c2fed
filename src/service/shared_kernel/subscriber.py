"""A client of a live stream: one slot, which holds the newest state and never a queue."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from src.service.shared_kernel.errors import TooManySubscribersError
from src.service.shared_kernel.watchdog import Watchdog


class Feed(Protocol):
    """What a subscriber is shown. Revisions count its changes and mean nothing outside this process."""

    # The revision of the last change, and of the last one that subscribers were woken for.
    changed_at: int
    shown_at: int

    @property
    def closed(self) -> bool:
        """Whether nothing will change any more."""
        ...

    def message(self, since: int | None, *, newest: bool) -> tuple[bytes, int]:
        """Return what is new since a revision (None: everything), and the revision it leads to."""
        ...


class SubscriberLimit:
    """How many streams a process serves at once, whatever they show."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._shutting_down = False
        self.count = 0

    def enter(self) -> None:
        """Count one more, or raise TooManySubscribersError."""
        if self.count >= self._most or self._shutting_down:
            raise TooManySubscribersError(
                "As many live streams as allowed are open. Try again later."
            )
        self.count += 1

    def leave(self) -> None:
        self.count -= 1

    def shut_down(self) -> None:
        """Let nobody in any more."""
        self._shutting_down = True


class Subscriber:
    """The revision that one client has seen. It costs the same however slowly the client reads."""

    __slots__ = ("_feed", "_loop", "_on_close", "_revoked", "_seen", "_waiting", "_wakeup", "ended")

    def __init__(self, feed: Feed, on_close: Callable[["Subscriber"], None]) -> None:
        self._feed = feed
        self._on_close = on_close
        self._revoked = False
        self._seen: int | None = None
        self._loop = asyncio.get_running_loop()
        self._wakeup: asyncio.Future[None] | None = None
        self._waiting = Watchdog(self.wake)
        self.ended = False

    async def next(self, seconds: float) -> bytes | None:
        """Return the next message, or None when none comes within so many seconds.

        When `ended` is True the message returned is the last; b"" means that there is none.
        """
        if not self._news() and not self.ended:
            self._waiting.start(seconds)
            wakeup = self._wakeup = self._loop.create_future()
            try:
                await wakeup
            finally:
                self._wakeup = None
                self._waiting.stop()
        if self._revoked:
            return b""
        if self._news():
            newest = self._seen is None or self.ended or self._feed.closed
            message, self._seen = self._feed.message(self._seen, newest=newest)
            self.ended = self.ended or self._feed.closed
            return message
        return b"" if self.ended else None

    def wake(self) -> None:
        if self._wakeup is not None and not self._wakeup.done():
            self._wakeup.set_result(None)

    def end(self) -> None:
        """End the stream, after the newest state if the client does not have that yet."""
        self.ended = True
        self.wake()

    def revoke(self) -> None:
        """End the stream at once, without a last state: its client may not see it any more."""
        self._revoked = True
        self.end()

    def close(self) -> None:
        """The client is gone. Must be called once."""
        self.end()
        self._waiting.close()
        self._on_close(self)

    def _news(self) -> bool:
        if self._seen is None:
            return True
        return (self._feed.changed_at if self.ended else self._feed.shown_at) > self._seen
