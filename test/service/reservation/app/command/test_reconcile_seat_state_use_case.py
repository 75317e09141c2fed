"""Reconciling: Kvrocks comes to say what Postgres says; what is on its way is left alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from src.service.reservation.app.command.reconcile_seat_state_use_case import RepairCounts
from src.service.shared_kernel.errors import OutcomeUnknownError, StoreUnavailableError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SeatingConfig, SeatStatus, Section, SubsectionKey
from test.fake.people import BUYER, HOUSE, an_event, seats
from test.fake.world import DRAFT_LIMIT, GRACE, World


@pytest.fixture
def world() -> World:
    return World()


def put(world: World, identifiers: str, status: SeatStatus) -> None:
    """Somebody tampers with Kvrocks."""
    world.kvrocks.change(world.event.id, dict.fromkeys(seats(identifiers), status))


async def test_a_healthy_system_needs_no_repair(world: World) -> None:
    held = await world.hold("A-1-1-1")
    await world.confirm.execute(BUYER, held.id)
    await world.hold("A-1-1-2")
    world.pass_time(GRACE * 2)
    updates = len(world.broadcaster.updates)

    repairs, undecided = await world.reconcile.execute()

    assert not repairs
    assert undecided == set()
    assert len(world.broadcaster.updates) == updates


class TestWrongSeats:
    async def test_are_corrected_and_announced(self, world: World) -> None:
        put(world, "A-1-1-1 B-1-1-3", SeatStatus.SOLD)

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(seats_corrected=2)
        assert world.stores_agree
        [update] = world.broadcaster.updates
        assert update.version == world.kvrocks.events[world.event.id].state_version
        assert update.seats == {
            SubsectionKey("A", 1): ((0, SeatStatus.AVAILABLE),),
            SubsectionKey("B", 1): ((2, SeatStatus.AVAILABLE),),
        }

    async def test_begin_a_new_epoch_lest_a_version_comes_twice_with_other_contents(
        self, world: World
    ) -> None:
        put(world, "A-1-1-1", SeatStatus.SOLD)

        await world.reconcile.execute()

        assert world.kvrocks.events[world.event.id].epoch == 2

    async def test_that_postgres_has_just_changed_are_left_alone(self, world: World) -> None:
        await world.hold("A-1-1-1")
        put(world, "A-1-1-1", SeatStatus.AVAILABLE)

        repairs, undecided = await world.reconcile.execute()
        assert not repairs
        assert undecided == {world.event.id}

        world.pass_time(GRACE)
        repairs, undecided = await world.reconcile.execute()
        assert repairs == RepairCounts(seats_corrected=1)
        assert undecided == set()
        assert world.stores_agree

    async def test_of_a_pending_hold_are_left_alone(self, world: World) -> None:
        world.ledger.fails_with["record"] = OutcomeUnknownError("PostgreSQL")
        with pytest.raises(OutcomeUnknownError):
            await world.hold("A-1-1-1")

        repairs, undecided = await world.reconcile.execute()

        assert not repairs
        assert undecided == {world.event.id}
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED


class TestOverdueHolds:
    async def test_that_postgres_never_had_are_given_back(self, world: World) -> None:
        world.ledger.fails_with["record"] = OutcomeUnknownError("PostgreSQL")
        with pytest.raises(OutcomeUnknownError):
            await world.hold("A-1-1-1 A-1-1-2")
        world.pass_time(GRACE)

        repairs, undecided = await world.reconcile.execute()

        assert repairs == RepairCounts(holds_settled=1)
        assert undecided == set()
        assert world.stores_agree
        assert world.broadcaster.updates[-1].seats == {
            SubsectionKey("A", 1): ((0, SeatStatus.AVAILABLE), (1, SeatStatus.AVAILABLE)),
        }

    async def test_that_postgres_has_are_kept(self, world: World) -> None:
        world.inventory.fails_with["clear_pending"] = StoreUnavailableError("Kvrocks")
        await world.hold("A-1-1-1")
        world.pass_time(GRACE)

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(holds_settled=1)
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
        assert world.stores_agree

    async def test_free_no_seat_that_somebody_else_has_taken(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A crash cut their take before it marked the seat, which is taken just as they are settled."""
        settle = world.state_store.resolve_hold
        stored = world.kvrocks.events[world.event.id]
        stored.pending["somebody's"] = (seats("A-1-1-1"), 0.0)

        async def take_first(*arguments: Any) -> Any:
            await world.hold("A-1-1-1")
            return await settle(*arguments)

        monkeypatch.setattr(world.state_store, "resolve_hold", take_first)

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(holds_settled=1)
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
        assert world.stores_agree
        assert world.broadcaster.updates[-1].seats == {}

    async def test_free_no_seat_of_another_hold_that_is_pending(self, world: World) -> None:
        stored = world.kvrocks.events[world.event.id]
        stored.pending["cut off"] = (seats("A-1-1-1 A-1-1-2"), 0.0)
        stored.pending["under way"] = (seats("A-1-1-1"), GRACE.total_seconds())
        put(world, "A-1-1-1 A-1-1-2", SeatStatus.RESERVED)

        repairs, undecided = await world.reconcile.execute()

        assert repairs == RepairCounts(holds_settled=1)
        assert undecided == {world.event.id}
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
        assert world.in_kvrocks("A-1-1-2") is SeatStatus.AVAILABLE

    async def test_leave_alone_what_postgres_has_just_changed(self, world: World) -> None:
        world.inventory.fails_with["clear_pending"] = StoreUnavailableError("Kvrocks")
        held = await world.hold("A-1-1-1")
        world.pass_time(GRACE)
        await world.ledger.release(held.id, BUYER.id)  # and Kvrocks is about to hear of it

        repairs, undecided = await world.reconcile.execute()

        assert repairs == RepairCounts(holds_settled=1)
        assert undecided == {world.event.id}
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
        world.pass_time(GRACE)
        await world.reconcile.execute()
        assert world.stores_agree


