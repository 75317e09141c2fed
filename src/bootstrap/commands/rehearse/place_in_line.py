"""A buyer's place in the waiting line: it joins, follows the line's stream, and knows when its number is
called without asking."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from src.bootstrap.commands.rehearse.caller import Caller
from src.bootstrap.commands.rehearse.client import StreamCounts, follow
from src.bootstrap.commands.rehearse.http_client import Address
from src.bootstrap.commands.rehearse.line_state import LineState, line_state_of
from src.bootstrap.commands.rehearse.record import Record

_OPENING_AT_ONCE = 100
# Whose number is called within this time has no reason to be impatient.
_SOON_SECONDS = 3.0


@dataclass(slots=True)
class LineSeen:
    """What all who stand in line see of it together. `called` has when how many numbers had been called,
    by the event loop's clock."""

    servers: Sequence[Address]
    streams: StreamCounts = field(default_factory=StreamCounts)
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_OPENING_AT_ONCE))
    newest: LineState | None = None
    called: list[tuple[float, int]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    @property
    def numbers_called(self) -> int:
        return self.called[-1][1] if self.called else 0

    def take(self, state: LineState, now: float) -> None:
        before, self.newest = self.newest, state
        if state.serving > self.numbers_called:
            self.called.append((now, state.serving))
        if not state.keeps_its_word or (before and before.seed_hash != state.seed_hash):
            self.broken.add("the seed is not the one that the service was bound to")


class PlaceInLine:
    def __init__(
        self, event_id: int, caller: Caller, record: Record, seen: LineSeen, first: int
    ) -> None:
        """`first` says at which server the stream is opened."""
        self._path = f"/api/event/{event_id}/line"
        self._caller = caller
        self._record = record
        self._seen = seen
        self._first = first
        self._clock = asyncio.get_running_loop().time
        self._entry = 0
        self._known = asyncio.Event()
        self._called = asyncio.Event()
        self._stream: asyncio.Task[None] | None = None
        self.number: int | None = None

    async def join(self) -> bool:
        """False when that is refused for good."""
        answer = await self._caller.until(200, "join", "POST", self._path)
        if answer is None:
            return False
        self._entry = answer.json()["entry"]
        coroutine = follow(
            self._seen.servers,
            f"{self._path}/sse",
            self._take,
            at_once=self._seen.at_once,
            first=self._first,
            counts=self._seen.streams,
        )
        self._stream = asyncio.create_task(coroutine)
        return True

    async def until_known(self) -> None:
        """Until the number is known, or everything is over."""
        await _first_of(self._known, self._called, self._record.sold_out)

    @property
    def is_far(self) -> bool:
        """Whether many are to be called before."""
        state = self._seen.newest
        if self.number is None or state is None:
            return False
        return self.number - state.serving > state.per_minute / 60 * _SOON_SECONDS + 1

    async def until_called(self) -> bool:
        """Whether the number has been called, and not the sale been over before."""
        await _first_of(self._called, self._record.sold_out)
        if self.number is None or self._record.sold_out.is_set():
            return False
        answer = await self._caller.until(200, "place", "GET", self._path)
        if answer is None:
            return False
        place: dict[str, Any] = answer.json()
        if place.get("number") != self.number:
            self._record.wrong.append(
                f"entry {self._entry} has number {self.number} by the seed, and is told {place}"
            )
        if place["state"] == "waiting":
            self._record.wrong.append(f"number {self.number} was called, and is told {place}")
        return bool(place["state"] == "admitted")

    async def leave(self) -> None:
        """Give the pass back, so that another may have it."""
        await self._caller.until(204, "leave", "DELETE", self._path)

    async def close(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            await asyncio.gather(self._stream, return_exceptions=True)

    def _take(self, message: bytes) -> None:
        state = line_state_of(message)
        if state is not self._seen.newest:
            self._seen.take(state, self._clock())
        if self.number is None:
            self.number = state.number_of(self._entry)
            if self.number is not None:
                self._known.set()
        if state.is_over or (self.number is not None and state.serving >= self.number):
            self._called.set()


async def _first_of(*events: asyncio.Event) -> None:
    """Wait until one of them is set."""
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
