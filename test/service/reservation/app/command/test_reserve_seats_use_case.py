"""Reserving: the order of steps, and what each failure leaves in the two stores."""

import asyncio
from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from src.service.reservation.domain.errors import (
    NotAdmittedError,
    NotEnoughSeatsError,
    NotOnSaleError,
    SeatsTakenError,
    TooManySeatsHeldError,
)
from src.service.reservation.domain.reservation import (
    BestAvailable,
    NamedSeats,
    Reservation,
)
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    InvalidInputError,
    NotSignedInError,
    OutcomeUnknownError,
    StoreUnavailableError,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.idempotency import (
    IdempotencyInFlightError,
    IdempotencyKey,
    IdempotencyMismatchError,
)
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SeatingConfig, SeatStatus, Section, SubsectionKey
from test.fake.clock import everything_ready, in_no_time
from test.fake.people import BUYER, OTHER_BUYER, SELLER, an_event, seats
from test.fake.world import HOLD_FOR, World

KEY = IdempotencyKey("a-key", b"digest")
WANTED = NamedSeats(seats("A-1-1-1 B-1-2-3"))


@pytest.fixture
def world() -> World:
    return World()


async def reserve(world: World, key: IdempotencyKey | None = None) -> Reservation:
    return await world.reserve.execute(BUYER, world.event.id, WANTED, key)


class TestNamedSeats:
    async def test_are_reserved_in_both_stores(self, world: World) -> None:
        reservation = await reserve(world)

        assert reservation.seat_ids == WANTED.seats
        assert reservation.status is ReservationStatus.RESERVED
        assert reservation.buyer_id == BUYER.id
        assert reservation.total_price == 3500
        assert reservation.expires_at == world.postgres.now + HOLD_FOR
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
        assert world.in_postgres("B-1-2-3") is SeatStatus.RESERVED
        assert world.stores_agree

    async def test_are_checked_then_taken_then_recorded_then_kept_then_announced(
        self, world: World
    ) -> None:
        await reserve(world)

        assert world.journal == ["check", "take", "record", "clear_pending", "broadcast"]

    async def test_are_announced_with_the_version_they_made(self, world: World) -> None:
        await reserve(world)

        [update] = world.broadcaster.updates
        assert update.event_id == world.event.id
        assert update.version == StateVersion(1, 2)
        assert update.seats == {
            SubsectionKey("A", 1): ((0, SeatStatus.RESERVED),),
            SubsectionKey("B", 1): ((5, SeatStatus.RESERVED),),
        }

    async def test_of_which_one_is_taken_are_all_left_alone(self, world: World) -> None:
        await world.hold("A-1-1-1", OTHER_BUYER)

        with pytest.raises(SeatsTakenError) as refused:
            await reserve(world)

        assert refused.value.seats == seats("A-1-1-1")
        assert world.in_kvrocks("B-1-2-3") is SeatStatus.AVAILABLE
        assert len(world.postgres.reservations) == 1

    async def test_that_the_event_has_not_are_refused_before_any_is_taken(
        self, world: World
    ) -> None:
        wanted = NamedSeats(seats("A-1-1-1 A-1-3-1 C-1-1-1"))

        with pytest.raises(InvalidInputError) as refused:
            await world.reserve.execute(BUYER, world.event.id, wanted)

        assert [error.loc for error in refused.value.errors] == [("seats", 1), ("seats", 2)]
        assert world.journal == ["check"]

    async def test_the_last_ones_make_the_event_sold_out(self) -> None:
        world = World(an_event(config=SeatingConfig(1, 2, (Section("A", 1, 1),))))

        await world.hold("A-1-1-1")
        assert world.postgres.events[world.event.id].status is EventStatus.AVAILABLE
        await world.hold("A-1-1-2")

        assert world.postgres.events[world.event.id].status is EventStatus.SOLD_OUT


