"""Any sequence of reserving, confirming, releasing, expiring, cancelling and taking seats off sale, with
stores that fail: no seat is held twice, and once nothing is in doubt both stores say the same."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from src.service.reservation.domain.errors import (
    NotEnoughSeatsError,
    ReservationNotLiveError,
    SeatsTakenError,
    TooManySeatsHeldError,
)
from src.service.reservation.domain.house_seats import HouseSeatsWanted, WholeSubsection
from src.service.reservation.domain.reservation import (
    BestAvailable,
    NamedSeats,
    Reservation,
)
from src.service.shared_kernel.errors import (
    NotConfirmedError,
    OutcomeUnknownError,
    StoreUnavailableError,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seat_state import EventSeatState
from src.service.shared_kernel.seating import SeatId, SeatStatus, SubsectionKey
from src.service.ticketing.app.live.event_snapshot import EventSnapshot
from test.fake.clock import InstantLoop
from test.fake.people import HOUSE, SELLER
from test.fake.world import GRACE, HOLD_FOR, World

T = TypeVar("T")

BUYERS = [Caller(UserId(number), Role.BUYER) for number in (11, 12)]
RESERVED, CONFIRMED = ReservationStatus.RESERVED, ReservationStatus.CONFIRMED
LIVE = (RESERVED, CONFIRMED)
SEAT_LIMIT = 8


@dataclass
class Claim:
    """What the model knows of one reservation."""

    buyer: Caller
    seats: frozenset[SeatId]
    until: datetime
    status: ReservationStatus = RESERVED
    given_back: frozenset[SeatId] = frozenset()


@dataclass(frozen=True)
class Fault:
    """One operation of one store that does not answer; `lost` says that it was done all the same."""

    fake: str
    operation: str
    lost: bool


def faults(*operations: tuple[str, str]) -> st.SearchStrategy[list[Fault]]:
    """Mostly none; sometimes one or two."""
    every = [Fault(fake, name, lost) for fake, name in operations for lost in (False, True)]
    return st.one_of(st.just([]), st.just([]), st.lists(st.sampled_from(every), max_size=2))


some_seats = st.lists(st.sampled_from(list(HOUSE.seats())), min_size=1, max_size=4, unique=True)
some_subsection = st.sampled_from(HOUSE.subsections)
while_reserving = faults(
    ("inventory", "take"),
    ("ledger", "record"),
    ("inventory", "clear_pending"),
    ("inventory", "give_back"),
)
while_ending = faults(
    ("ledger", "confirm"),
    ("ledger", "release"),
    ("ledger", "release_seat"),
    ("ledger", "cancel"),
    ("ledger", "expire_due"),
    ("house_seat_ledger", "free"),
    ("house_seat_ledger", "free_in"),
    ("inventory", "change"),
)
while_taking = faults(
    ("inventory", "take"),
    ("house_seat_ledger", "hold"),
    ("inventory", "clear_pending"),
    ("inventory", "give_back"),
)


def house_seats(wanted: list[SeatId] | SubsectionKey) -> HouseSeatsWanted:
    return NamedSeats(tuple(wanted)) if isinstance(wanted, list) else WholeSubsection(wanted)


def seats_in(wanted: list[SeatId] | SubsectionKey) -> set[SeatId]:
    if isinstance(wanted, list):
        return set(wanted)
    return {seat for seat in HOUSE.seats() if seat.subsection_key == wanted}


class Reserving(RuleBasedStateMachine):
    ids = Bundle("ids")

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner(loop_factory=InstantLoop)
        self.world = World(seat_limit=SEAT_LIMIT)
        self.claims: dict[ReservationId, Claim] = {}
        self.house: set[SeatId] = set()
        self.in_doubt = False
        self.snapshot = EventSnapshot(self.stored_state())
        self.heard = 0
        self.missed_something = False

    @rule(target=ids, wanted=some_seats, buyer=st.sampled_from(BUYERS), failing=while_reserving)
    def reserve_named_seats(self, wanted: list[SeatId], buyer: Caller, failing: list[Fault]) -> Any:
        free = self.free()
        taken: tuple[SeatId, ...] = ()
        held = self.held_by(buyer)
        try:
            made = self.reserve(buyer, NamedSeats(tuple(wanted)), failing)
        except SeatsTakenError as refused:
            made, taken = None, refused.seats
        except TooManySeatsHeldError:
            assert held + len(wanted) > SEAT_LIMIT
            return multiple()
        assert not taken or self.in_doubt or set(taken) == set(wanted) - free
        if made is None:
            return multiple()
        assert set(wanted) <= free
        assert self.claims[made].seats == set(wanted)
        return made

    @rule(
        target=ids,
        quantity=st.integers(1, 5),
        section=st.sampled_from([None, "A", "B"]),
        buyer=st.sampled_from(BUYERS),
        failing=while_reserving,
    )
    def reserve_the_best_seats(
        self, quantity: int, section: str | None, buyer: Caller, failing: list[Fault]
    ) -> Any:
        free = {seat for seat in self.free() if section in (None, seat.section)}
        held = self.held_by(buyer)
        try:
            made = self.reserve(buyer, BestAvailable(quantity, section), failing)
        except NotEnoughSeatsError:
            assert self.in_doubt or len(free) < quantity
            return multiple()
        except TooManySeatsHeldError:
            assert held + quantity > SEAT_LIMIT
            return multiple()
        if made is None:
            return multiple()
        assert self.claims[made].seats <= free
        assert len(self.claims[made].seats) == quantity
        return made

    @rule(reservation_id=ids, failing=while_ending)
    def confirm(self, reservation_id: ReservationId, failing: list[Fault]) -> None:
        claim = self.claims[reservation_id]
        in_time = claim.status is RESERVED and claim.until > self.world.postgres.now
        with self.stores(failing) as answer:
            confirming = self.world.confirm.execute(claim.buyer, reservation_id)
            try:
                answer.append(self.run(confirming).status)
            except ReservationNotLiveError:
                answer.append(None)
        if answer:
            assert answer == [CONFIRMED if in_time or claim.status is CONFIRMED else None]
        if in_time and self.done(answer, "confirm", failing):
            claim.status = CONFIRMED

    @rule(reservation_id=ids, failing=while_ending)
    def release(self, reservation_id: ReservationId, failing: list[Fault]) -> None:
        claim = self.claims[reservation_id]
        with self.stores(failing) as answer:
            releasing = self.world.release.execute(claim.buyer, reservation_id)
            try:
                self.run(releasing)
                answer.append(True)
            except ReservationNotLiveError:
                answer.append(False)
        if answer:
            assert answer == [claim.status not in (CONFIRMED, ReservationStatus.CANCELLED)]
        if claim.status is RESERVED and self.done(answer, "release", failing):
            claim.status = ReservationStatus.RELEASED

    @rule(reservation_id=ids, place=st.integers(0, 3), failing=while_ending)
    def release_one_seat(
        self, reservation_id: ReservationId, place: int, failing: list[Fault]
    ) -> None:
        claim = self.claims[reservation_id]
        every = sorted(claim.seats | claim.given_back)
        seat = every[place % len(every)]
        held = claim.status is RESERVED and seat in claim.seats
        gone = seat in claim.given_back or claim.status is ReservationStatus.RELEASED
        with self.stores(failing) as answer:
            releasing = self.world.release_seat.execute(claim.buyer, reservation_id, seat)
            try:
                self.run(releasing)
                answer.append(True)
            except ReservationNotLiveError:
                answer.append(False)
        if answer:
            assert answer == [held or gone]
        if held and self.done(answer, "release_seat", failing):
            if claim.seats == {seat}:
                claim.status = ReservationStatus.RELEASED
            else:
                claim.seats -= {seat}
                claim.given_back |= {seat}

    @rule(reservation_id=ids, failing=while_ending)
    def cancel(self, reservation_id: ReservationId, failing: list[Fault]) -> None:
        claim = self.claims[reservation_id]
        with self.stores(failing) as answer:
            cancelling = self.world.cancel.execute(SELLER, reservation_id, None)
            try:
                answer.append(self.run(cancelling).status)
            except NotConfirmedError:
                answer.append(None)
        sold = claim.status in (CONFIRMED, ReservationStatus.CANCELLED)
        if answer:
            assert answer == [ReservationStatus.CANCELLED if sold else None]
        if claim.status is CONFIRMED and self.done(answer, "cancel", failing):
            claim.status = ReservationStatus.CANCELLED

    @rule(wanted=some_seats | some_subsection, failing=while_taking)
    def take_house_seats(self, wanted: list[SeatId] | SubsectionKey, failing: list[Fault]) -> None:
        free, taken = self.free(), self.house_in_postgres()
        with self.stores(failing) as answer:
            taking = self.world.take_house_seats.execute(
                SELLER, self.world.event.id, house_seats(wanted)
            )
            try:
                found = self.run(taking).places
                answer.append({HOUSE.seat_at(s, i) for s, places in found.items() for i in places})
            except (SeatsTakenError, NotEnoughSeatsError):
                answer.append(set())
        new = self.house_in_postgres() - taken
        assert new <= free
        if isinstance(wanted, list):
            assert new in (set(), set(wanted))
        if answer:
            assert answer == [new]
            assert self.in_doubt or new or not free & seats_in(wanted) or isinstance(wanted, list)
        self.house |= new

    @rule(wanted=some_seats | some_subsection, failing=while_ending)
    def free_house_seats(self, wanted: list[SeatId] | SubsectionKey, failing: list[Fault]) -> None:
        with self.stores(failing) as answer:
            freeing = self.world.free_house_seats.execute(
                SELLER, self.world.event.id, house_seats(wanted)
            )
            self.run(freeing)
            answer.append(True)
        operation = "free" if isinstance(wanted, list) else "free_in"
        if self.done(answer, operation, failing):
            self.house -= seats_in(wanted)

    @rule(minutes=st.integers(1, 10))
    def time_passes(self, minutes: int) -> None:
        self.world.pass_time(timedelta(minutes=minutes))

    @rule(failing=while_ending)
    def expire(self, failing: list[Fault]) -> None:
        due = [
            claim
            for claim in self.claims.values()
            if claim.status is RESERVED and claim.until <= self.world.postgres.now
        ]
        with self.stores(failing) as answer:
            answer.append(self.run(self.world.expire.execute()))
        if answer:
            assert answer == [len(due)]
        if self.done(answer, "expire_due", failing):
            for claim in due:
                claim.status = ReservationStatus.EXPIRED

    @rule()
    def reconcile(self) -> None:
        self.world.pass_time(GRACE)
        self.run(self.world.reconcile.execute())
        self.in_doubt = False
        self.missed_something = True  # a hold that was settled had an update that nobody sent
        assert self.world.stores_agree
        assert not self.run(self.world.reconcile.execute())[0]

    @rule(reservation_id=consumes(ids))
    def forget(self, reservation_id: ReservationId) -> None:
        """No longer touch this one, so that others get their turn."""

    @invariant()
    def no_two_live_reservations_share_a_seat(self) -> None:
        held = [
            seat
            for reservation in self.world.postgres.reservations.values()
            if reservation.status in LIVE
            for seat in reservation.seat_ids
        ]
        assert len(held) == len(set(held))

    @invariant()
    def nobody_holds_more_seats_than_allowed(self) -> None:
        assert all(self.held_by(buyer) <= SEAT_LIMIT for buyer in BUYERS)

    @invariant()
    def every_seat_is_as_the_reservations_say(self) -> None:
        expected = dict.fromkeys(HOUSE.seats(), SeatStatus.AVAILABLE)
        for claim in self.claims.values():
            if claim.status in LIVE:
                expected |= dict.fromkeys(claim.seats, claim.status.seat_status)
        expected |= dict.fromkeys(self.house, SeatStatus.RESERVED)
        tickets = self.world.postgres.tickets[self.world.event.id]
        assert {seat: ticket.status for seat, ticket in tickets.items()} == expected

    @invariant()
    def kvrocks_never_offers_a_seat_that_somebody_has(self) -> None:
        stored = self.world.kvrocks.events[self.world.event.id]
        offered = {s for s in HOUSE.seats() if stored.status_of(s) is SeatStatus.AVAILABLE}
        assert offered <= self.free()

    @invariant()
    def the_stores_agree_when_nothing_is_in_doubt(self) -> None:
        assert self.in_doubt or self.world.stores_agree

    @invariant()
    def the_event_is_sold_out_only_when_it_is(self) -> None:
        status = self.world.postgres.events[self.world.event.id].status
        assert self.in_doubt or (status is EventStatus.SOLD_OUT) == (not self.free())

    @invariant()
    def watchers_who_heard_every_update_see_what_the_store_has(self) -> None:
        updates = self.world.broadcaster.updates[self.heard :]
        self.heard += len(updates)
        for update in updates:
            if self.snapshot.follows(update):
                self.snapshot.apply(update)
        stored = self.stored_state()
        if self.snapshot.version != stored.version:
            assert self.missed_something
            self.snapshot.replace(stored)
        assert {b: bytes(p.seats) for b, p in self.snapshot.subsections.items()} == stored.seats

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.reconcile()
            assert self.run(self.world.verify.execute()) == []
        finally:
            self.runner.close()

    # What the rules are made of.

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def free(self) -> set[SeatId]:
        held = {s for claim in self.claims.values() if claim.status in LIVE for s in claim.seats}
        return set(HOUSE.seats()) - held - self.house

    def house_in_postgres(self) -> set[SeatId]:
        return {
            seat
            for reservation in self.world.postgres.reservations.values()
            if reservation.is_house and reservation.status is RESERVED
            for seat in reservation.seat_ids
        }

    def held_by(self, buyer: Caller) -> int:
        return sum(
            len(claim.seats)
            for claim in self.claims.values()
            if claim.buyer == buyer
            and claim.status is RESERVED
            and claim.until > self.world.postgres.now
        )

    def stored_state(self) -> EventSeatState:
        stored = self.world.kvrocks.events[self.world.event.id]
        seats = self.world.kvrocks.seat_bytes(self.world.event.id)
        return EventSeatState(self.world.event.id, HOUSE, stored.state_version, False, seats)

    def reserve(
        self, buyer: Caller, wanted: NamedSeats | BestAvailable, failing: list[Fault]
    ) -> ReservationId | None:
        """Return what was made of it in Postgres, answered or not."""
        before = set(self.world.postgres.reservations)
        with self.stores(failing) as answer:
            answer.append(self.run(self.world.reserve.execute(buyer, self.world.event.id, wanted)))
        made: list[Reservation] = [
            reservation
            for reservation_id, reservation in self.world.postgres.reservations.items()
            if reservation_id not in before
        ]
        if not made:
            assert not answer
            return None
        [reservation] = made
        assert not answer or answer == [reservation]
        until = self.world.postgres.now + HOLD_FOR
        self.claims[reservation.id] = Claim(buyer, frozenset(reservation.seat_ids), until)
        return reservation.id

    @contextlib.contextmanager
    def stores(self, failing: list[Fault]) -> Iterator[list[Any]]:
        """Let these operations fail inside the block, and no failure of a store out of it."""
        self.missed_something = bool(failing)
        for fault in failing:
            fake = getattr(self.world, fault.fake)
            if fault.lost:
                fake.loses_answer_of.add(fault.operation)
            else:
                fake.fails_with[fault.operation] = StoreUnavailableError(fault.fake)
        try:
            yield []
        except OutcomeUnknownError:
            self.in_doubt = True
        except StoreUnavailableError:
            pass
        finally:
            for fake in (self.world.inventory, self.world.ledger, self.world.house_seat_ledger):
                fake.fails_with.clear()
                fake.loses_answer_of.clear()
            self.in_doubt = self.in_doubt or bool(self.world.reconcile_requests.requested)
            self.world.reconcile_requests.requested.clear()

    @staticmethod
    def done(answer: list[Any], operation: str, failing: list[Fault]) -> bool:
        """Whether Postgres did it: it said so, or only its answer was lost."""
        of_it = [fault for fault in failing if fault.operation == operation]
        return bool(answer) or all(fault.lost for fault in of_it)


TestReserving = Reserving.TestCase
TestReserving.settings = settings(max_examples=40, stateful_step_count=30)
