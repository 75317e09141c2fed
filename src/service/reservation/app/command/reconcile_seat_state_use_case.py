"""Make Kvrocks agree with Postgres again where a crash or an outage has left a difference."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import timedelta

from src.service.reservation.app.command.release_event_holds_use_case import (
    ReleaseEventHoldsUseCase,
)
from src.service.reservation.app.interface.event_state_broadcaster import EventStateBroadcaster
from src.service.reservation.app.interface.ledger_audit import LedgerAudit
from src.service.reservation.app.interface.seat_inventory import SeatInventory
from src.service.reservation.app.interface.seat_state_store import (
    PendingHold,
    SeatCorrection,
    SeatStateStore,
)
from src.service.reservation.app.orphan_events import orphan_events
from src.service.reservation.app.seat_comparison import Comparison, SeatComparer
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.event_directory import EventEntry
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate, StateVersion

logger = logging.getLogger(__name__)

_KEYS_LAST = timedelta(days=7)


@dataclass(slots=True)
class RepairCounts:
    """How many of each were repaired. All zero on a healthy system."""

    holds_settled: int = 0
    seats_corrected: int = 0
    events_rebuilt: int = 0
    events_closed: int = 0
    statuses_corrected: int = 0
    orphans_removed: int = 0

    def __iadd__(self, other: "RepairCounts") -> "RepairCounts":
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
        return self

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


class ReconcileSeatStateUseCase:
    def __init__(
        self,
        audit: LedgerAudit,
        state_store: SeatStateStore,
        inventory: SeatInventory,
        broadcaster: EventStateBroadcaster,
        comparer: SeatComparer,
        release_event_holds: ReleaseEventHoldsUseCase,
    ) -> None:
        self._audit = audit
        self._state_store = state_store
        self._inventory = inventory
        self._broadcaster = broadcaster
        self._comparer = comparer
        self._release_event_holds = release_event_holds
        # Events that are over and in which the stores agree, each with the version at which they did.
        # There are more and more of them, and nothing changes there unless Kvrocks loses it.
        self._finished: dict[EventId, StateVersion] = {}

    @asynccontextmanager
    async def turn(self, every: timedelta) -> AsyncIterator[timedelta]:
        """The turn to go through all events inside the block, which one instance has in this time: zero when
        we have it, else how long it is until the next. If the block fails, whoever asks next has it."""
        wait = await self._audit.take_turn(every)
        try:
            yield wait
        except BaseException:
            if not wait:
                with suppress(StoreUnavailableError):
                    await self._audit.give_turn_back()
            raise

    async def execute(
        self,
        on_progress: Callable[[int, int], None] = lambda _done, _all: None,
        requested: Callable[[], Iterable[EventId]] = tuple,
    ) -> tuple[RepairCounts, set[EventId]]:
        """Go through all events; return what was repaired, and the events to compare again soon.

        Events that are `requested` meanwhile come first: somebody waits for them.
        """
        total = RepairCounts()
        total.statuses_corrected = await self._audit.correct_statuses()
        for event_id in await self._audit.closed_events_with_holds():
            await self._release_event_holds.execute(event_id)
            total.events_closed += 1
        await self._audit.purge_idempotency_keys(_KEYS_LAST)
        finished = await self._still_finished()
        event_ids = [e for e in await self._audit.event_ids() if e not in finished]
        repairs, undecided = await self.execute_for(event_ids, on_progress, requested)
        total += repairs
        total.orphans_removed = await self._remove_orphans()
        return total, undecided

    async def execute_for(
        self,
        event_ids: Iterable[EventId],
        on_progress: Callable[[int, int], None] = lambda _done, _all: None,
        requested: Callable[[], Iterable[EventId]] = tuple,
    ) -> tuple[RepairCounts, set[EventId]]:
        """Compare and repair the seat state of these events, those requested meanwhile first."""
        event_ids = list(event_ids)
        total = RepairCounts()
        undecided: set[EventId] = set()
        done = 0
        async for event, comparison in self._comparer.compare(event_ids):
            for event_id in requested():
                total += await self._repair(event_id, undecided)
            if comparison is not None and comparison.sound:
                self._remember(comparison, undecided)
            elif comparison is not None:
                total += await self._repair(event.id, undecided)
            done += 1
            on_progress(done, len(event_ids))
        return total, undecided

    async def _still_finished(self) -> frozenset[EventId]:
        versions = await self._state_store.versions(list(self._finished))
        return frozenset(e for e, version in self._finished.items() if versions.get(e) == version)

    def _remember(self, comparison: Comparison, undecided: set[EventId]) -> None:
        event_id = comparison.event.id
        if comparison.undecided:
            undecided.add(event_id)
        if comparison.finished and comparison.stored is not None:
            self._finished[event_id] = comparison.stored.version

    async def _repair(self, event_id: EventId, undecided: set[EventId]) -> RepairCounts:
        """Compare again, now that nobody else does, and repair."""
        repairs = RepairCounts()
        async with self._audit.reconcile_lock(event_id) as mine:
            async for _, comparison in self._comparer.compare([event_id] if mine else []):
                if comparison is not None:
                    with _only_this_fails(event_id):
                        repairs += await self._repair_differences(comparison, undecided)
                        self._remember(comparison, undecided)
        return repairs

    async def _remove_orphans(self) -> int:
        orphans = await orphan_events(self._audit, self._state_store)
        removed = 0
        for event_id in orphans:
            with _only_this_fails(event_id):
                await self._state_store.remove(event_id)
                removed += 1
        return removed

    async def _repair_differences(
        self, comparison: Comparison, undecided: set[EventId]
    ) -> RepairCounts:
        event = comparison.event
        if comparison.lost:
            await self._rebuild(comparison)
            return RepairCounts(events_rebuilt=1)
        repairs = RepairCounts()
        for hold in comparison.overdue:
            repairs.holds_settled += await self._resolve(comparison, hold)
        if comparison.wrong:
            repairs.seats_corrected += await self._correct(event, comparison.wrong)
        if comparison.left_open:
            version = await self._inventory.close(event.id)
            if version is None:
                undecided.add(event.id)
                return repairs
            self._broadcaster.broadcast(EventStateUpdate(event.id, version, {}, closed=True))
            repairs.events_closed += 1
        return repairs

    async def _rebuild(self, comparison: Comparison) -> None:
        event = comparison.event
        epoch = await self._audit.next_epoch(event.id)
        closed = comparison.decided
        await self._state_store.rebuild(
            event.id, event.config, epoch, comparison.ledger, closed=closed
        )
        # Subscribers see an epoch they do not know, and read the whole state.
        self._broadcaster.broadcast(
            EventStateUpdate(event.id, StateVersion(epoch, 1), {}, closed=closed)
        )

    async def _resolve(self, comparison: Comparison, hold: PendingHold) -> int:
        event = comparison.event
        version, corrected = await self._state_store.resolve_hold(
            event.id, event.config, hold, comparison.wrong_by(hold)
        )
        if version is None:
            return 0
        self._broadcast(event, version, corrected)
        return 1

    async def _correct(self, event: EventEntry, wrong: tuple[SeatCorrection, ...]) -> int:
        epoch = await self._audit.next_epoch(event.id)
        version, corrected = await self._state_store.correct_seats(
            event.id, event.config, epoch, wrong
        )
        if version is not None:
            self._broadcast(event, version, corrected)
        return len(corrected)

    def _broadcast(
        self, event: EventEntry, version: StateVersion, corrected: Iterable[SeatCorrection]
    ) -> None:
        statuses = {c.seat: c.right for c in corrected}
        self._broadcaster.broadcast(EventStateUpdate.of(event.id, event.config, version, statuses))


@contextmanager
def _only_this_fails(event_id: EventId) -> Iterator[None]:
    """An event that Kvrocks does not answer for, as one of several servers may be down, is left to the
    next round; the others are not."""
    try:
        yield
    except StoreUnavailableError as error:
        if error.store != "Kvrocks":
            raise
        logger.warning("event %s is not repaired: %s", event_id, error)
