"""Those who only watch. Each keeps a map from its stream's messages alone."""

import asyncio
from typing import Protocol

from src.bootstrap.commands.rehearse.record import Record
from src.bootstrap.commands.rehearse.seat_map import (
    AVAILABLE,
    Overview,
    WholeMap,
    changes_of,
    overview_of,
)
from src.bootstrap.commands.rehearse.statistics import Durations


class Seen:
    """What all watchers saw. `staleness` has a value for each seat and each who watches its
    subsection: how long before the message its buyer had been told, 0 where the message was first."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._clock = asyncio.get_running_loop().time
        self.messages = 0
        self.staleness = Durations()
        self.last_saw_sold_out_at: float | None = None

    def taken(self, seat: str) -> None:
        given_at = self._record.given_at(seat)
        self.staleness.add(0.0 if given_at is None else self._clock() - given_at)

    def sold_out(self) -> None:
        self.last_saw_sold_out_at = self._clock()


class Watcher(Protocol):
    @property
    def path(self) -> str: ...

    def take(self, message: bytes) -> None: ...

    def shows(self, whole: WholeMap) -> bool:
        """Whether its map is exactly what REST says."""


class OverviewWatcher:
    """Sees how many seats are left in each subsection; every message is whole."""

    def __init__(self, event_id: int, seen: Seen) -> None:
        self.path = f"/api/event/{event_id}/all_subsection_status/sse"
        self._seen = seen
        self._overview: Overview | None = None

    def take(self, message: bytes) -> None:
        self._seen.messages += 1
        before, self._overview = self._overview, overview_of(message)
        if before is not None and before.available and not self._overview.available:
            self._seen.sold_out()

    def shows(self, whole: WholeMap) -> bool:
        return self._overview == whole.overview


class SubsectionWatcher:
    """Sees each seat of one subsection (from 0); updates hold only what changed."""

    def __init__(self, event_id: int, subsection: int, seen: Seen) -> None:
        self.path = (
            f"/api/event/{event_id}/sections/A/subsection/{subsection + 1}/seats/sse?delta=true"
        )
        self._subsection = subsection
        self._seen = seen
        self._seats: dict[str, str] = {}

    def take(self, message: bytes) -> None:
        self._seen.messages += 1
        changes = changes_of(message)
        for seat, status in changes.seats.items():
            if status != AVAILABLE and self._seats.get(seat) == AVAILABLE:
                self._seen.taken(seat)
        if changes.whole:
            self._seats.clear()
        self._seats.update(changes.seats)

    def shows(self, whole: WholeMap) -> bool:
        return self._seats == whole.subsections[self._subsection].seats
