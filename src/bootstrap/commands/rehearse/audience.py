"""All watchers together, each on a stream of its own."""

import asyncio
from collections.abc import Sequence

from src.bootstrap.commands.rehearse.client import StreamCounts, follow
from src.bootstrap.commands.rehearse.http_client import Address
from src.bootstrap.commands.rehearse.record import Record
from src.bootstrap.commands.rehearse.sale import Sale
from src.bootstrap.commands.rehearse.seat_map import WholeMap
from src.bootstrap.commands.rehearse.watchers import (
    OverviewWatcher,
    Seen,
    SubsectionWatcher,
    Watcher,
)

_OPENING_AT_ONCE = 100
# One in three has opened a subsection, the others see the whole venue.
_NEAR = 3


class Audience:
    def __init__(
        self, servers: Sequence[Address], sale: Sale, watchers: int, record: Record
    ) -> None:
        self._servers = servers
        self.seen = Seen(record)
        self._watchers: list[Watcher] = [
            SubsectionWatcher(sale.event_id, number // _NEAR % sale.venue.subsections, self.seen)
            if number % _NEAR == 0
            else OverviewWatcher(sale.event_id, self.seen)
            for number in range(watchers)
        ]
        self._at_once = asyncio.Semaphore(_OPENING_AT_ONCE)
        self._tasks: list[asyncio.Task[None]] = []
        self.streams = StreamCounts()

    @property
    def size(self) -> int:
        return len(self._watchers)

    def enter(self) -> None:
        """Begin to open the streams."""
        for number, watcher in enumerate(self._watchers):
            coroutine = follow(
                self._servers,
                watcher.path,
                watcher.take,
                at_once=self._at_once,
                first=number,
                counts=self.streams,
            )
            self._tasks.append(asyncio.create_task(coroutine))

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def exact(self, whole: WholeMap) -> int:
        """How many have a map that is exactly what REST says."""
        return sum(watcher.shows(whole) for watcher in self._watchers)