class TestBestAvailable:
    async def test_seats_are_reserved_in_both_stores(self, world: World) -> None:
        reservation = await world.reserve.execute(BUYER, world.event.id, BestAvailable(2, "B"))

        assert reservation.seat_ids == seats("B-1-1-1 B-1-1-2")
        assert world.stores_agree

    async def test_more_than_there_are_is_refused(self, world: World) -> None:
        with pytest.raises(NotEnoughSeatsError):
            await world.reserve.execute(BUYER, world.event.id, BestAvailable(7, "B"))

        assert world.postgres.reservations == {}

    async def test_where_the_event_has_no_such_part_is_refused(self, world: World) -> None:
        with pytest.raises(InvalidInputError) as refused:
            await world.reserve.execute(BUYER, world.event.id, BestAvailable(1, "Z"))

        assert [error.loc for error in refused.value.errors] == [("section",)]

    @pytest.mark.parametrize("steps", range(20))
    async def test_of_a_client_that_left_are_all_reserved_or_untouched(
        self, world: World, steps: int
    ) -> None:
        """At whatever moment it leaves."""
        reserving = asyncio.ensure_future(
            world.reserve.execute(BUYER, world.event.id, BestAvailable(2))
        )
        for _ in range(steps):
            await asyncio.sleep(0)

        reserving.cancel()
        await everything_ready()

        assert world.stores_agree
        assert world.journal in (
            [],
            ["check"],
            ["check", "read", "take", "record", "clear_pending", "broadcast"],
        )

    async def test_of_a_client_that_has_left_are_not_taken(self, world: World) -> None:
        world.seat_state.answers_wait_for = asyncio.Event()
        first, gone, last = (
            asyncio.ensure_future(world.reserve.execute(BUYER, world.event.id, BestAvailable(2)))
            for _ in range(3)
        )
        await everything_ready()

        gone.cancel()
        world.seat_state.answers_wait_for.set()
        await asyncio.gather(first, last)
        await everything_ready()

        assert world.journal.count("take") == 2
        assert len(world.postgres.reservations) == 2


class TestWhoMay:
    async def test_a_seller_may_not(self, world: World) -> None:
        with pytest.raises(ForbiddenError):
            await world.reserve.execute(SELLER, world.event.id, WANTED)

    async def test_nobody_may_at_an_unknown_event(self, world: World) -> None:
        with pytest.raises(EventNotFoundError):
            await world.reserve.execute(BUYER, EventId(99), WANTED)

    @pytest.mark.parametrize(
        "change", [{"is_active": False}, {"status": EventStatus.DRAFT}], ids=repr
    )
    async def test_nobody_may_at_an_event_that_buyers_do_not_see(
        self, world: World, change: dict[str, Any]
    ) -> None:
        world.postgres.events[world.event.id] = replace(world.event, **change)

        with pytest.raises(EventNotFoundError):
            await reserve(world)

    @pytest.mark.parametrize("status", [EventStatus.COMPLETED, EventStatus.ENDED])
    async def test_nobody_may_at_an_event_that_is_over(
        self, world: World, status: EventStatus
    ) -> None:
        world.postgres.events[world.event.id] = replace(world.event, status=status)

        with pytest.raises(NotOnSaleError):
            await reserve(world)

    async def test_a_seat_that_came_free_may_be_had_although_the_event_says_sold_out(
        self, world: World
    ) -> None:
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.SOLD_OUT)

        assert (await reserve(world)).status is ReservationStatus.RESERVED


