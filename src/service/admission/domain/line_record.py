"""A line with everybody who was ever in it, to be checked afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from src.service.admission.domain.line import Order
from src.service.shared_kernel.ids import EventId


@dataclass(frozen=True, slots=True)
class EntryRecord:
    entry: int
    served_at: datetime | None
    pass_until: datetime | None


@dataclass(frozen=True, slots=True)
class LineRecord:
    """`max_active` holds since `terms_since`, at the latest: before that it may have been another."""

    event_id: EventId
    seed: bytes
    joined: int
    gathered: int | None
    serving: int
    max_active: int | None
    terms_since: datetime
    entries: Sequence[EntryRecord]

    def contradictions(self) -> Iterator[str]:
        """One line for each thing that cannot be."""
        for wrong in (*self._entries(), *self._served(), *self._passes()):
            yield f"event {self.event_id}, its line: {wrong}"

    def _entries(self) -> Iterator[str]:
        # Who joined again at the end has left a gap.
        if len(self.entries) > self.joined:
            yield f"{len(self.entries)} entries, {self.joined} joined"
        for record in self.entries:
            if record.entry > self.joined:
                yield f"entry {record.entry}, but {self.joined} joined"

    def _served(self) -> Iterator[str]:
        order = Order(self.seed, self.gathered or 0)
        for record in self.entries:
            number = order.number_of(record.entry)
            due = number <= self.serving
            if due and record.served_at is None:
                yield f"number {number} (entry {record.entry}) was passed over"
            elif not due and record.served_at is not None:
                yield f"number {number} (entry {record.entry}) was served before its turn"

    def _passes(self) -> Iterator[str]:
        """A pass that was given while as many as allowed were live."""
        if self.max_active is None:
            return
        live: list[datetime] = []
        passes = sorted(
            (record.served_at, record.pass_until, record.entry)
            for record in self.entries
            if record.served_at is not None and record.pass_until is not None
        )
        for given_at, until, entry in passes:
            live = [*(other for other in live if other > given_at), until]
            if len(live) > self.max_active and given_at > self.terms_since:
                yield f"entry {entry} is number {len(live)} of {self.max_active} live passes"