class TestLostState:
    async def test_is_rebuilt_from_the_tickets_in_a_new_epoch(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        await world.confirm.execute(BUYER, held.id)
        del world.kvrocks.events[world.event.id]

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(events_rebuilt=1)
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.SOLD
        assert world.stores_agree
        assert world.broadcaster.updates[-1].version == StateVersion(2, 1)

    async def test_of_an_event_that_is_over_is_rebuilt_closed(self, world: World) -> None:
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)
        del world.kvrocks.events[world.event.id]

        await world.reconcile.execute()

        assert world.kvrocks.events[world.event.id].closed
        assert world.broadcaster.updates[-1].closed

    async def test_of_an_event_that_is_over_is_rebuilt_open_while_seats_are_held(
        self, world: World
    ) -> None:
        await world.hold("A-1-1-1")
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)
        del world.kvrocks.events[world.event.id]

        await world.reconcile.execute_for([world.event.id])  # another instance is about to release

        assert not world.kvrocks.events[world.event.id].closed
        assert not world.broadcaster.updates[-1].closed
        await world.reconcile.execute()
        assert world.kvrocks.events[world.event.id].closed
        assert world.stores_agree


class TestEventsThatAreOver:
    async def test_but_open_in_kvrocks_are_closed_there(self, world: World) -> None:
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.COMPLETED)

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(events_closed=1)
        assert world.kvrocks.events[world.event.id].closed
        assert world.broadcaster.updates[-1].closed

    async def test_let_go_of_holds_that_nobody_released(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(events_closed=1)
        assert world.postgres.reservations[held.id].status is ReservationStatus.RELEASED
        assert world.stores_agree

    async def test_are_not_closed_before_what_is_held_is_free(self, world: World) -> None:
        await world.hold("A-1-1-1")
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)
        world.broadcaster.updates.clear()

        repairs, _ = await world.reconcile.execute_for([world.event.id])

        assert not repairs
        assert not world.kvrocks.events[world.event.id].closed
        await world.reconcile.execute()
        freed, closed = world.broadcaster.updates
        assert freed.seats == {SubsectionKey("A", 1): ((0, SeatStatus.AVAILABLE),)}
        assert closed.closed
        assert world.stores_agree

    async def test_are_not_compared_again_once_they_agreed(self, world: World) -> None:
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)
        await world.reconcile.execute()  # which closes it
        await world.reconcile.execute()
        before = world.state_store.journal.count("read_states")

        await world.reconcile.execute()

        assert world.state_store.journal.count("read_states") == before

    async def test_are_compared_again_when_kvrocks_has_lost_or_changed_them(
        self, world: World
    ) -> None:
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)
        for _ in range(3):
            await world.reconcile.execute()
        put(world, "A-1-1-1", SeatStatus.SOLD)
        world.kvrocks.events[world.event.id].next_version()

        repairs, _ = await world.reconcile.execute()
        assert repairs == RepairCounts(seats_corrected=1)

        del world.kvrocks.events[world.event.id]
        repairs, _ = await world.reconcile.execute()
        assert repairs == RepairCounts(events_rebuilt=1)
        assert world.stores_agree

    async def test_are_compared_until_no_seat_waits_to_be_freed(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)
        world.kvrocks.events[world.event.id].closed = True
        await world.reconcile.execute_for([world.event.id])  # another instance is about to release
        await world.ledger.release(held.id, BUYER.id)
        world.pass_time(GRACE)

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(seats_corrected=1)
        assert world.stores_agree

    async def test_are_compared_until_what_is_on_its_way_has_come(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)
        world.kvrocks.events[world.event.id].closed = True
        await world.ledger.release(held.id, BUYER.id)  # and Kvrocks does not hear of it
        await world.reconcile.execute()
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
        world.pass_time(GRACE)

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(seats_corrected=1)
        assert world.stores_agree


