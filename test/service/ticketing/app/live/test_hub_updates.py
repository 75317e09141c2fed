"""Updates reach subscribers: nothing lost, nothing twice, nothing backwards."""

import asyncio

import pytest

from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate, StateVersion
from src.service.shared_kernel.seating import SeatStatus, SubsectionKey
from test.fake.clock import everything_ready, in_no_time
from test.fake.live import A1, B1, EVENT, FREE, Live, drain, now
from test.fake.people import HOUSE, seats


class TestUpdates:
    @in_no_time
    async def test_reach_every_subscriber(self) -> None:
        live = Live()
        subscribers = [await live.watch_from_now() for _ in range(3)]

        live.happens("A-1-1-1 B-1-2-3", SeatStatus.SOLD)

        messages = [await subscriber.next(0) for subscriber in subscribers]
        assert messages == [b"1:2 200000 000000 000002"] * 3

    @in_no_time
    async def test_reach_only_those_whose_subsection_changed(self) -> None:
        live = Live()
        a1, b1 = await live.watch_from_now(A1), await live.watch_from_now(B1)

        live.happens("A-1-1-2")

        assert await a1.next(0) == b"1:2 010000"
        assert await b1.next(1) is None

    @in_no_time
    async def test_that_change_nothing_visible_are_not_shown(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()

        live.happens("A-1-1-1", SeatStatus.AVAILABLE)

        assert await subscriber.next(1) is None

    @in_no_time
    async def test_that_come_twice_count_once(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        update = live.changes("A-1-1-1")
        live.updates.send(update)
        live.happens("A-1-1-1", SeatStatus.AVAILABLE)

        live.updates.send(update)

        assert (await drain(subscriber))[-1] == b"1:3 000000 000000 000000"

    @in_no_time
    async def test_out_of_order_are_put_in_order_without_reading_again(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        first, second, third = (live.changes(f"A-1-1-{n}") for n in (1, 2, 3))

        live.updates.send(third, second)
        assert await subscriber.next(0.01) is None
        live.updates.send(first)

        assert await subscriber.next(0) == b"1:4 111000 000000 000000"
        assert await subscriber.next(1) is None
        assert live.store.reads == 1

    @in_no_time
    async def test_of_which_one_is_missing_make_the_state_be_read_again(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.changes("A-1-1-1")

        live.happens("A-1-1-2")

        assert await subscriber.next(1) == b"1:3 110000 000000 000000"
        assert live.store.reads == 2
        assert now() == pytest.approx(0.05)

    @in_no_time
    async def test_that_are_still_missing_from_the_state_read_are_asked_for_again(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.store.answers_wait_for = asyncio.Event()
        live.changes("A-1-1-1")
        live.happens("A-1-1-2")
        await asyncio.sleep(0.06)
        live.changes("A-1-1-3")
        live.happens("A-1-2-1")

        live.store.answers_wait_for.set()

        assert (await drain(subscriber))[-1] == b"1:5 111100 000000 000000"
        assert live.store.reads == 3

    @in_no_time
    async def test_of_an_event_that_nobody_watches_are_ignored(self) -> None:
        live = Live()
        live.kvrocks.add(EventId(2), HOUSE)
        subscriber = await live.watch_from_now()
        live.updates.subscriptions[EventId(2)] += 1

        live.updates.send(
            live.kvrocks.change(EventId(2), dict.fromkeys(seats("A-1-1-1"), SeatStatus.SOLD))
        )
        live.updates.interrupt(EventId(2))

        assert await subscriber.next(1) is None

    @pytest.mark.parametrize(
        ("subsection", "index"),
        [(SubsectionKey("Z", 9), 0), (A1, 6), (A1, -1)],
    )
    @in_no_time
    async def test_of_seats_that_the_event_has_not_are_ignored(
        self, subsection: SubsectionKey, index: int
    ) -> None:
        live = Live()
        subscriber = await live.watch_from_now()

        live.updates.send(
            EventStateUpdate(
                EVENT,
                StateVersion(1, 2),
                {subsection: ((index, SeatStatus.SOLD),), B1: ((0, SeatStatus.SOLD),)},
            )
        )

        assert await subscriber.next(0) == b"1:2 000000 000000 200000"


class TestReadingAgain:
    @in_no_time
    async def test_follows_an_interruption(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.changes("A-1-1-1")

        live.updates.interrupt(EVENT)

        assert await subscriber.next(1) == b"1:2 100000 000000 000000"

    @in_no_time
    async def test_happens_once_more_after_an_interruption_meanwhile(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.store.answers_wait_for = asyncio.Event()
        live.updates.interrupt(EVENT)
        await everything_ready()
        live.changes("A-1-1-1")

        live.updates.interrupt(EVENT)
        live.updates.interrupt(EVENT)
        live.store.answers_wait_for.set()

        assert await subscriber.next(1) == b"1:2 100000 000000 000000"
        assert live.store.reads == 3

    @in_no_time
    async def test_never_takes_the_snapshot_back(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.store.answers_wait_for = asyncio.Event()
        live.updates.interrupt(EVENT)
        await everything_ready()
        live.happens("A-1-1-1")

        live.store.answers_wait_for.set()

        assert await drain(subscriber) == [b"1:2 100000 000000 000000"]

    @in_no_time
    async def test_never_opens_a_closed_event_again(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.happens("A-1-1-1")
        await subscriber.next(0)
        live.store.answers_wait_for = asyncio.Event()
        live.updates.interrupt(EVENT)
        await everything_ready()
        live.updates.send(live.kvrocks.close(EVENT))

        live.store.answers_wait_for.set()
        await everything_ready()

        assert await subscriber.next(1) == b"1:3 100000 000000 000000"
        assert subscriber.ended

    @in_no_time
    async def test_notices_a_close_that_was_cut_off_before_it_had_a_version(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.kvrocks.events[EVENT].closed = True

        live.updates.interrupt(EVENT)

        assert await subscriber.next(1) == FREE
        assert subscriber.ended

    @in_no_time
    async def test_keeps_the_snapshot_while_the_store_is_down(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.store.fails_with["read"] = StoreUnavailableError("Kvrocks")
        live.changes("A-1-1-1")
        live.updates.interrupt(EVENT)
        assert await subscriber.next(1) is None

        live.store.fails_with.clear()
        await live.hub.check_versions()

        assert await subscriber.next(1) == b"1:2 100000 000000 000000"


class TestEpochs:
    @in_no_time
    async def test_a_rebuilt_state_replaces_the_snapshot(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.happens("A-1-1-1")
        await subscriber.next(0)

        live.kvrocks.add(EVENT, HOUSE).epoch = 2
        live.updates.send(EventStateUpdate(EVENT, StateVersion(2, 1), {}))

        assert await subscriber.next(1) == b"2:1 000000 000000 000000"

    @in_no_time
    async def test_updates_of_the_old_epoch_no_longer_count(self) -> None:
        live = Live()
        old = live.changes("A-1-1-1")
        live.kvrocks.add(EVENT, HOUSE).epoch = 2
        subscriber = await live.watch_from_now()

        live.updates.send(old)

        assert await subscriber.next(1) is None
        assert live.store.reads == 1

    @in_no_time
    async def test_updates_go_on_in_the_new_epoch(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.kvrocks.add(EVENT, HOUSE).epoch = 2
        live.updates.send(EventStateUpdate(EVENT, StateVersion(2, 1), {}))

        live.happens("A-1-1-1")

        assert (await drain(subscriber))[-1] == b"2:2 100000 000000 000000"
