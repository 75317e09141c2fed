"""Where Kvrocks and Postgres differ about an event's seats."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from src.service.reservation.app.interface.seat_audit import (
    LedgerAudit,
    PendingHold,
    SeatCorrection,
    SeatStateRepair,
    StoredState,
)
from src.service.shared_kernel.event_directory import EventEntry
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey


@dataclass(frozen=True, slots=True)
class Comparison:
    """`stored` is None when Kvrocks has lost the event's state, or a part of it."""

    stored: StoredState | None
    ledger: Mapping[SubsectionKey, bytes]
    wrong: tuple[SeatCorrection, ...]

    @property
    def overdue(self) -> tuple[PendingHold, ...]:
        return tuple(p for p in self.stored.pending if p.overdue) if self.stored else ()

    @property
    def undecided(self) -> bool:
        """Whether holds are under way, so that it is worth looking again soon."""
        return self.stored is not None and any(not p.overdue for p in self.stored.pending)


class SeatComparer:
    """Leaves out what is on its way: seats of pending holds, and seats that Postgres changed so
    lately that Kvrocks may be about to hear of it."""

    def __init__(self, audit: LedgerAudit, repair: SeatStateRepair, *, grace: timedelta) -> None:
        self._audit = audit
        self._repair = repair
        self._grace = grace

    async def compare(self, event: EventEntry) -> Comparison:
        # Kvrocks first: a hold is in Kvrocks before it is in Postgres, so whatever Postgres has
        # that Kvrocks had not is recent, and recent changes are left out.
        stored = await self._repair.look(event.id, event.config)
        ledger = await self._audit.seats(event.id, event.config)
        if stored is None:
            return Comparison(None, ledger, ())
        wrong = _differences(event.config, stored, ledger)
        if wrong:
            recent = await self._audit.changed_within(event.id, self._grace)
            wrong = tuple(w for w in wrong if w.seat not in recent)
        return Comparison(stored, ledger, wrong)


def _differences(
    config: SeatingConfig, stored: StoredState, ledger: Mapping[SubsectionKey, bytes]
) -> tuple[SeatCorrection, ...]:
    in_doubt = {seat for hold in stored.pending for seat in hold.seats}
    wrong = []
    for block, right in ledger.items():
        found = stored.seats[block]
        if found == right:
            continue
        for index, (have, want) in enumerate(zip(found, right, strict=True)):
            seat = config.seat_at(block, index)
            if have != want and seat not in in_doubt:
                wrong.append(
                    SeatCorrection(seat, SeatStatus.from_code(have), SeatStatus.from_code(want))
                )
    return tuple(wrong)


def statuses_of(
    config: SeatingConfig, ledger: Mapping[SubsectionKey, bytes], seats: tuple[SeatId, ...]
) -> dict[SeatId, SeatStatus]:
    """What Postgres says of these seats."""
    return {seat: SeatStatus.from_code(ledger[seat.block][config.index_of(seat)]) for seat in seats}
