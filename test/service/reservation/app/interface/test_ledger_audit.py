"""What every audit of the ledger says."""

import asyncio
from datetime import timedelta

import pytest

from src.service.shared_kernel.event_directory import EventStatus
from test.fake.people import BUYER, HOUSE, seats
from test.support.ledgers import NOWHERE, SystemOfRecord, hold

A1, A2, B1 = HOUSE.subsections


class TestEvents:
    async def test_are_all_but_the_drafts(self, record: SystemOfRecord) -> None:
        draft, ended = [await record.add_event(s) for s in (EventStatus.DRAFT, EventStatus.ENDED)]

        assert ended in await record.audit.event_ids()
        assert draft not in await record.audit.event_ids()
        assert {draft, ended} <= await record.audit.all_event_ids()
        assert NOWHERE not in await record.audit.all_event_ids()

    async def test_have_ids_up_to_the_last(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()

        assert await record.audit.last_event_id() == event_id

    async def test_that_are_drafts_for_long_are_named(self, record: SystemOfRecord) -> None:
        old, available = await record.add_event(EventStatus.DRAFT), await record.add_event()
        for event_id in (old, available):
            await record.pass_time(event_id, timedelta(hours=1))

        assert old in await record.audit.drafts_older_than(timedelta(minutes=59))
        assert available not in await record.audit.drafts_older_than(timedelta(minutes=59))
        assert old not in await record.audit.drafts_older_than(timedelta(minutes=61))


class TestSeats:
    async def test_have_the_form_that_the_seat_state_has(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        sold = await hold(record, event_id, "A-1-1-2")
        await record.ledger.confirm(sold.id, BUYER.id)
        await hold(record, event_id, "A-1-2-1 B-1-2-3")

        assert await record.audit.seats({event_id: HOUSE}) == {
            event_id: {A1: b"020100", A2: b"000000", B1: b"000001"}
        }

    async def test_of_an_event_with_fewer_tickets_than_seats_are_left_out(
        self, record: SystemOfRecord
    ) -> None:
        sound, odd = await record.add_event(), await record.add_event()
        await record.lose_a_ticket(odd)

        assert list(await record.audit.seats({sound: HOUSE, odd: HOUSE, NOWHERE: HOUSE})) == [sound]

    async def test_that_changed_lately_are_named(self, record: SystemOfRecord) -> None:
        event_id, other = await record.add_event(), await record.add_event()
        await hold(record, event_id, "A-1-1-1")
        await record.pass_time(event_id, timedelta(hours=1))
        released = await hold(record, event_id, "A-1-1-2 B-1-1-1")
        await record.ledger.release(released.id, BUYER.id)
        await hold(record, other, "A-1-1-3")

        lately = await record.audit.changed_within(event_id, timedelta(minutes=30))
        ever = await record.audit.changed_within(event_id, timedelta(hours=2))

        assert lately == {*seats("A-1-1-2 B-1-1-1")}
        assert ever == {*seats("A-1-1-1 A-1-1-2 B-1-1-1")}


class TestStatuses:
    """EventStatus.following is the rule."""

    @pytest.mark.parametrize("seats_left", [True, False])
    @pytest.mark.parametrize("status", EventStatus)
    async def test_follow_the_seats(
        self, record: SystemOfRecord, status: EventStatus, seats_left: bool
    ) -> None:
        await record.audit.correct_statuses()
        event_id = await record.add_event()
        if not seats_left:
            every = [str(seat) for seat in HOUSE.seats()]
            await hold(record, event_id, " ".join(every[:9]))
            await hold(record, event_id, " ".join(every[9:]))
        await record.change_event(event_id, status)
        right = status.following(seats_left=seats_left)

        assert await record.audit.correct_statuses() == (status is not right)

        assert await record.status(event_id) is right
        assert await record.audit.correct_statuses() == 0

    async def test_that_are_final_and_have_holds_are_named(self, record: SystemOfRecord) -> None:
        held, sold, going_on = [await record.add_event() for _ in range(3)]
        await hold(record, held, "A-1-1-1")
        await record.ledger.confirm((await hold(record, sold, "A-1-1-1")).id, BUYER.id)
        await hold(record, going_on, "A-1-1-1")
        for event_id in (held, sold):
            await record.change_event(event_id, EventStatus.ENDED)

        named = await record.audit.closed_events_with_holds()

        assert held in named
        assert not {sold, going_on} & set(named)
        await record.ledger.release_event(held)
        assert held not in await record.audit.closed_events_with_holds()


async def test_each_epoch_is_the_next(record: SystemOfRecord) -> None:
    event_id = await record.add_event()

    assert [await record.audit.next_epoch(event_id) for _ in range(3)] == [2, 3, 4]


async def test_one_at_a_time_has_an_events_lock_and_nobody_waits(record: SystemOfRecord) -> None:
    event_id, other = await record.add_event(), await record.add_event()

    lock = record.audit.reconcile_lock
    async with lock(event_id) as first, lock(event_id) as second, lock(other) as others:
        assert (first, second, others) == (True, False, True)
    async with lock(event_id) as again:
        assert again


async def test_one_has_the_turn_until_the_next(record: SystemOfRecord) -> None:
    every, audit = timedelta(hours=1), record.audit
    await audit.give_turn_back()

    assert await audit.take_turn(every) == timedelta()
    assert timedelta(minutes=59) < await audit.take_turn(every) <= every
    assert await audit.take_turn(timedelta()) == timedelta()


async def test_of_many_who_want_the_turn_one_has_it(record: SystemOfRecord) -> None:
    await record.audit.give_turn_back()

    waits = await asyncio.gather(*(record.audit.take_turn(timedelta(hours=1)) for _ in range(20)))

    assert waits.count(timedelta()) == 1
    assert min(wait for wait in waits if wait) >= timedelta(minutes=6)


async def test_a_turn_given_back_is_anybodys(record: SystemOfRecord) -> None:
    await record.audit.take_turn(timedelta())

    await record.audit.give_turn_back()

    assert await record.audit.take_turn(timedelta(hours=1)) == timedelta()
