"""Confirm, release, expire, close: Postgres decides, Kvrocks and the subscribers follow."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from src.service.reservation.app.interface.seat_inventory import Hold
from src.service.reservation.domain.errors import (
    ReservationNotLiveError,
)
from src.service.reservation.domain.reservation import Cancellation
from src.service.shared_kernel.errors import (
    ForbiddenError,
    InvalidInputError,
    OutcomeUnknownError,
    ReservationNotFoundError,
    StoreUnavailableError,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SeatingConfig, SeatStatus, Section, SubsectionKey
from test.fake.people import BUYER, OTHER_BUYER, SELLER, an_event, seat
from test.fake.world import GRACE, HOLD_FOR, World

UNKNOWN = ReservationId(UUID(int=999))


@pytest.fixture
def world() -> World:
    return World()


class TestConfirm:
    async def test_sells_the_seats_in_both_stores_and_announces_it(self, world: World) -> None:
        held = await world.hold("A-1-1-1 A-1-1-2")

        confirmed = await world.confirm.execute(BUYER, held.id)

        assert confirmed == replace(held, status=ReservationStatus.CONFIRMED)
        assert world.in_kvrocks("A-1-1-2") is SeatStatus.SOLD
        assert world.stores_agree
        update = world.broadcaster.updates[-1]
        assert update.version == StateVersion(1, 3)
        assert update.seats == {
            SubsectionKey("A", 1): ((0, SeatStatus.SOLD), (1, SeatStatus.SOLD)),
        }

    async def test_asks_postgres_first(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        world.journal.clear()

        await world.confirm.execute(BUYER, held.id)

        assert world.journal == ["confirm", "change", "broadcast"]

    async def test_again_changes_and_announces_nothing(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        first = await world.confirm.execute(BUYER, held.id)
        world.journal.clear()

        assert await world.confirm.execute(BUYER, held.id) == first
        assert world.journal == ["confirm"]

    async def test_after_release_is_too_late(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        await world.release.execute(BUYER, held.id)

        with pytest.raises(ReservationNotLiveError):
            await world.confirm.execute(BUYER, held.id)

        assert world.in_kvrocks("A-1-1-1") is SeatStatus.AVAILABLE

    async def test_after_the_time_is_up_is_too_late_although_nobody_swept_yet(
        self, world: World
    ) -> None:
        held = await world.hold("A-1-1-1")
        world.pass_time(HOLD_FOR)

        with pytest.raises(ReservationNotLiveError):
            await world.confirm.execute(BUYER, held.id)

    async def test_of_an_event_that_is_over_is_too_late(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)

        with pytest.raises(ReservationNotLiveError):
            await world.confirm.execute(BUYER, held.id)

    async def test_whose_outcome_is_unknown_leaves_kvrocks_alone(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        world.ledger.loses_answer_of.add("confirm")

        with pytest.raises(OutcomeUnknownError):
            await world.confirm.execute(BUYER, held.id)

        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED


class TestRelease:
    async def test_frees_the_seats_in_both_stores_and_announces_it(self, world: World) -> None:
        held = await world.hold("A-1-1-1")

        await world.release.execute(BUYER, held.id)

        assert world.in_kvrocks("A-1-1-1") is SeatStatus.AVAILABLE
        assert world.stores_agree
        assert world.broadcaster.updates[-1].seats == {
            SubsectionKey("A", 1): ((0, SeatStatus.AVAILABLE),)
        }

    async def test_again_changes_and_announces_nothing(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        await world.release.execute(BUYER, held.id)
        await world.hold("A-1-1-1", OTHER_BUYER)
        world.journal.clear()

        await world.release.execute(BUYER, held.id)

        assert world.journal == ["release"]
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED

    async def test_of_sold_seats_is_refused(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        await world.confirm.execute(BUYER, held.id)

        with pytest.raises(ReservationNotLiveError):
            await world.release.execute(BUYER, held.id)

        assert world.in_kvrocks("A-1-1-1") is SeatStatus.SOLD

    async def test_puts_a_sold_out_event_on_sale_again(self) -> None:
        world = World(an_event(config=SeatingConfig(1, 1, (Section("A", 1, 1),))))
        held = await world.hold("A-1-1-1")

        await world.release.execute(BUYER, held.id)

        assert world.postgres.events[world.event.id].status is EventStatus.AVAILABLE


class TestReleaseSeat:
    async def test_frees_it_in_both_stores_and_announces_it(self, world: World) -> None:
        held = await world.hold("A-1-1-1 A-1-1-2")
        world.journal.clear()

        await world.release_seat.execute(BUYER, held.id, seat("A-1-1-2"))

        assert world.journal == ["release_seat", "change", "broadcast"]
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
        assert world.stores_agree
        assert world.broadcaster.updates[-1].seats == {
            SubsectionKey("A", 1): ((1, SeatStatus.AVAILABLE),)
        }

    async def test_again_changes_and_announces_nothing(self, world: World) -> None:
        held = await world.hold("A-1-1-1 A-1-1-2")
        await world.release_seat.execute(BUYER, held.id, seat("A-1-1-2"))
        await world.hold("A-1-1-2", OTHER_BUYER)
        world.journal.clear()

        await world.release_seat.execute(BUYER, held.id, seat("A-1-1-2"))

        assert world.journal == ["release_seat"]

    async def test_while_kvrocks_is_down_waits_for_the_reconciler(self, world: World) -> None:
        held = await world.hold("A-1-1-1 A-1-1-2")
        world.inventory.fails_with["change"] = StoreUnavailableError("Kvrocks")

        await world.release_seat.execute(BUYER, held.id, seat("A-1-1-2"))

        assert world.in_postgres("A-1-1-2") is SeatStatus.AVAILABLE
        assert world.in_kvrocks("A-1-1-2") is SeatStatus.RESERVED
        world.inventory.fails_with.clear()
        world.pass_time(GRACE)
        repairs, _ = await world.reconcile.execute()
        assert repairs.seats_corrected == 1
        assert world.stores_agree

    async def test_is_not_for_sellers(self, world: World) -> None:
        held = await world.hold("A-1-1-1")

        with pytest.raises(ForbiddenError):
            await world.release_seat.execute(SELLER, held.id, seat("A-1-1-1"))


class TestCancel:
    async def test_frees_the_seats_in_both_stores_and_announces_it(self, world: World) -> None:
        sold = await world.confirm.execute(BUYER, (await world.hold("A-1-1-1")).id)
        world.journal.clear()

        cancelled = await world.cancel.execute(SELLER, sold.id, " Rained off\r\n")

        assert cancelled.status is ReservationStatus.CANCELLED
        assert cancelled.cancellation == Cancellation(world.postgres.now, "Rained off")
        assert world.journal == ["cancel", "change", "broadcast"]
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.AVAILABLE
        assert world.stores_agree
        assert world.broadcaster.updates[-1].seats == {
            SubsectionKey("A", 1): ((0, SeatStatus.AVAILABLE),)
        }

    async def test_again_changes_and_announces_nothing(self, world: World) -> None:
        sold = await world.confirm.execute(BUYER, (await world.hold("A-1-1-1")).id)
        first = await world.cancel.execute(SELLER, sold.id, None)
        await world.hold("A-1-1-1", OTHER_BUYER)
        world.journal.clear()

        assert await world.cancel.execute(SELLER, sold.id, "Why") == first
        assert world.journal == ["cancel"]

    async def test_while_kvrocks_is_down_waits_for_the_reconciler(self, world: World) -> None:
        sold = await world.confirm.execute(BUYER, (await world.hold("A-1-1-1")).id)
        world.inventory.fails_with["change"] = StoreUnavailableError("Kvrocks")

        await world.cancel.execute(SELLER, sold.id, None)

        assert world.in_kvrocks("A-1-1-1") is SeatStatus.SOLD
        world.inventory.fails_with.clear()
        world.pass_time(GRACE)
        await world.reconcile.execute()
        assert world.stores_agree

    async def test_is_for_sellers_alone(self, world: World) -> None:
        sold = await world.confirm.execute(BUYER, (await world.hold("A-1-1-1")).id)

        with pytest.raises(ForbiddenError):
            await world.cancel.execute(BUYER, sold.id, None)

    @pytest.mark.parametrize("reason", ["", " ", "\x07", "x" * 501])
    async def test_for_no_reason_that_can_be_read_is_refused(
        self, world: World, reason: str
    ) -> None:
        sold = await world.confirm.execute(BUYER, (await world.hold("A-1-1-1")).id)

        with pytest.raises(InvalidInputError):
            await world.cancel.execute(SELLER, sold.id, reason)

        assert world.in_postgres("A-1-1-1") is SeatStatus.SOLD


class TestWhoMay:
    async def test_a_seller_may_neither_confirm_nor_release(self, world: World) -> None:
        held = await world.hold("A-1-1-1")

        for use_case in (world.confirm, world.release):
            with pytest.raises(ForbiddenError):
                await use_case.execute(SELLER, held.id)

    async def test_to_another_buyer_the_reservation_does_not_exist(self, world: World) -> None:
        held = await world.hold("A-1-1-1")

        for use_case in (world.confirm, world.release):
            with pytest.raises(ReservationNotFoundError):
                await use_case.execute(OTHER_BUYER, held.id)

        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED

    async def test_what_never_was_is_not_found(self, world: World) -> None:
        for use_case in (world.confirm, world.release):
            with pytest.raises(ReservationNotFoundError):
                await use_case.execute(BUYER, UNKNOWN)


class TestExpire:
    async def test_frees_the_seats_of_what_is_due(self, world: World) -> None:
        due = await world.hold("A-1-1-1 B-1-1-1")
        world.pass_time(HOLD_FOR / 2)
        await world.hold("A-1-1-2")
        world.pass_time(HOLD_FOR / 2)

        assert await world.expire.execute() == 1

        assert world.postgres.reservations[due.id].status is ReservationStatus.EXPIRED
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.AVAILABLE
        assert world.in_kvrocks("A-1-1-2") is SeatStatus.RESERVED
        assert world.stores_agree

    async def test_goes_on_until_none_is_due(self, world: World) -> None:
        config = SeatingConfig(30, 40, (Section("A", 1, 1),))
        event = world.add(an_event(2, config=config))
        world.event = event
        for row in range(1, 28):
            buyer = Caller(UserId(100 + row), Role.BUYER)
            for number in range(1, 41, 2):
                await world.hold(f"A-1-{row}-{number}", buyer)
        world.pass_time(HOLD_FOR)

        assert await world.expire.execute() == 540
        assert world.stores_agree

    async def test_announces_one_update_per_event_and_batch(self, world: World) -> None:
        await world.hold("A-1-1-1")
        await world.hold("A-1-1-2", OTHER_BUYER)
        world.broadcaster.updates.clear()
        world.pass_time(HOLD_FOR)

        await world.expire.execute()

        [update] = world.broadcaster.updates
        assert update.seats == {
            SubsectionKey("A", 1): ((0, SeatStatus.AVAILABLE), (1, SeatStatus.AVAILABLE)),
        }

    async def test_with_nothing_due_does_nothing(self, world: World) -> None:
        await world.hold("A-1-1-1")
        world.pass_time(HOLD_FOR - timedelta(seconds=1))

        assert await world.expire.execute() == 0


async def nothing_left(_: EventId) -> tuple[()]:
    return ()


class TestClosingAnEvent:
    async def test_frees_what_is_held_and_leaves_what_is_sold(self, world: World) -> None:
        sold = await world.hold("A-1-1-1")
        await world.confirm.execute(BUYER, sold.id)
        held = await world.hold("A-1-1-2")

        await world.release_event_holds.execute(world.event.id)

        assert world.postgres.reservations[held.id].status is ReservationStatus.RELEASED
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.SOLD
        assert world.in_kvrocks("A-1-1-2") is SeatStatus.AVAILABLE
        assert world.stores_agree

    async def test_ends_the_streams_after_the_last_seats(self, world: World) -> None:
        await world.hold("A-1-1-1")
        world.broadcaster.updates.clear()

        await world.release_event_holds.execute(world.event.id)

        freed, closed = world.broadcaster.updates
        assert not freed.closed
        assert closed.closed
        assert closed.version > freed.version
        assert world.kvrocks.events[world.event.id].closed

    async def test_ends_the_streams_only_when_the_seats_are_right(self, world: World) -> None:
        world.kvrocks.change(world.event.id, {seat("A-1-1-1"): SeatStatus.SOLD})

        await world.release_event_holds.execute(world.event.id)

        assert world.broadcaster.updates == []
        assert world.reconcile_requests.requested == {world.event.id}
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)
        await world.reconcile.execute_for([world.event.id])
        corrected, closed = world.broadcaster.updates
        assert corrected.seats
        assert closed.closed
        assert world.stores_agree

    async def test_waits_for_a_hold_that_is_pending(self, world: World) -> None:
        stored = world.kvrocks.events[world.event.id]
        stored.pending["somebody's"] = ((seat("A-1-1-1"),), GRACE.total_seconds())
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)

        await world.release_event_holds.execute(world.event.id)
        _, again = await world.reconcile.execute_for([world.event.id])

        assert not stored.closed
        assert again == {world.event.id}
        world.pass_time(GRACE)
        await world.reconcile.execute_for([world.event.id])
        assert stored.closed
        assert world.stores_agree

    async def test_leaves_it_open_while_another_instance_frees_the_rest(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who waits for the same step sees none of the seats that come after it."""
        await world.hold("A-1-1-1")
        monkeypatch.setattr(world.ledger, "release_event", nothing_left)

        await world.release_event_holds.execute(world.event.id)

        assert not world.kvrocks.events[world.event.id].closed

    @pytest.mark.parametrize("closes", ["release_event_holds", "reconcile"])
    async def test_waits_for_a_hold_that_comes_between(
        self, world: World, monkeypatch: pytest.MonkeyPatch, closes: str
    ) -> None:
        """Its buyer had asked PostgreSQL before the event was over. It will refuse them."""
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)
        hold = Hold(world.event.id, world.event.config, UNKNOWN, (seat("A-1-1-1"),))
        close = world.inventory.close

        async def take_first(event_id: EventId) -> StateVersion | None:
            await world.inventory.take(hold)
            return await close(event_id)

        monkeypatch.setattr(world.inventory, "close", take_first)

        again = world.reconcile_requests.requested
        if closes == "release_event_holds":
            await world.release_event_holds.execute(world.event.id)
        else:
            _, again = await world.reconcile.execute()

        assert again == {world.event.id}
        assert world.broadcaster.updates == []
        await world.inventory.give_back(hold, {seat("A-1-1-1"): SeatStatus.AVAILABLE})
        monkeypatch.undo()
        await world.reconcile.execute_for(again)
        assert world.kvrocks.events[world.event.id].closed
        assert world.stores_agree

    async def test_again_changes_no_seat(self, world: World) -> None:
        await world.release_event_holds.execute(world.event.id)
        before = world.kvrocks.events[world.event.id].state_version

        await world.release_event_holds.execute(world.event.id)

        assert world.kvrocks.events[world.event.id].state_version == before

    async def test_that_cannot_reach_kvrocks_asks_for_a_repair(self, world: World) -> None:
        world.inventory.fails_with["close"] = StoreUnavailableError("Kvrocks")

        await world.release_event_holds.execute(world.event.id)

        assert world.reconcile_requests.requested == {world.event.id}
        assert world.broadcaster.updates == []


