"""Say where the stores disagree, and change nothing."""

from collections.abc import Callable
from datetime import timedelta

from src.service.reservation.app.interface.ledger_audit import LedgerAudit
from src.service.reservation.app.interface.seat_state_store import (
    SeatStateStore,
)
from src.service.reservation.app.orphan_events import orphan_events
from src.service.reservation.app.seat_comparison import Comparison, SeatComparer
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatingConfig


class VerifySeatStateUseCase:
    def __init__(
        self,
        audit: LedgerAudit,
        state_store: SeatStateStore,
        comparer: SeatComparer,
        *,
        draft_ttl: timedelta,
    ) -> None:
        """`draft_ttl` is how old a draft may be."""
        self._audit = audit
        self._state_store = state_store
        self._comparer = comparer
        self._draft_ttl = draft_ttl

    async def execute(
        self, on_progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> list[str]:
        """Return one line per disagreement; none means that all is well."""
        found = list(await self._audit.contradictions())
        found += await self._drafts()
        event_ids = await self._audit.event_ids()
        configs: dict[EventId, SeatingConfig] = {}
        unread: list[EventId] = []
        done = 0
        async for event, comparison in self._comparer.compare(event_ids):
            configs[event.id] = event.config
            if comparison is not None and comparison.unread:
                unread.append(event.id)
            elif comparison is not None:
                found += _lines(comparison)
            done += 1
            on_progress(done, len(event_ids))
        if unread:
            ids = ", ".join(map(str, unread))
            found.append(f"a server of Kvrocks does not answer, which has these events: {ids}")
        found += [f"{key}: a key that means nothing" for key in await self._strays(configs)]
        return found + await self._orphans()

    async def _drafts(self) -> list[str]:
        return [
            f"event {event_id}: a draft for more than {self._draft_ttl.total_seconds():.0f} s"
            for event_id in await self._audit.drafts_older_than(self._draft_ttl)
        ]

    async def _strays(self, configs: dict[EventId, SeatingConfig]) -> list[str]:
        return sorted(await self._state_store.stray_keys(configs))

    async def _orphans(self) -> list[str]:
        orphans = await orphan_events(self._audit, self._state_store)
        return [f"event {event_id}: in Kvrocks only" for event_id in orphans]


def _lines(comparison: Comparison) -> list[str]:
    event = comparison.event
    if comparison.stored is None:
        return [f"event {event.id}: Kvrocks has lost its seat state"]
    lines = [
        f"event {event.id}, seat {wrong.seat}: {wrong.found} in Kvrocks, {wrong.right} in Postgres"
        for wrong in comparison.wrong
    ]
    lines += [
        f"event {event.id}: a hold on {', '.join(map(str, hold.seats))} is overdue"
        for hold in comparison.overdue
    ]
    if comparison.open_in_kvrocks_only:
        lines.append(f"event {event.id}: {event.status}, but open in Kvrocks")
    return lines
