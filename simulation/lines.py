"""What must hold of the waiting lines: after each change of their tables, and at rest."""

from collections import defaultdict
from datetime import datetime, timedelta

from simulation.broken import BrokenPromiseError
from simulation.postgres import PostgresServer
from src.service.admission.domain.line import Order
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.ids import EventId, UserId
from test.fake.lines import StoredLine

CHANGES_OF_LINES = frozenset({"join", "leave", "open", "note_ends", "advance"})

# What nobody has advanced for is made up for as far as that.
_CATCH_UP = timedelta(seconds=5)
# A line moves on about every second, and more slowly where PostgreSQL is far away. Nobody is called in the same
# moment in which a pass ends and makes room for them.
_ROUND = timedelta(seconds=5)


class LineObserver:
    def __init__(self, postgres: PostgresServer) -> None:
        self._postgres = postgres
        # When how many were served.
        self._served: dict[EventId, list[tuple[datetime, int]]] = defaultdict(list)
        self._serving: dict[EventId, int] = defaultdict(int)
        # Each pass, and which entry of its buyer's it was for.
        self._passes: dict[tuple[EventId, UserId], tuple[datetime, int]] = {}

    def changed(self) -> None:
        """Raise BrokenPromiseError unless everybody in line is served in their turn."""
        for event_id, line in self._postgres.lines.lines.items():
            terms = self._postgres.tables.events[event_id].admission
            if terms is None:
                continue
            _in_order(event_id, line)
            served = line.serving - self._serving[event_id]
            if served:
                self._serving[event_id] = line.serving
                self._served[event_id].append((self._postgres.now, served))
                self._not_too_quickly(event_id, terms)
                self._not_too_many(event_id, terms)
        self._passes_last()

    def check_served(self) -> None:
        """At rest, everybody has been served for whom there is room, and was a round ago."""
        postgres = self._postgres
        for event_id, line in postgres.lines.lines.items():
            event = postgres.tables.events[event_id]
            terms = event.admission
            if terms is None or not event.entry.on_sale(postgres.now):
                continue
            passes = self._live_passes(event_id, postgres.now - _ROUND)
            room = terms.max_active is None or passes < terms.max_active
            if room and line.serving < line.joined:
                raise BrokenPromiseError(
                    "the line is served",
                    f"event {event_id}: {line.joined} joined, {line.serving} were served",
                )

    def _not_too_quickly(self, event_id: EventId, terms: AdmissionTerms) -> None:
        """In any time up to now no more than the rate allows in it, and in what is made up for."""
        count, now = 0, self._postgres.now
        for at, served in reversed(self._served[event_id]):
            count += served
            allowed = (now - at + max(_CATCH_UP, terms.interval)) / terms.interval
            if count > allowed:
                raise BrokenPromiseError(
                    "the line keeps to its rate",
                    f"event {event_id}: {count} served in {now - at}, one in {terms.interval}",
                )

    def _not_too_many(self, event_id: EventId, terms: AdmissionTerms) -> None:
        live = self._live_passes(event_id, self._postgres.now)
        if terms.max_active is not None and live > terms.max_active:
            raise BrokenPromiseError(
                "no more are let in than may be", f"event {event_id}: {live} live passes"
            )

    def _live_passes(self, event_id: EventId, at: datetime) -> int:
        passes = self._postgres.tables.passes
        return sum(until > at for (of_event, _), until in passes.items() if of_event == event_id)

    def _passes_last(self) -> None:
        """A pass ends when it was said to end, unless its buyer leaves."""
        passes, now = self._postgres.tables.passes, self._postgres.now
        for (event_id, buyer_id), (until, entry) in self._passes.items():
            stored = self._postgres.lines.lines[event_id].entries[buyer_id]
            if until <= now or stored.has_left or stored.entry != entry:
                continue
            if passes.get((event_id, buyer_id)) != until:
                raise BrokenPromiseError(
                    "a pass lasts", f"event {event_id}: that of {buyer_id} until {until}"
                )
        self._passes = {
            (event_id, buyer_id): (
                until,
                self._postgres.lines.lines[event_id].entries[buyer_id].entry,
            )
            for (event_id, buyer_id), until in passes.items()
        }


def _in_order(event_id: EventId, line: StoredLine) -> None:
    """Each has a number of their own, and those have been served whose number was called."""
    order = Order(line.seed, line.gathered or 0)
    numbers = [order.number_of(stored.entry) for stored in line.entries.values()]
    if len(set(numbers)) < len(numbers) or max(numbers, default=0) > line.joined:
        raise BrokenPromiseError("each has a number of their own", f"event {event_id}: {numbers}")
    for number, stored in zip(numbers, line.entries.values(), strict=True):
        if stored.served != (number <= line.serving):
            raise BrokenPromiseError(
                "the line is served in order",
                f"event {event_id}: serving {line.serving}, and {number}: {stored}",
            )
