"""Where Kvrocks and Postgres differ about an event's seats."""

import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from src.service.reservation.app.interface.ledger_audit import LedgerAudit
from src.service.reservation.app.interface.seat_state_store import (
    PendingHold,
    SeatCorrection,
    SeatStateStore,
    StoredState,
)
from src.service.shared_kernel.event_directory import EventDirectory, EventEntry
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey

logger = logging.getLogger(__name__)

_EVENTS_AT_ONCE = 200
_SEATS_AT_ONCE = 20_000
_RESERVED = SeatStatus.RESERVED.code


@dataclass(frozen=True, slots=True)
class Comparison:
    """`stored` is None when Kvrocks has lost any part of the event's state, or is `unread`: the server
    that has it, of several, does not answer. `left_by_holds` are seats that differ and that a hold is to blame
    for that is overdue; `on_their_way` those that Postgres changed so lately that Kvrocks may not know of it
    yet."""

    event: EventEntry
    stored: StoredState | None
    ledger: Mapping[SubsectionKey, bytes]
    wrong: tuple[SeatCorrection, ...]
    left_by_holds: tuple[SeatCorrection, ...]
    on_their_way: tuple[SeatCorrection, ...]
    unread: bool = False

    @property
    def lost(self) -> bool:
        return self.stored is None and not self.unread

    @property
    def overdue(self) -> tuple[PendingHold, ...]:
        return tuple(p for p in self.stored.pending if p.overdue) if self.stored else ()

    def wrong_by(self, hold: PendingHold) -> tuple[SeatCorrection, ...]:
        """What is to be corrected of the seats of this overdue hold."""
        of_hold = set(hold.seats)
        return tuple(c for c in self.left_by_holds if c.seat in of_hold)

    @property
    def undecided(self) -> bool:
        """Whether changes are under way, so that the event is to be compared again soon."""
        return self.stored is not None and (
            bool(self.on_their_way) or any(not p.overdue for p in self.stored.pending)
        )

    @property
    def decided(self) -> bool:
        """Whether the event is over and nobody holds a seat any more, so that no seat changes after this. Who
        closes the event commits that first, and frees what is held after it."""
        return self.event.status.is_final and not self._held

    @property
    def open_in_kvrocks_only(self) -> bool:
        """Whether the event is over and nothing of it is on its way, and it is still open in Kvrocks."""
        return (
            self.event.status.is_final
            and self.stored is not None
            and not self.stored.closed
            and not self.undecided
        )

    @property
    def left_open(self) -> bool:
        """Whether it is to be closed there: its seats are decided as well."""
        return self.open_in_kvrocks_only and self.decided

    @property
    def sound(self) -> bool:
        """Whether there is nothing to repair, as far as can be seen."""
        return not (self.lost or self.overdue or self.wrong or self.left_open)

    @property
    def settled(self) -> bool:
        """Whether both have the same seats, none of them held, and no hold is pending."""
        return (
            self.stored is not None
            and not self.stored.pending
            and not self._held
            and self.stored.seats == self.ledger
        )

    @property
    def finished(self) -> bool:
        """Whether the event is over and nothing is on its way: no seat can change any more."""
        return (
            self.event.status.is_final
            and self.settled
            and self.stored is not None
            and self.stored.closed
        )

    @property
    def _held(self) -> bool:
        return any(_RESERVED in codes for codes in self.ledger.values())


class SeatComparer:
    """Compares both stores. Not wrong are seats whose change is on its way: those of pending holds,
    and those that Postgres changed within `grace`."""

    def __init__(
        self,
        directory: EventDirectory,
        audit: LedgerAudit,
        state_store: SeatStateStore,
        *,
        grace: timedelta,
    ) -> None:
        self._directory = directory
        self._audit = audit
        self._state_store = state_store
        self._grace = grace

    async def compare(
        self, event_ids: Sequence[EventId]
    ) -> AsyncIterator[tuple[EventEntry, Comparison | None]]:
        """Every event but drafts; None for an event that has not one ticket for each seat.

        The stores are read for many events at a time.
        """
        for start in range(0, len(event_ids), _EVENTS_AT_ONCE):
            events = await self._directory.find_all(event_ids[start : start + _EVENTS_AT_ONCE])
            for batch in _batches(events):
                comparisons = await self._compare(batch)
                for event in batch:
                    yield event, comparisons.get(event.id)

    async def _compare(self, events: Sequence[EventEntry]) -> Mapping[EventId, Comparison]:
        configs = {event.id: event.config for event in events}
        # Kvrocks first: a hold is in Kvrocks before it is in Postgres, so whatever Postgres has
        # that Kvrocks had not is recent, and recent changes are left out.
        stored = await self._state_store.read_states(configs)
        ledger = await self._audit.seats({id_: configs[id_] for id_ in configs if id_ in stored})
        comparisons = {}
        for event in events:
            if event.id not in stored:
                comparisons[event.id] = Comparison(event, None, {}, (), (), (), unread=True)
                continue
            if event.id not in ledger:
                logger.warning("event %s has not as many tickets as seats", event.id)
                continue
            state, seats = stored[event.id], ledger[event.id]
            differ = _differences(event.config, state, seats) if state is not None else ()
            recent: frozenset[SeatId] = frozenset()
            if differ:
                recent = await self._audit.changed_within(event.id, self._grace)
            overdue = _seats_of(state, overdue=True)
            comparisons[event.id] = Comparison(
                event,
                state,
                seats,
                wrong=tuple(d for d in differ if d.seat not in recent | overdue),
                left_by_holds=tuple(d for d in differ if d.seat in overdue - recent),
                on_their_way=tuple(d for d in differ if d.seat in recent),
            )
        return comparisons


def _batches(events: Iterable[EventEntry]) -> Iterator[list[EventEntry]]:
    """Events to compare together: enough to be worth a round trip, and few enough to be quick."""
    batch: list[EventEntry] = []
    seats = 0
    for event in events:
        if batch and seats + event.config.total_seats > _SEATS_AT_ONCE:
            yield batch
            batch, seats = [], 0
        batch.append(event)
        seats += event.config.total_seats
    if batch:
        yield batch


def _differences(
    config: SeatingConfig, stored: StoredState, ledger: Mapping[SubsectionKey, bytes]
) -> tuple[SeatCorrection, ...]:
    in_doubt = _seats_of(stored, overdue=False)
    wrong = []
    for subsection, right in ledger.items():
        found = stored.seats[subsection]
        if found == right:
            continue
        for index, (have, want) in enumerate(zip(found, right, strict=True)):
            seat = config.seat_at(subsection, index)
            if have != want and seat not in in_doubt:
                wrong.append(
                    SeatCorrection(seat, SeatStatus.from_code(have), SeatStatus.from_code(want))
                )
    return tuple(wrong)


def _seats_of(stored: StoredState | None, *, overdue: bool) -> frozenset[SeatId]:
    """The seats of those holds that are pending, or of those that are overdue."""
    holds = stored.pending if stored is not None else ()
    return frozenset(seat for hold in holds if hold.overdue is overdue for seat in hold.seats)