class TestTooManySeats:
    @pytest.fixture
    def world(self) -> World:
        return World(seat_limit=3)

    async def test_are_refused_with_how_many_one_holds_and_may_hold(self, world: World) -> None:
        await world.hold("A-1-1-2 A-1-1-3")
        world.pass_time(HOLD_FOR / 3)

        with pytest.raises(TooManySeatsHeldError, match=r"hold 2 seats .* at most 3 ") as refused:
            await reserve(world)

        assert refused.value.held == 2
        assert refused.value.limit == 3
        assert refused.value.first_ends_in == HOLD_FOR * 2 / 3

    async def test_by_another_request_of_the_same_moment_are_given_back_and_announced(
        self, world: World
    ) -> None:
        await world.hold("A-1-1-2 A-1-1-3")
        world.journal.clear()
        world.ledger.checks_too_early = True

        with pytest.raises(TooManySeatsHeldError):
            await reserve(world)

        assert world.journal == ["check", "take", "record", "give_back", "broadcast", "broadcast"]
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.AVAILABLE
        assert world.stores_agree

    async def test_are_not_picked_again(self, world: World) -> None:
        await world.hold("A-1-1-2 A-1-1-3")
        world.journal.clear()
        world.ledger.checks_too_early = True

        with pytest.raises(TooManySeatsHeldError):
            await world.reserve.execute(BUYER, world.event.id, BestAvailable(2))

        assert world.journal.count("record") == 1

    async def test_are_those_held_now_and_not_those_bought_released_or_expired(
        self, world: World
    ) -> None:
        bought, released = await world.hold("A-1-1-1 A-1-1-2"), await world.hold("A-1-1-3")
        await world.confirm.execute(BUYER, bought.id)
        await world.release.execute(BUYER, released.id)
        await world.hold("A-2-1-1 A-2-1-2 A-2-1-3")
        world.pass_time(HOLD_FOR)

        reservation = await world.hold("B-1-1-1 B-1-1-2 B-1-1-3")

        assert reservation.status is ReservationStatus.RESERVED

    async def test_are_counted_for_each_buyer_and_event(self, world: World) -> None:
        await world.hold("A-1-1-2 A-1-1-3")
        await world.hold("B-1-1-1 B-1-1-2 B-1-1-3", OTHER_BUYER)
        elsewhere = world.add(an_event(2))

        wanted = NamedSeats(seats("A-1-1-1 A-1-1-2 A-1-1-3"))
        there = await world.reserve.execute(BUYER, elsewhere.id, wanted)

        assert there.seat_ids == wanted.seats

    async def test_do_not_keep_a_known_request_from_its_answer(self, world: World) -> None:
        first = await reserve(world, KEY)
        await world.hold("A-1-1-2")

        assert await reserve(world, KEY) == first

    async def test_do_not_keep_a_request_from_the_answer_that_another_instance_gave_meanwhile(
        self, world: World
    ) -> None:
        first = await world.reserve.execute(BUYER, world.event.id, BestAvailable(2), KEY)
        world.ledger.checks_too_early = True

        assert await world.reserve.execute(BUYER, world.event.id, BestAvailable(2), KEY) == first
        assert world.stores_agree


class TestRefusalByTheLedger:
    async def test_gives_the_seats_back_as_the_ledger_has_them(self, world: World) -> None:
        await world.hold("A-1-1-1", OTHER_BUYER)
        world.kvrocks.change(world.event.id, dict.fromkeys(seats("A-1-1-1"), SeatStatus.AVAILABLE))

        with pytest.raises(SeatsTakenError) as refused:
            await reserve(world)

        assert refused.value.seats == seats("A-1-1-1")
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
        assert world.in_kvrocks("B-1-2-3") is SeatStatus.AVAILABLE
        assert world.stores_agree

    async def test_announces_the_seats_that_were_given_back(self, world: World) -> None:
        await world.hold("A-1-1-1", OTHER_BUYER)
        world.kvrocks.change(world.event.id, dict.fromkeys(seats("A-1-1-1"), SeatStatus.AVAILABLE))

        with pytest.raises(SeatsTakenError):
            await reserve(world)

        taken, given_back = world.broadcaster.updates[-2:]
        assert taken.seats == {
            SubsectionKey("A", 1): ((0, SeatStatus.RESERVED),),
            SubsectionKey("B", 1): ((5, SeatStatus.RESERVED),),
        }
        assert given_back.seats == {SubsectionKey("B", 1): ((5, SeatStatus.AVAILABLE),)}

    async def test_for_an_event_that_is_closed_at_that_moment_says_so(self, world: World) -> None:
        world.directory.cached[world.event.id] = world.event.entry
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)
        world.ledger.checks_too_early = True

        with pytest.raises(NotOnSaleError):
            await reserve(world)

        assert world.stores_agree


Refusal = type[Exception]
Change = Callable[[World], Awaitable[object]]


async def at_the_limit(world: World) -> None:
    await world.hold("A-2-1-1 A-2-1-2")


async def hidden(world: World) -> None:
    world.postgres.events[world.event.id] = replace(world.event, is_active=False)


async def over(world: World) -> None:
    world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)


async def hidden_elsewhere(world: World) -> None:
    world.directory.cached[world.event.id] = world.event.entry
    await hidden(world)


async def over_elsewhere(world: World) -> None:
    world.directory.cached[world.event.id] = world.event.entry
    await over(world)


async def account_removed(world: World) -> None:
    world.postgres.removed_accounts.add(BUYER.id)