class TestWhenKvrocksCannotFollow:
    @pytest.mark.parametrize("ending", ["confirm", "release"])
    async def test_the_buyer_is_not_told_and_a_repair_is_asked_for(
        self, world: World, ending: str
    ) -> None:
        held = await world.hold("A-1-1-1")
        world.broadcaster.updates.clear()
        world.inventory.fails_with["change"] = OutcomeUnknownError("Kvrocks")

        await getattr(world, ending).execute(BUYER, held.id)

        assert world.reconcile_requests.requested == {world.event.id}
        assert world.broadcaster.updates == []

    async def test_expiry_goes_on_with_the_others(self, world: World) -> None:
        other = world.add(an_event(2))
        await world.hold("A-1-1-1")
        first, world.event = world.event, other
        await world.hold("A-1-1-1")
        del world.kvrocks.events[first.id]
        world.pass_time(HOLD_FOR)

        assert await world.expire.execute() == 2

        assert world.reconcile_requests.requested == {first.id}
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.AVAILABLE

    async def test_seats_that_kvrocks_has_otherwise_are_not_announced_and_looked_at_soon(
        self, world: World
    ) -> None:
        held = await world.hold("A-1-1-1")
        world.kvrocks.change(world.event.id, {held.seat_ids[0]: SeatStatus.AVAILABLE})
        world.broadcaster.updates.clear()

        await world.release.execute(BUYER, held.id)

        assert world.broadcaster.updates == []
        assert world.reconcile_requests.requested == {world.event.id}