class TestStatuses:
    async def test_follow_the_seats(self, world: World) -> None:
        full = an_event(2, config=SeatingConfig(1, 1, (Section("A", 1, 1),)))
        first, world.event = world.event, world.add(full)
        await world.hold("A-1-1-1")
        world.postgres.events[full.id] = full
        world.postgres.events[first.id] = replace(first, status=EventStatus.SOLD_OUT)

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(statuses_corrected=2)
        assert world.postgres.events[full.id].status is EventStatus.SOLD_OUT
        assert world.postgres.events[first.id].status is EventStatus.AVAILABLE


class TestOrphans:
    async def test_of_an_event_that_postgres_no_longer_has_are_removed(self, world: World) -> None:
        world.postgres.last_event_id = 5
        world.kvrocks.add(EventId(4), HOUSE)

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(orphans_removed=1)
        assert set(world.kvrocks.events) == {world.event.id}

    async def test_with_an_id_that_postgres_never_gave_out_are_somebody_elses(
        self, world: World
    ) -> None:
        world.kvrocks.add(EventId(4), HOUSE)

        repairs, _ = await world.reconcile.execute()

        assert not repairs
        assert EventId(4) in world.kvrocks.events

    async def test_are_not_the_keys_of_a_draft(self, world: World) -> None:
        world.add(an_event(2, status=EventStatus.DRAFT))

        repairs, _ = await world.reconcile.execute()

        assert not repairs
        assert EventId(2) in world.kvrocks.events


class TestTheRound:
    async def test_goes_through_every_event_and_reports_its_progress(self, world: World) -> None:
        for number in (2, 3):
            world.add(an_event(number))
        progress: list[tuple[int, int]] = []

        await world.reconcile.execute(lambda done, of: progress.append((done, of)))

        assert progress == [(1, 3), (2, 3), (3, 3)]

    async def test_asks_each_store_once_for_many_events(self, world: World) -> None:
        for number in range(2, 150):
            world.add(an_event(number))

        await world.reconcile.execute()

        assert world.state_store.journal.count("read_states") == 1
        assert world.audit.journal.count("seats") == 1

    async def test_asks_for_no_more_seats_at_once_than_a_store_has_soon(self, world: World) -> None:
        for number in (2, 3, 4):
            world.add(an_event(number, config=SeatingConfig(80, 125, (Section("A", 1, 1),))))

        await world.reconcile.execute()

        # The small one and 10,000; twice that.
        assert world.state_store.journal.count("read_states") == 2

    async def test_does_not_end_at_an_event_whose_tickets_do_not_add_up(self, world: World) -> None:
        first, world.event = world.event, world.add(an_event(2))
        world.postgres.tickets[first.id].popitem()
        put(world, "A-1-1-1", SeatStatus.SOLD)

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(seats_corrected=1)
        assert world.stores_agree

    async def test_leaves_out_an_event_that_another_instance_is_at(self, world: World) -> None:
        put(world, "A-1-1-1", SeatStatus.SOLD)
        world.audit.locked_elsewhere.add(world.event.id)

        repairs, _ = await world.reconcile.execute()

        assert not repairs
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.SOLD

    async def test_drops_idempotency_keys_after_a_week(self, world: World) -> None:
        await world.reconcile.execute()

        assert world.audit.keys_purged_after == timedelta(days=7)

    async def test_for_chosen_events_touches_no_others(self, world: World) -> None:
        put(world, "A-1-1-1", SeatStatus.SOLD)
        world.add(an_event(2))

        repairs, _ = await world.reconcile.execute_for([EventId(2), EventId(99)])

        assert not repairs
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.SOLD

    async def test_leaves_out_events_of_a_server_that_does_not_answer(self, world: World) -> None:
        other = world.add(an_event(2))
        put(world, "A-1-1-1", SeatStatus.SOLD)
        del world.kvrocks.events[other.id]
        world.kvrocks.unreachable.add(world.event.id)

        repairs, undecided = await world.reconcile.execute()

        assert repairs == RepairCounts(events_rebuilt=1)
        assert world.postgres.epochs.keys() == {other.id}
        assert undecided == set()

    async def test_goes_on_when_an_event_cannot_be_repaired(self, world: World) -> None:
        other = world.add(an_event(2))
        put(world, "A-1-1-1", SeatStatus.SOLD)
        del world.kvrocks.events[other.id]
        world.state_store.fails_with["correct_seats"] = StoreUnavailableError("Kvrocks")

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(events_rebuilt=1)

    async def test_removes_the_orphans_that_it_can(self, world: World) -> None:
        an_orphan(world)
        world.kvrocks.add(EventId(6), HOUSE)
        world.kvrocks.unreachable.add(EventId(6))

        repairs, _ = await world.reconcile.execute()

        assert repairs == RepairCounts(orphans_removed=1)
        assert EventId(7) not in world.kvrocks.events

    async def test_stops_when_a_store_is_down(self, world: World) -> None:
        world.state_store.fails_with["read_states"] = StoreUnavailableError("Kvrocks")

        with pytest.raises(StoreUnavailableError):
            await world.reconcile.execute()


