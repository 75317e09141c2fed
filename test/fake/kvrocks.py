"""The seat state store, in memory: one set of keys under the fakes of four ports."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from src.service.reservation.app.interface.seat_inventory import Hold, SeatChange, SeatInventory
from src.service.reservation.app.interface.seat_state_store import (
    PendingHold,
    SeatCorrection,
    SeatStateStore,
    StoredState,
)
from src.service.reservation.domain.errors import NotOnSaleError, SeatsTakenError
from src.service.shared_kernel.errors import SeatStateMissingError, StoreUnavailableError
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seat_state import (
    EventSeatState,
    EventStateUpdate,
    SeatStateQuery,
    StateVersion,
)
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey
from src.service.shared_kernel.stored_seat_state import StoredSeats
from src.service.ticketing.app.interface.init_event_and_tickets_state_handler import (
    InitEventAndTicketsStateHandler,
)
from test.fake.failing import Failing


@dataclass(slots=True)
class StoredEvent:
    config: SeatingConfig
    seats: dict[SubsectionKey, bytearray]
    epoch: int
    version: int
    closed: bool
    pending: dict[str, tuple[tuple[SeatId, ...], float]] = field(default_factory=dict)

    @classmethod
    def of(cls, config: SeatingConfig, state: StoredSeats) -> "StoredEvent":
        seats = {subsection: bytearray(codes) for subsection, codes in state.seats.items()}
        return cls(config, seats, state.version.epoch, state.version.version, state.closed)

    @property
    def state_version(self) -> StateVersion:
        return StateVersion(self.epoch, self.version)

    def status_of(self, seat: SeatId) -> SeatStatus:
        return SeatStatus.from_code(self.seats[seat.subsection_key][self.config.index_of(seat)])

    def put(self, seat: SeatId, status: SeatStatus) -> None:
        self.seats[seat.subsection_key][self.config.index_of(seat)] = status.code

    def next_version(self) -> StateVersion:
        self.version += 1
        return self.state_version


class FakeKvrocks:
    """The keys, and the one clock that a pending hold's deadline comes from (seconds). Events that are
    `unreachable` are on a server of a cluster that does not answer."""

    def __init__(self, *, pending_seconds: float = 30.0) -> None:
        self.now = 0.0
        self.pending_seconds = pending_seconds
        self.events: dict[EventId, StoredEvent] = {}
        self.unreachable: set[EventId] = set()

    def add(self, event_id: EventId, config: SeatingConfig) -> StoredEvent:
        self.events[event_id] = StoredEvent.of(config, StoredSeats.first(config))
        return self.events[event_id]

    def reach(self, event_id: EventId) -> None:
        if event_id in self.unreachable:
            raise StoreUnavailableError("Kvrocks")

    def find(self, event_id: EventId) -> StoredEvent:
        self.reach(event_id)
        if event_id not in self.events:
            raise SeatStateMissingError(event_id)
        return self.events[event_id]

    def change(self, event_id: EventId, seats: Mapping[SeatId, SeatStatus]) -> EventStateUpdate:
        """Set seats, whoever may hold them, and return what is to be announced."""
        stored = self.find(event_id)
        for seat, status in seats.items():
            stored.put(seat, status)
        return EventStateUpdate.of(event_id, stored.config, stored.next_version(), seats)

    def close(self, event_id: EventId) -> EventStateUpdate:
        stored = self.find(event_id)
        stored.closed = True
        return EventStateUpdate(event_id, stored.next_version(), {}, closed=True)

    def seat_bytes(self, event_id: EventId) -> dict[SubsectionKey, bytes]:
        return {subsection: bytes(seats) for subsection, seats in self.find(event_id).seats.items()}


class FakeInitState(Failing, InitEventAndTicketsStateHandler):
    def __init__(self, kvrocks: FakeKvrocks, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self._kvrocks = kvrocks

    async def initialize_seats(self, event_id: EventId, config: SeatingConfig) -> None:
        with self._step("initialize_seats"):
            self._kvrocks.reach(event_id)
            self._kvrocks.add(event_id, config)

    async def remove_seats(self, event_id: EventId, config: SeatingConfig) -> None:
        with self._step("remove_seats"):
            self._kvrocks.reach(event_id)
            self._kvrocks.events.pop(event_id, None)


class FakeSeatStateQuery(Failing, SeatStateQuery):
    """`answers_wait_for` holds back the answers; what they say is read at the call, or is what
    `answers_stay_at` has."""

    def __init__(self, kvrocks: FakeKvrocks, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self._kvrocks = kvrocks
        self.answers_wait_for: asyncio.Event | None = None
        self.answers_stay_at: Mapping[SubsectionKey, bytes] | None = None

    @property
    def reads(self) -> int:
        """How often seats were read."""
        return self.journal.count("read")

    async def event_state(self, event_id: EventId, config: SeatingConfig) -> EventSeatState:
        return await self.subsections_state(event_id, config, config.subsections)

    async def subsections_state(
        self, event_id: EventId, config: SeatingConfig, subsections: tuple[SubsectionKey, ...]
    ) -> EventSeatState:
        with self._step("read"):
            stored = self._kvrocks.find(event_id)
            state = EventSeatState(
                event_id,
                config,
                stored.state_version,
                stored.closed,
                {
                    subsection: bytes((self.answers_stay_at or stored.seats)[subsection])
                    for subsection in subsections
                },
            )
            if self.answers_wait_for is not None:
                await self.answers_wait_for.wait()
            return state

    async def versions(self, event_ids: Sequence[EventId]) -> list[StateVersion | None]:
        with self._step("versions"):
            stored = [self._kvrocks.events.get(event_id) for event_id in event_ids]
            return [None if event is None else event.state_version for event in stored]


class FakeSeatInventory(Failing, SeatInventory):
    """`taken_first` are seats that somebody else takes just before the next `take`."""

    def __init__(self, kvrocks: FakeKvrocks, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self._kvrocks = kvrocks
        self.taken_first: list[tuple[SeatId, ...]] = []

    async def take(self, hold: Hold) -> StateVersion:
        with self._step("take"):
            stored = self._kvrocks.find(hold.event_id)
            if stored.closed:
                raise NotOnSaleError("The event is over.")
            if self.taken_first:
                quicker = self.taken_first.pop(0)
                self._kvrocks.change(hold.event_id, dict.fromkeys(quicker, SeatStatus.RESERVED))
            taken = [s for s in hold.seats if stored.status_of(s) is not SeatStatus.AVAILABLE]
            if taken:
                raise SeatsTakenError(taken)
            deadline = self._kvrocks.now + self._kvrocks.pending_seconds
            stored.pending[str(hold.reservation_id)] = (hold.seats, deadline)
            for seat in hold.seats:
                stored.put(seat, SeatStatus.RESERVED)
            return stored.next_version()

    async def take_free(
        self,
        event_id: EventId,
        config: SeatingConfig,
        reservation_id: ReservationId,
        subsection: SubsectionKey,
        *,
        most: int,
    ) -> tuple[Hold, StateVersion] | None:
        free = [
            config.seat_at(subsection, index)
            for index, code in enumerate(self._kvrocks.find(event_id).seats[subsection])
            if code == SeatStatus.AVAILABLE.code
        ]
        hold = Hold(event_id, config, reservation_id, tuple(free[:most]))
        if not free and not self._kvrocks.find(event_id).closed:
            return None
        return hold, await self.take(hold)

    async def clear_pending(self, hold: Hold) -> bool:
        with self._step("clear_pending"):
            stored = self._kvrocks.events.get(hold.event_id)
            if stored is None:
                return True
            stored.pending.pop(str(hold.reservation_id), None)
            subsections = {seat.subsection_key for seat in hold.seats}
            return not any(SeatStatus.AVAILABLE.byte in stored.seats[s] for s in subsections)

    async def give_back(
        self, hold: Hold, statuses: Mapping[SeatId, SeatStatus]
    ) -> tuple[StateVersion, Mapping[SeatId, SeatStatus]] | None:
        with self._step("give_back"):
            stored = self._kvrocks.find(hold.event_id)
            marks = [SeatCorrection(s, SeatStatus.RESERVED, right) for s, right in statuses.items()]
            version, changed = resolve(stored, str(hold.reservation_id), marks)
            return None if version is None else (version, {c.seat: c.right for c in changed})

    async def change(
        self, event_id: EventId, config: SeatingConfig, seats: tuple[SeatId, ...], to: SeatChange
    ) -> StateVersion | None:
        with self._step("change"):
            stored = self._kvrocks.find(event_id)
            movable = [seat for seat in seats if stored.status_of(seat) is to.before]
            for seat in movable:
                stored.put(seat, to.after)
            return stored.next_version() if movable else None

    async def close(self, event_id: EventId) -> StateVersion | None:
        with self._step("close"):
            stored = self._kvrocks.find(event_id)
            if not stored.closed and stored.pending:
                return None
            if not stored.closed:
                self._kvrocks.close(event_id)
            return stored.state_version


class FakeSeatStateStore(Failing, SeatStateStore):
    def __init__(self, kvrocks: FakeKvrocks, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self._kvrocks = kvrocks
        self.strays: list[str] = []

    async def read_states(
        self, configs: Mapping[EventId, SeatingConfig]
    ) -> Mapping[EventId, StoredState | None]:
        with self._step("read_states"):
            return {e: self._state(e) for e in configs if e not in self._kvrocks.unreachable}

    async def versions(self, event_ids: Sequence[EventId]) -> Mapping[EventId, StateVersion]:
        with self._step("versions"):
            known = self._kvrocks.events.keys() - self._kvrocks.unreachable
            return {e: self._kvrocks.find(e).state_version for e in event_ids if e in known}

    def _state(self, event_id: EventId) -> StoredState | None:
        stored = self._kvrocks.events.get(event_id)
        if stored is None:
            return None
        return StoredState(
            stored.state_version,
            stored.closed,
            self._kvrocks.seat_bytes(event_id),
            tuple(
                PendingHold(member, seats, deadline <= self._kvrocks.now)
                for member, (seats, deadline) in stored.pending.items()
            ),
        )

    async def resolve_hold(
        self,
        event_id: EventId,
        config: SeatingConfig,
        hold: PendingHold,
        corrections: Sequence[SeatCorrection],
    ) -> tuple[StateVersion | None, tuple[SeatCorrection, ...]]:
        with self._step("resolve_hold"):
            return resolve(self._kvrocks.find(event_id), hold.member, corrections)

    async def correct_seats(
        self,
        event_id: EventId,
        config: SeatingConfig,
        epoch: int,
        corrections: Sequence[SeatCorrection],
    ) -> tuple[StateVersion | None, tuple[SeatCorrection, ...]]:
        with self._step("correct_seats"):
            stored = self._kvrocks.find(event_id)
            corrected = correct(stored, corrections)
            if not corrected:
                return None, ()
            stored.epoch = epoch
            return stored.next_version(), corrected

    async def rebuild(
        self,
        event_id: EventId,
        config: SeatingConfig,
        epoch: int,
        seats: Mapping[SubsectionKey, bytes],
        *,
        closed: bool,
    ) -> None:
        with self._step("rebuild"):
            state = StoredSeats(StateVersion(epoch, 1), closed, seats)
            self._kvrocks.events[event_id] = StoredEvent.of(config, state)

    async def begin_epoch(self, event_id: EventId, epoch: int) -> StateVersion:
        with self._step("begin_epoch"):
            stored = self._kvrocks.find(event_id)
            stored.epoch = epoch
            return stored.next_version()

    async def stored_events(self) -> frozenset[EventId]:
        return frozenset(self._kvrocks.events)

    async def stray_keys(self, events: Mapping[EventId, SeatingConfig]) -> Sequence[str]:
        return [key for key in self.strays if any(f"{{{event}}}" in key for event in events)]

    async def remove(self, event_id: EventId) -> None:
        with self._step("remove"):
            self._kvrocks.reach(event_id)
            self._kvrocks.events.pop(event_id, None)


def resolve(
    stored: StoredEvent, member: str, corrections: Sequence[SeatCorrection]
) -> tuple[StateVersion | None, tuple[SeatCorrection, ...]]:
    """Clear a pending entry and correct these seats, unless another has cleared it."""
    if stored.pending.pop(member, None) is None:
        return None, ()
    return stored.next_version(), correct(stored, corrections)


def correct(
    stored: StoredEvent, corrections: Sequence[SeatCorrection]
) -> tuple[SeatCorrection, ...]:
    """Put the seats right that still are as found; return which they were."""
    still = tuple(
        c for c in corrections if c.found is not c.right and stored.status_of(c.seat) is c.found
    )
    for correction in still:
        stored.put(correction.seat, correction.right)
    return still
