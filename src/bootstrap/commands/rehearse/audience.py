"""Those who only watch: each holds a live stream and keeps the newest map that it was sent."""

import asyncio
from collections.abc import Sequence

from src.bootstrap.commands.rehearse.client import StreamCounts, follow
from src.bootstrap.commands.rehearse.http_client import Address
from src.bootstrap.commands.rehearse.record import Record
from src.bootstrap.commands.rehearse.seat_map import SeatMap, seat_map_of
from src.bootstrap.commands.rehearse.statistics import Durations

_OPENING_AT_ONCE = 100


class Audience:
    """`staleness` has a value for each message that shows seats as taken: how long before it the
    buyer of the first of them had been told so. 0 where the map was quicker than the answer."""

    def __init__(
        self, servers: Sequence[Address], event_id: int, watchers: int, record: Record
    ) -> None:
        self._servers = servers
        self._path = f"/api/event/{event_id}/all_subsection_status/sse"
        self._record = record
        self._maps: list[SeatMap | None] = [None] * watchers
        self._shown = [0] * watchers
        self._at_once = asyncio.Semaphore(_OPENING_AT_ONCE)
        self._clock = asyncio.get_running_loop().time
        self._tasks: list[asyncio.Task[None]] = []
        self.streams = StreamCounts()
        self.messages = 0
        self.staleness = Durations()
        self.last_saw_sold_out_at: float | None = None

    @property
    def size(self) -> int:
        return len(self._maps)

    def enter(self) -> None:
        """Begin to open the streams."""
        for number in range(len(self._maps)):
            coroutine = follow(
                self._servers,
                self._path,
                lambda message, number=number: self._take(number, message),  # type: ignore[misc]
                at_once=self._at_once,
                first=number,
                counts=self.streams,
            )
            self._tasks.append(asyncio.create_task(coroutine))

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def with_map(self, seat_map: SeatMap) -> int:
        """How many have exactly this one."""
        return sum(kept == seat_map for kept in self._maps)

    def _take(self, number: int, message: bytes) -> None:
        seat_map = seat_map_of(message)
        self.messages += 1
        before, self._maps[number] = self._maps[number], seat_map
        shown, self._shown[number] = self._shown[number], seat_map.taken
        if before is None or before is seat_map:
            return
        now = self._clock()
        told_at = self._record.told_at
        if seat_map.taken > shown:
            self.staleness.add(now - told_at[shown] if shown < len(told_at) else 0.0)
        if before.available and not seat_map.available:
            self.last_saw_sold_out_at = now