async def key_of_another_request(world: World) -> None:
    wanted = NamedSeats(seats("A-2-1-3"))
    other = IdempotencyKey(KEY.key, b"another digest")
    await world.reserve.execute(BUYER, world.event.id, wanted, other)


async def without_a_pass(world: World) -> None:
    event = world.postgres.events[world.event.id]
    world.postgres.events[event.id] = replace(event, admission=AdmissionTerms(60, 60))


async def postgres_silent(world: World) -> None:
    world.ledger.fails_with["check"] = StoreUnavailableError("PostgreSQL")


@pytest.mark.parametrize("wanted", [WANTED, BestAvailable(2)], ids=["named", "best available"])
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (at_the_limit, TooManySeatsHeldError),
        (hidden, EventNotFoundError),
        (over, NotOnSaleError),
        (hidden_elsewhere, NotOnSaleError),
        (over_elsewhere, NotOnSaleError),
        (without_a_pass, NotAdmittedError),
        (account_removed, NotSignedInError),
        (key_of_another_request, IdempotencyMismatchError),
        (postgres_silent, StoreUnavailableError),
    ],
)
async def test_a_request_that_is_refused_changes_nothing_that_others_see(
    change: Change, refusal: Refusal, wanted: NamedSeats | BestAvailable
) -> None:
    world = World(seat_limit=3)
    await change(world)
    before = deepcopy(world.kvrocks.events)
    world.broadcaster.updates.clear()
    world.journal.clear()

    with pytest.raises(refusal):
        await world.reserve.execute(BUYER, world.event.id, wanted, KEY)

    assert world.journal == ["check"]
    assert world.kvrocks.events == before
    assert world.broadcaster.updates == []
    assert world.reconcile_requests.requested == set()


class TestKnownFailure:
    async def test_of_the_ledger_gives_the_seats_back(self, world: World) -> None:
        world.ledger.fails_with["record"] = StoreUnavailableError("PostgreSQL")

        with pytest.raises(StoreUnavailableError):
            await reserve(world)

        assert world.stores_agree
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.AVAILABLE
        assert world.journal == ["check", "take", "record", "give_back", "broadcast", "broadcast"]

    async def test_of_the_ledger_and_of_giving_back_is_left_to_the_reconciler(
        self, world: World
    ) -> None:
        failure = StoreUnavailableError("PostgreSQL")
        world.ledger.fails_with["record"] = failure
        world.inventory.fails_with["give_back"] = StoreUnavailableError("Kvrocks")

        with pytest.raises(StoreUnavailableError) as raised:
            await reserve(world)

        assert raised.value is failure
        assert world.reconcile_requests.requested == {world.event.id}

    async def test_of_taking_records_nothing(self, world: World) -> None:
        world.inventory.fails_with["take"] = StoreUnavailableError("Kvrocks")

        with pytest.raises(StoreUnavailableError):
            await reserve(world)

        assert world.journal == ["check", "take"]
        assert world.postgres.reservations == {}

    async def test_of_keeping_does_not_fail_the_reservation(self, world: World) -> None:
        world.inventory.fails_with["clear_pending"] = StoreUnavailableError("Kvrocks")

        reservation = await reserve(world)

        assert reservation.status is ReservationStatus.RESERVED
        assert world.reconcile_requests.requested == {world.event.id}
        assert len(world.broadcaster.updates) == 1

    async def test_of_marking_sold_out_does_not_fail_the_reservation(self) -> None:
        world = World(an_event(config=SeatingConfig(1, 1, (Section("A", 1, 1),))))
        world.ledger.fails_with["mark_sold_out"] = StoreUnavailableError("PostgreSQL")

        reservation = await world.hold("A-1-1-1")

        assert reservation.status is ReservationStatus.RESERVED
        assert world.reconcile_requests.requested == {world.event.id}