def an_orphan(world: World) -> None:
    world.kvrocks.add(EventId(7), HOUSE)
    world.postgres.last_event_id = 7


def an_old_draft(world: World) -> None:
    long_ago = world.postgres.now - DRAFT_LIMIT - timedelta(seconds=1)
    draft = replace(world.event, status=EventStatus.DRAFT, created_at=long_ago)
    world.postgres.events[world.event.id] = draft


class TestVerify:
    async def test_finds_nothing_in_a_healthy_system(self, world: World) -> None:
        await world.hold("A-1-1-1")

        assert await world.verify.execute() == []

    @pytest.mark.parametrize(
        ("harm", "line"),
        [
            (
                lambda world: put(world, "A-1-1-1", SeatStatus.SOLD),
                "event 1, seat A-1-1-1: sold in Kvrocks, available in Postgres",
            ),
            (
                lambda world: world.kvrocks.events.clear(),
                "event 1: Kvrocks has lost its seat state",
            ),
            (
                lambda world: world.postgres.events.update(
                    {world.event.id: replace(world.event, status=EventStatus.ENDED)}
                ),
                "event 1: ended, but open in Kvrocks",
            ),
            (
                lambda world: world.kvrocks.unreachable.add(world.event.id),
                "a server of Kvrocks does not answer, which has these events: 1",
            ),
            (an_orphan, "event 7: in Kvrocks only"),
            (an_old_draft, "event 1: a draft for more than 300 s"),
            (
                lambda world: world.state_store.strays.append("event:{1}:odd"),
                "event:{1}:odd: a key that means nothing",
            ),
            (lambda world: world.audit.lines.append("ticket 5: odd"), "ticket 5: odd"),
        ],
    )
    async def test_names_each_disagreement_and_changes_nothing(
        self, world: World, harm: Callable[[World], object], line: str
    ) -> None:
        harm(world)

        assert await world.verify.execute() == [line]
        assert await world.verify.execute() == [line]

    async def test_goes_through_an_event_whose_tickets_do_not_add_up(self, world: World) -> None:
        world.postgres.tickets[world.event.id].popitem()
        world.state_store.strays.append("event:{1}:odd")
        progress: list[tuple[int, int]] = []

        found = await world.verify.execute(lambda done, of: progress.append((done, of)))

        assert found == ["event:{1}:odd: a key that means nothing"]
        assert progress == [(1, 1)]

    async def test_names_a_hold_that_is_overdue(self, world: World) -> None:
        world.inventory.fails_with["clear_pending"] = StoreUnavailableError("Kvrocks")
        await world.hold("A-1-1-1 A-1-1-2")
        world.pass_time(GRACE)

        assert await world.verify.execute() == ["event 1: a hold on A-1-1-1, A-1-1-2 is overdue"]

    async def test_reports_its_progress(self, world: World) -> None:
        progress: list[tuple[int, int]] = []

        await world.verify.execute(lambda done, of: progress.append((done, of)))

        assert progress == [(1, 1)]


async def test_what_is_asked_for_during_a_round_comes_before_the_rest() -> None:
    world = World()
    others = [replace(world.event, id=EventId(number)) for number in (2, 3)]
    for event in others:
        world.postgres.add(event)
    world.kvrocks.events.clear()
    rebuilt_after_one: list[set[EventId]] = []

    await world.reconcile.execute(
        on_progress=lambda _done, _all: rebuilt_after_one.append(set(world.kvrocks.events)),
        requested=iter([{EventId(3)}, set(), set()]).__next__,
    )

    assert rebuilt_after_one == [{1, 3}, {1, 2, 3}, {1, 2, 3}]
