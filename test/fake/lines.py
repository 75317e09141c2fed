"""Waiting lines in memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from src.service.admission.app.interface.waiting_lines import WaitingLines
from src.service.admission.domain.errors import LineOverError
from src.service.admission.domain.line import Advance, Line
from src.service.admission.domain.place import Entry
from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.ids import EventId, UserId
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event
from test.fake.failing import Failing
from test.fake.postgres import FakePostgres


@dataclass(slots=True)
class StoredEntry:
    entry: int
    has_left: bool = False
    served: bool = False


@dataclass(slots=True)
class StoredLine:
    seed: bytes
    joined: int = 0
    gathered: int | None = None
    serving: int = 0
    credited_until: datetime | None = None
    ended: bool = False
    entries: dict[UserId, StoredEntry] = field(default_factory=dict)


class FakeWaitingLines(Failing, WaitingLines):
    def __init__(self, postgres: FakePostgres, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self._db = postgres
        self.lines: dict[EventId, StoredLine] = {}

    async def join(self, event_id: EventId, buyer_id: UserId) -> Entry:
        with self._step("join"):
            line = self._line(event_id)
            self._open(event_id)
            known = line.entries.get(buyer_id)
            if known is not None and known.has_left and not known.served:
                known.has_left = False
            if known is None or known.has_left:
                if self._is_over(event_id):
                    raise LineOverError
                if buyer_id in self._db.removed_accounts:
                    raise NotSignedInError.no_account()
                self._enter(event_id, buyer_id)
            return self._entry(event_id, buyer_id)

    async def find(self, event_id: EventId, buyer_id: UserId) -> Entry | None:
        with self._step("find"):
            line = self.lines.get(event_id)
            known = line.entries.get(buyer_id) if line else None
            return None if known is None or known.has_left else self._entry(event_id, buyer_id)

    async def leave(self, event_id: EventId, buyer_id: UserId) -> None:
        with self._step("leave"):
            line = self.lines.get(event_id)
            known = line.entries.get(buyer_id) if line else None
            if known:
                known.has_left = True
                if (until := self._db.passes.get((event_id, buyer_id))) is not None:
                    self._db.passes[event_id, buyer_id] = min(until, self._db.now)

    async def read(self, also: Collection[EventId]) -> Sequence[Line]:
        with self._step("read"):
            for event_id in also:
                if event_id in self._db.events and self._db.events[event_id].admission:
                    self._line(event_id)
            return [
                self._shown(event_id)
                for event_id, line in sorted(self.lines.items())
                if self._db.events[event_id].admission
                and (event_id in also or (line.serving < line.joined and not line.ended))
            ]

    async def open(self, event_ids: Collection[EventId]) -> None:
        with self._step("open"):
            for event_id in event_ids:
                self._open(event_id)

    async def note_ends(self, event_ids: Collection[EventId]) -> None:
        with self._step("note_ends"):
            for event_id in event_ids:
                self.lines[event_id].ended = self._is_over(event_id)

    async def advance(self, advances: Sequence[Advance]) -> Collection[EventId]:
        with self._step("advance"):
            moved = []
            for advance in advances:
                line = self.lines[advance.event_id]
                if (line.serving, line.credited_until) != (advance.serving, advance.credited_from):
                    continue
                line.serving, line.credited_until = advance.to, advance.credited_until
                terms = self._event(advance.event_id).admission
                assert terms
                until = self._db.now + timedelta(seconds=terms.pass_seconds)
                for buyer_id, stored in line.entries.items():
                    if stored.entry in advance.entries:
                        stored.served = True
                        if not stored.has_left:
                            self._db.passes[advance.event_id, buyer_id] = until
                moved.append(advance.event_id)
            return moved

    def _event(self, event_id: EventId) -> Event:
        return self._db.events[event_id]

    def _line(self, event_id: EventId) -> StoredLine:
        seed = sha256(str(event_id).encode()).digest()
        return self.lines.setdefault(event_id, StoredLine(seed))

    def _is_over(self, event_id: EventId) -> bool:
        event = self._event(event_id)
        return event.status.is_final or event.dates.sale.is_over(self._db.now)

    def _open(self, event_id: EventId) -> None:
        event, line = self._event(event_id), self.lines[event_id]
        opens_at = event.dates.sale_opens_at
        if (
            line.gathered is not None
            or not event.admission
            or event.dates.sale.is_to_come(self._db.now)
        ):
            return
        line.gathered = line.joined
        line.credited_until = (opens_at or self._db.now) - event.admission.interval

    def _enter(self, event_id: EventId, buyer_id: UserId) -> None:
        line, terms = self.lines[event_id], self._event(event_id).admission
        assert terms
        if line.credited_until is not None and line.serving == line.joined:
            line.credited_until = max(line.credited_until, self._db.now - terms.interval)
        line.joined += 1
        line.ended = False
        line.entries[buyer_id] = StoredEntry(line.joined)
        self._db.passes.pop((event_id, buyer_id), None)

    def _entry(self, event_id: EventId, buyer_id: UserId) -> Entry:
        line = self.lines[event_id]
        stored, until = line.entries[buyer_id], self._db.passes.get((event_id, buyer_id))
        return Entry(
            stored.entry,
            stored.served,
            until is not None and until > self._db.now,
            until,
            line.seed,
            line.gathered,
            line.serving,
            self._is_over(event_id),
        )

    def _shown(self, event_id: EventId) -> Line:
        event, line = self._event(event_id), self.lines[event_id]
        assert event.admission
        limited = event.admission.max_active is not None
        live = [
            until
            for (of_event, _), until in self._db.passes.items()
            if of_event == event_id and until > self._db.now
        ]
        return Line(
            event_id,
            event.admission,
            line.seed,
            line.joined,
            line.gathered,
            line.serving,
            line.credited_until,
            line.ended,
            len(live) if limited else 0,
            event.dates.sale_opens_at,
            event.is_active,
            event.entry.on_sale(self._db.now),
            self._is_over(event_id),
            self._db.now,
        )

    def change(self, event_id: EventId, **changes: object) -> None:
        """Change the event, as its seller would."""
        self._db.events[event_id] = replace(self._event(event_id), **changes)  # type: ignore[arg-type]