class TestUnknownOutcome:
    async def test_of_the_ledger_gives_nothing_back(self, world: World) -> None:
        world.ledger.loses_answer_of.add("record")

        with pytest.raises(OutcomeUnknownError):
            await reserve(world)

        assert world.journal == ["check", "take", "record"]
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
        assert len(world.kvrocks.events[world.event.id].pending) == 1
        assert world.reconcile_requests.requested == {world.event.id}

    @pytest.mark.parametrize("wanted", [WANTED, BestAvailable(2)], ids=["named", "best available"])
    async def test_of_taking_leaves_the_hold_to_the_reconciler(
        self, world: World, wanted: NamedSeats | BestAvailable
    ) -> None:
        world.inventory.loses_answer_of.add("take")

        with pytest.raises(OutcomeUnknownError):
            await world.reserve.execute(BUYER, world.event.id, wanted)

        assert len(world.kvrocks.events[world.event.id].pending) == 1
        assert world.postgres.reservations == {}
        assert world.reconcile_requests.requested == {world.event.id}

    async def test_of_a_request_that_was_cancelled_gives_nothing_back(self, world: World) -> None:
        world.ledger.fails_with["record"] = asyncio.CancelledError()

        with pytest.raises(asyncio.CancelledError):
            await reserve(world)

        assert world.journal == ["check", "take", "record"]
        assert len(world.kvrocks.events[world.event.id].pending) == 1
        assert world.reconcile_requests.requested == {world.event.id}

    async def test_is_settled_by_the_reconciler_as_postgres_has_it(self, world: World) -> None:
        world.ledger.loses_answer_of.add("record")
        with pytest.raises(OutcomeUnknownError):
            await reserve(world)

        world.pass_time(HOLD_FOR / 2)
        await world.reconcile.execute()

        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
        assert world.stores_agree


class TestIdempotency:
    async def test_the_same_request_again_reserves_nothing_more(self, world: World) -> None:
        first = await reserve(world, KEY)

        assert await reserve(world, KEY) == first
        assert len(world.postgres.reservations) == 1

    async def test_the_answer_is_the_first_one_whatever_became_of_the_reservation(
        self, world: World
    ) -> None:
        first = await reserve(world, KEY)
        await world.release.execute(BUYER, first.id)

        assert await reserve(world, KEY) == first

    async def test_the_key_with_another_request_is_a_mismatch(self, world: World) -> None:
        await reserve(world, KEY)

        with pytest.raises(IdempotencyMismatchError):
            await reserve(world, IdempotencyKey(KEY.key, b"another digest"))

    async def test_two_buyers_may_use_the_same_key(self, world: World) -> None:
        await reserve(world, KEY)

        other = await world.reserve.execute(
            OTHER_BUYER, world.event.id, NamedSeats(seats("A-2-1-1")), KEY
        )

        assert other.buyer_id == OTHER_BUYER.id

    async def test_after_a_failure_the_same_key_can_be_tried_again(self, world: World) -> None:
        world.ledger.fails_with["record"] = StoreUnavailableError("PostgreSQL")
        with pytest.raises(StoreUnavailableError):
            await reserve(world, KEY)
        world.ledger.fails_with.clear()

        assert (await reserve(world, KEY)).status is ReservationStatus.RESERVED

    @in_no_time
    async def test_while_the_first_request_is_under_way_the_second_is_refused(self) -> None:
        world = World()
        world.seat_state.answers_wait_for = asyncio.Event()
        wanted = BestAvailable(1)
        first = asyncio.ensure_future(world.reserve.execute(BUYER, world.event.id, wanted, KEY))
        await everything_ready()

        with pytest.raises(IdempotencyInFlightError):
            await world.reserve.execute(BUYER, world.event.id, wanted, KEY)
        world.seat_state.answers_wait_for.set()

        assert (await first).status is ReservationStatus.RESERVED
        assert len(world.postgres.reservations) == 1

    async def test_one_that_another_instance_answered_meanwhile_gets_that_answer(
        self, world: World
    ) -> None:
        elsewhere = await reserve(world, KEY)
        world.ledger.checks_too_early = True

        assert await reserve(world, KEY) == elsewhere
        assert len(world.postgres.reservations) == 1

    async def test_a_key_that_another_instance_used_meanwhile_gives_the_seats_back(
        self, world: World
    ) -> None:
        elsewhere = await world.reserve.execute(BUYER, world.event.id, BestAvailable(1, "A"), KEY)
        world.ledger.checks_too_early = True

        assert await reserve(world, KEY) == elsewhere
        assert world.in_kvrocks("B-1-2-3") is SeatStatus.AVAILABLE
        assert world.stores_agree
