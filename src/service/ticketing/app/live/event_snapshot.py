"""One event's seats as this process knows them."""

from array import array
from collections.abc import Iterator

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import (
    EventSeatState,
    EventStateUpdate,
    StateVersion,
    SubsectionStats,
)
from src.service.shared_kernel.seating import SeatingConfig, SubsectionKey


class SubsectionSnapshot:
    """One subsection: its seats, its counts, and the revision at which each last changed."""

    __slots__ = ("__weakref__", "changed_at", "seat_changed_at", "seats", "stats")

    def __init__(self, seats: bytes) -> None:
        self.seats = bytearray(seats)
        self.stats = SubsectionStats.count(seats)
        self.changed_at = 0
        self.seat_changed_at = array("Q", bytes(8 * len(seats)))

    def changed_since(self, revision: int) -> Iterator[int]:
        """Indexes of the seats that changed after this revision."""
        return (i for i, at in enumerate(self.seat_changed_at) if at > revision)

    def put(self, index: int, code: int, revision: int) -> None:
        if self.seats[index] != code:
            self.seats[index] = code
            self.seat_changed_at[index] = revision
            self.changed_at = revision

    def recount(self) -> None:
        self.stats = SubsectionStats.count(self.seats)


class EventSnapshot:
    """Takes updates in the order of their versions, or a whole state at any time.

    `revision` counts changes of this snapshot. It tells what a client has not seen yet, across
    epochs, and means nothing outside this process.
    """

    def __init__(self, state: EventSeatState) -> None:
        self.event_id: EventId = state.event_id
        self.config: SeatingConfig = state.config
        self.version: StateVersion = state.version
        self.closed = state.closed
        self.revision = 1
        self.subsections = {
            subsection: SubsectionSnapshot(seats) for subsection, seats in state.seats.items()
        }

    def follows(self, update: EventStateUpdate) -> bool:
        """Whether this update is the very next step."""
        return update.version == StateVersion(self.version.epoch, self.version.version + 1)

    def apply(self, update: EventStateUpdate) -> set[SubsectionKey]:
        """Take the next step; return the subsections that look different now."""
        self.revision += 1
        self.version = update.version
        self.closed = self.closed or update.closed
        for subsection, seats in update.seats.items():
            if (snapshot := self.subsections.get(subsection)) is not None:
                for index, status in seats:
                    if 0 <= index < len(snapshot.seats):
                        snapshot.put(index, status.code, self.revision)
        return self._finish()

    def replace(self, state: EventSeatState) -> set[SubsectionKey]:
        """Take over a newer state; return the subsections that look different now."""
        self.revision += 1
        self.version = state.version
        self.closed = state.closed
        for subsection, seats in state.seats.items():
            snapshot = self.subsections[subsection]
            if snapshot.seats != seats:
                for index, code in enumerate(seats):
                    snapshot.put(index, code, self.revision)
        return self._finish()

    def _finish(self) -> set[SubsectionKey]:
        changed = {
            subsection
            for subsection, snapshot in self.subsections.items()
            if snapshot.changed_at == self.revision
        }
        for subsection in changed:
            self.subsections[subsection].recount()
        return changed
