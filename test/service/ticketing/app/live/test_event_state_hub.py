"""Live state of watched events: nothing lost, nothing twice, nothing backwards, little work."""

import asyncio
import contextlib

import pytest

from src.service.shared_kernel.errors import SeatStateMissingError, StoreUnavailableError
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate, StateVersion
from src.service.shared_kernel.seating import SeatId, SeatStatus, SubsectionKey
from src.service.ticketing.app.live.event_snapshot import EventSnapshot
from src.service.ticketing.app.live.event_state_hub import (
    EventStateHub,
    keep_checking,
)
from src.service.ticketing.app.live.feed import Render, Subscriber
from src.service.ticketing.domain.errors import TooManySubscribersError
from test.fake.announcing import FakeEventStateUpdates
from test.fake.clock import everything_ready, in_no_time
from test.fake.kvrocks import FakeKvrocks, FakeSeatStateQuery
from test.fake.people import BUYER, HOUSE, OTHER_SELLER, SELLER, an_entry, an_event, seats
from test.fake.postgres import FakeEventDirectory, FakePostgres

EVENT = EventId(1)
WINDOW = 0.1
A1 = SubsectionKey("A", 1)
B1 = SubsectionKey("B", 1)

FREE = b"1:1 000000 000000 000000"


class Drawing:
    """Renders a version and the seat bytes; `since` lists what it was asked for, call by call."""

    def __init__(self) -> None:
        self.since: list[int | None] = []

    def __call__(
        self, snapshot: EventSnapshot, subsection: SubsectionKey | None, since: int | None
    ) -> bytes:
        self.since.append(since)
        shown = snapshot.subsections if subsection is None else [subsection]
        text = " ".join(snapshot.subsections[one].seats.decode() for one in shown)
        return f"{snapshot.version} {text}".encode()


DRAW = Drawing()


class Live:
    """A hub over fakes, with one event in the store."""

    def __init__(self, *, max_subscribers: int = 100) -> None:
        self.journal: list[str] = []
        self.kvrocks = FakeKvrocks()
        self.kvrocks.add(EVENT, HOUSE)
        self.store = FakeSeatStateQuery(self.kvrocks, self.journal)
        self.feed = FakeEventStateUpdates(self.journal)
        self.postgres = FakePostgres()
        self.postgres.add(an_event(EVENT))
        self.directory = FakeEventDirectory(self.postgres)
        self.stepped_back: list[EventId] = []
        self.hub = EventStateHub(
            self.store,
            self.feed,
            self.directory,
            merge_window=WINDOW,
            max_subscribers=max_subscribers,
            on_step_back=self.stepped_back.append,
        )

    async def watch(
        self,
        subsection: SubsectionKey | None = None,
        render: Render = DRAW,
        event_id: int = EVENT,
        caller: Caller | None = None,
    ) -> Subscriber:
        return await self.hub.watch(an_entry(event_id), subsection, render, caller)

    async def watch_from_now(
        self,
        subsection: SubsectionKey | None = None,
        render: Render = DRAW,
        caller: Caller | None = None,
    ) -> Subscriber:
        """Watch, and take the first state."""
        subscriber = await self.watch(subsection, render, caller=caller)
        await subscriber.next(0)
        return subscriber

    def changes(
        self, identifiers: str, status: SeatStatus = SeatStatus.RESERVED
    ) -> EventStateUpdate:
        """Seats change in the store; whoever should hear of it has not yet."""
        return self.kvrocks.change(EVENT, dict.fromkeys(seats(identifiers), status))

    def happens(self, identifiers: str, status: SeatStatus = SeatStatus.RESERVED) -> None:
        """Seats change in the store, and the update arrives."""
        self.feed.send(self.changes(identifiers, status))

    @property
    def nothing_is_left(self) -> bool:
        return self.hub.subscribers == 0 and self.feed.subscriptions.total() == 0


def now() -> float:
    return asyncio.get_running_loop().time()


async def drain(subscriber: Subscriber) -> list[bytes]:
    """Every message until there is none for a second."""
    messages = []
    while message := await subscriber.next(1):
        messages.append(message)
    return messages


class TestFirstState:
    @in_no_time
    async def test_comes_at_once(self) -> None:
        subscriber = await Live().watch()

        assert await subscriber.next(0) == FREE

    @in_no_time
    async def test_of_one_subsection_shows_only_that(self) -> None:
        live = Live()
        live.changes("B-1-2-3")

        subscriber = await live.watch(B1)

        assert await subscriber.next(0) == b"1:2 000001"

    @in_no_time
    async def test_is_read_after_the_subscription_stands(self) -> None:
        live = Live()

        await live.watch()

        assert live.journal == ["subscribe", "read"]

    @in_no_time
    async def test_has_an_update_that_came_while_it_was_read(self) -> None:
        live = Live()
        live.store.answers_wait_for = asyncio.Event()
        watching = asyncio.ensure_future(live.watch())
        await everything_ready()

        live.happens("A-1-1-1")
        live.store.answers_wait_for.set()
        subscriber = await watching

        assert await subscriber.next(0) == b"1:2 100000 000000 000000"
        assert live.store.reads == 1

    @in_no_time
    async def test_is_not_followed_by_an_update_that_it_has_already(self) -> None:
        live = Live()
        update = live.changes("A-1-1-1")
        subscriber = await live.watch_from_now()

        live.feed.send(update)

        assert await subscriber.next(1) is None

    @in_no_time
    async def test_is_the_newest_for_those_who_come_later(self) -> None:
        live = Live()
        await live.watch_from_now()
        live.happens("A-1-1-1")

        later = await live.watch()

        assert await later.next(0) == b"1:2 100000 000000 000000"
        assert live.journal == ["subscribe", "read"]

    @in_no_time
    async def test_is_the_newest_also_when_the_others_have_to_wait_for_that(self) -> None:
        live = Live()
        live.happens("A-1-1-1")
        waiting = await live.watch_from_now()
        live.happens("A-1-1-2")
        await live.watch_from_now()
        live.happens("A-1-1-3")

        later = await live.watch()

        assert await later.next(0) == b"1:4 111000 000000 000000"
        assert await later.next(1) is None
        assert await waiting.next(1) == b"1:4 111000 000000 000000"

    @in_no_time
    async def test_of_a_closed_event_is_the_last_one_too(self) -> None:
        live = Live()
        live.kvrocks.close(EVENT)
        subscriber = await live.watch()

        assert await subscriber.next(0) == b"1:2 000000 000000 000000"
        assert subscriber.ended


class TestUpdates:
    @in_no_time
    async def test_reach_every_watcher(self) -> None:
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
        live.feed.send(update)
        live.happens("A-1-1-1", SeatStatus.AVAILABLE)

        live.feed.send(update)

        assert (await drain(subscriber))[-1] == b"1:3 000000 000000 000000"

    @in_no_time
    async def test_out_of_order_are_put_in_order_without_reading_again(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        first, second, third = (live.changes(f"A-1-1-{n}") for n in (1, 2, 3))

        live.feed.send(third, second)
        assert await subscriber.next(0.01) is None
        live.feed.send(first)

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
        live.feed.subscriptions[EventId(2)] += 1

        live.feed.send(
            live.kvrocks.change(EventId(2), dict.fromkeys(seats("A-1-1-1"), SeatStatus.SOLD))
        )
        live.feed.interrupt(EventId(2))

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

        live.feed.send(
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

        live.feed.interrupt(EVENT)

        assert await subscriber.next(1) == b"1:2 100000 000000 000000"

    @in_no_time
    async def test_happens_once_more_after_an_interruption_meanwhile(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.store.answers_wait_for = asyncio.Event()
        live.feed.interrupt(EVENT)
        await everything_ready()
        live.changes("A-1-1-1")

        live.feed.interrupt(EVENT)
        live.feed.interrupt(EVENT)
        live.store.answers_wait_for.set()

        assert await subscriber.next(1) == b"1:2 100000 000000 000000"
        assert live.store.reads == 3

    @in_no_time
    async def test_never_takes_the_picture_back(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.store.answers_wait_for = asyncio.Event()
        live.feed.interrupt(EVENT)
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
        live.feed.interrupt(EVENT)
        await everything_ready()
        live.feed.send(live.kvrocks.close(EVENT))

        live.store.answers_wait_for.set()
        await everything_ready()

        assert await subscriber.next(1) == b"1:3 100000 000000 000000"
        assert subscriber.ended

    @in_no_time
    async def test_notices_a_close_that_was_cut_off_before_it_had_a_version(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.kvrocks.events[EVENT].closed = True

        live.feed.interrupt(EVENT)

        assert await subscriber.next(1) == FREE
        assert subscriber.ended

    @in_no_time
    async def test_keeps_the_picture_while_the_store_is_down(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.store.fails_with["read"] = StoreUnavailableError("Kvrocks")
        live.changes("A-1-1-1")
        live.feed.interrupt(EVENT)
        assert await subscriber.next(1) is None

        live.store.fails_with.clear()
        await live.hub.check_versions()

        assert await subscriber.next(1) == b"1:2 100000 000000 000000"


class TestEpochs:
    @in_no_time
    async def test_a_rebuilt_state_replaces_the_picture(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.happens("A-1-1-1")
        await subscriber.next(0)

        live.kvrocks.add(EVENT, HOUSE).epoch = 2
        live.feed.send(EventStateUpdate(EVENT, StateVersion(2, 1), {}))

        assert await subscriber.next(1) == b"2:1 000000 000000 000000"

    @in_no_time
    async def test_updates_of_the_old_epoch_no_longer_count(self) -> None:
        live = Live()
        old = live.changes("A-1-1-1")
        live.kvrocks.add(EVENT, HOUSE).epoch = 2
        subscriber = await live.watch_from_now()

        live.feed.send(old)

        assert await subscriber.next(1) is None
        assert live.store.reads == 1

    @in_no_time
    async def test_updates_go_on_in_the_new_epoch(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.kvrocks.add(EVENT, HOUSE).epoch = 2
        live.feed.send(EventStateUpdate(EVENT, StateVersion(2, 1), {}))

        live.happens("A-1-1-1")

        assert (await drain(subscriber))[-1] == b"2:2 100000 000000 000000"


class TestChecking:
    @in_no_time
    async def test_finds_an_update_that_never_came(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.changes("A-1-1-1")

        await live.hub.check_versions()

        assert await subscriber.next(1) == b"1:2 100000 000000 000000"

    @in_no_time
    async def test_costs_one_question_for_all_events_and_no_reading(self) -> None:
        live = Live()
        for number in range(2, 6):
            live.kvrocks.add(EventId(number), HOUSE)
            await live.watch(event_id=number)
        reads = live.store.reads

        await live.hub.check_versions()
        await everything_ready()

        assert live.journal.count("versions") == 1
        assert live.store.reads == reads

    @in_no_time
    async def test_costs_nothing_while_nobody_watches(self) -> None:
        live = Live()

        await live.hub.check_versions()

        assert live.journal == []

    @in_no_time
    async def test_waits_for_another_time_when_the_store_is_down(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.store.fails_with["versions"] = StoreUnavailableError("Kvrocks")

        await live.hub.check_versions()

        assert await subscriber.next(1) is None

    @in_no_time
    async def test_leaves_an_event_alone_that_the_store_has_lost(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        del live.kvrocks.events[EVENT]

        await live.hub.check_versions()

        assert await subscriber.next(1) is None
        assert live.store.reads == 1

    @in_no_time
    async def test_goes_on_at_every_interval(self) -> None:
        live = Live()
        await live.watch()
        job = asyncio.ensure_future(keep_checking(live.hub, 5))

        await asyncio.sleep(21)
        job.cancel()

        assert live.journal.count("versions") == 4

    @in_no_time
    async def test_now_and_then_finds_seats_that_changed_under_the_same_version(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.kvrocks.events[EVENT].put(SeatId("A", 1, 1, 1), SeatStatus.SOLD)
        job = asyncio.ensure_future(keep_checking(live.hub, 5))

        message = await subscriber.next(51)
        job.cancel()

        assert message == b"1:1 200000 000000 000000"

    @in_no_time
    async def test_reports_a_store_that_has_forgotten_versions_and_shows_nothing_old(self) -> None:
        live = Live()
        subscriber = await live.watch()
        live.happens("A-1-1-1")
        assert await subscriber.next(0) == b"1:2 100000 000000 000000"
        live.kvrocks.events[EVENT].version = 1

        await live.hub.check_versions()

        assert await subscriber.next(1) is None
        assert live.stepped_back == [EVENT]

    @in_no_time
    async def test_does_not_take_an_answer_that_was_long_on_its_way_for_a_step_back(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.store.answers_wait_for = asyncio.Event()
        live.hub.read_all_again()
        await everything_ready()
        live.happens("A-1-1-1")

        live.store.answers_wait_for.set()

        assert await subscriber.next(1) == b"1:2 100000 000000 000000"
        assert live.stepped_back == []


class TestMerging:
    @in_no_time
    async def test_a_change_after_a_quiet_spell_comes_at_once(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        waiting = asyncio.ensure_future(subscriber.next(60))
        await asyncio.sleep(30)

        live.happens("A-1-1-1")

        assert await waiting == b"1:2 100000 000000 000000"
        assert now() == 30

    @in_no_time
    async def test_changes_soon_after_come_together_at_the_end_of_the_window(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.happens("A-1-1-1")
        await subscriber.next(0)
        await asyncio.sleep(WINDOW / 4)

        live.happens("A-1-1-2")
        live.happens("A-1-1-3")

        assert await subscriber.next(60) == b"1:4 111000 000000 000000"
        assert now() == pytest.approx(WINDOW)

    @in_no_time
    async def test_a_reader_busy_at_a_change_does_not_get_it_before_the_others(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.happens("A-1-1-1")
        await subscriber.next(0)

        live.happens("A-1-1-2")

        assert await subscriber.next(WINDOW / 2) is None
        live.happens("A-1-1-3")
        assert await subscriber.next(60) == b"1:4 111000 000000 000000"
        assert now() == pytest.approx(WINDOW)

    @in_no_time
    async def test_after_the_window_a_change_comes_at_once_again(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.happens("A-1-1-1")
        await subscriber.next(0)
        await asyncio.sleep(WINDOW)

        live.happens("A-1-1-2")

        assert await subscriber.next(60) == b"1:3 110000 000000 000000"
        assert now() == WINDOW

    @in_no_time
    async def test_a_flood_of_changes_makes_a_message_per_window_and_the_last_is_there(
        self,
    ) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        reading = asyncio.ensure_future(drain(subscriber))
        await everything_ready()

        for _ in range(100):
            live.happens("A-1-1-1", SeatStatus.RESERVED)
            live.happens("A-1-1-1", SeatStatus.AVAILABLE)
            live.happens("A-1-1-2", SeatStatus.RESERVED)
            live.happens("A-1-1-2", SeatStatus.AVAILABLE)
            live.happens("B-1-1-1", SeatStatus.RESERVED)
            live.happens("B-1-1-1", SeatStatus.SOLD)
            await asyncio.sleep(WINDOW / 10)

        messages = await reading
        assert len(messages) <= 12
        assert messages[-1].endswith(b"000000 000000 200000")

    @in_no_time
    async def test_every_subsection_has_a_window_of_its_own(self) -> None:
        live = Live()
        a1, b1 = await live.watch_from_now(A1), await live.watch_from_now(B1)
        live.happens("A-1-1-1")
        await a1.next(0)

        live.happens("B-1-1-1")

        assert await b1.next(60) == b"1:3 100000"
        assert now() == 0


class TestReaders:
    @in_no_time
    async def test_a_slow_one_skips_to_the_newest_state(self) -> None:
        live = Live()
        slow = await live.watch_from_now()

        for number in (1, 2, 3):
            live.happens(f"A-1-1-{number}")
            await asyncio.sleep(1)

        assert await drain(slow) == [b"1:4 111000 000000 000000"]

    @in_no_time
    async def test_each_is_told_what_is_new_since_its_own_last_message(self) -> None:
        live, drawing = Live(), Drawing()
        quick = await live.watch_from_now(render=drawing)
        slow = await live.watch_from_now(render=drawing)
        live.happens("A-1-1-1")
        await quick.next(0)
        live.happens("A-1-1-2")
        await asyncio.sleep(WINDOW)
        drawing.since.clear()

        await quick.next(0)
        await slow.next(0)

        since_second, since_first = drawing.since
        assert since_second is not None
        assert since_first is not None
        assert since_first < since_second

    @in_no_time
    async def test_all_get_the_same_bytes_made_once(self) -> None:
        live, drawing = Live(), Drawing()
        subscribers = [await live.watch(render=drawing) for _ in range(100)]
        first = [await subscriber.next(0) for subscriber in subscribers]
        live.happens("A-1-1-1")
        update = [await subscriber.next(0) for subscriber in subscribers]

        assert len(drawing.since) == 2
        assert len(set(map(id, first))) == 1
        assert len(set(map(id, update))) == 1

    @in_no_time
    async def test_all_get_the_same_bytes_also_when_they_came_at_different_times(self) -> None:
        live, drawing = Live(), Drawing()
        subscribers = []
        for _ in range(10):
            subscribers.append(await live.watch_from_now(A1, drawing))
            live.happens("B-1-1-1", SeatStatus.RESERVED)
            live.happens("B-1-1-1", SeatStatus.AVAILABLE)
        drawing.since.clear()

        live.happens("A-1-1-1")
        messages = [await subscriber.next(0) for subscriber in subscribers]

        assert len(drawing.since) == 1
        assert len(set(map(id, messages))) == 1

    @in_no_time
    async def test_all_get_the_same_bytes_also_when_a_change_comes_between_them(self) -> None:
        live, drawing = Live(), Drawing()
        subscribers = [await live.watch_from_now(render=drawing) for _ in range(4)]
        drawing.since.clear()
        live.happens("A-1-1-1")
        messages = [await subscriber.next(0) for subscriber in subscribers[:2]]
        live.happens("A-1-1-2")
        messages += [await subscriber.next(0) for subscriber in subscribers[2:]]

        assert messages == [b"1:2 100000 000000 000000"] * 4
        assert len(drawing.since) == 1
        assert [await subscriber.next(60) for subscriber in subscribers] == [
            b"1:3 110000 000000 000000"
        ] * 4
        assert len(drawing.since) == 2

    @in_no_time
    async def test_patience_ends_without_a_message(self) -> None:
        subscriber = await Live().watch_from_now()

        assert await subscriber.next(15) is None
        assert now() == 15

    @in_no_time
    async def test_versions_never_go_back(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        updates = [live.changes(f"A-1-{row}-{n}") for row in (1, 2) for n in (1, 2, 3)]
        reading = asyncio.ensure_future(drain(subscriber))

        for update in (updates[1], updates[0], updates[3], updates[5], updates[2], updates[4]):
            live.feed.send(update)
            live.feed.interrupt(EVENT)
            await asyncio.sleep(0.04)

        messages = await reading
        assert messages == sorted(messages)
        assert messages[-1] == b"1:7 111111 000000 000000"


class TestTheEnd:
    @in_no_time
    async def test_a_closed_event_ends_its_streams_after_the_last_state(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.happens("A-1-1-1")
        live.feed.send(live.kvrocks.close(EVENT))

        messages = []
        while not subscriber.ended:
            messages.append(await subscriber.next(1))

        assert messages[-1] == b"1:3 100000 000000 000000"

    @in_no_time
    async def test_is_not_missed_by_one_who_comes_for_an_older_state_just_then(self) -> None:
        live = Live()
        prompt, slow = await live.watch_from_now(), await live.watch_from_now()
        live.happens("A-1-1-1")
        await prompt.next(0)  # for whom the message of this state was made
        live.happens("A-1-1-2")
        live.feed.send(live.kvrocks.close(EVENT))

        assert await slow.next(0) == b"1:4 110000 000000 000000"
        assert slow.ended

    @in_no_time
    async def test_a_close_that_was_missed_is_found_by_the_check(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now(A1)
        live.kvrocks.close(EVENT)

        await live.hub.check_versions()

        assert await subscriber.next(1) == b"1:2 000000"
        assert subscriber.ended

    @in_no_time
    async def test_shutting_down_ends_every_stream_at_once(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        waiting = asyncio.ensure_future(subscriber.next(60))
        await everything_ready()

        live.hub.shut_down()

        assert await waiting == b""
        assert subscriber.ended
        assert now() == 0

    @in_no_time
    async def test_one_that_is_ended_gets_the_newest_state_first(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.happens("A-1-1-1")
        await subscriber.next(0)
        live.happens("A-1-1-2")

        subscriber.end()

        assert await subscriber.next(0) == b"1:3 110000 000000 000000"
        assert await subscriber.next(0) == b""

    @in_no_time
    async def test_after_shutting_down_nobody_can_watch(self) -> None:
        live = Live()
        live.hub.shut_down()

        with pytest.raises(TooManySubscribersError):
            await live.watch()

    @in_no_time
    async def test_one_that_was_about_to_watch_is_ended_by_the_shutdown(self) -> None:
        live = Live()
        live.store.answers_wait_for = asyncio.Event()
        watching = asyncio.ensure_future(live.watch())
        await everything_ready()

        live.hub.shut_down()
        live.store.answers_wait_for.set()
        subscriber = await watching

        assert subscriber.ended

    @in_no_time
    async def test_closing_the_hub_waits_until_every_channel_is_left(self) -> None:
        live = Live()
        subscriber = await live.watch()
        subscriber.close()

        await live.hub.close()

        assert live.nothing_is_left


class TestComingAndGoing:
    @in_no_time
    async def test_watchers_of_an_event_share_one_subscription_and_one_reading(self) -> None:
        live = Live()

        await asyncio.gather(*(live.watch(subsection) for subsection in (None, A1, B1, None, A1)))

        assert live.journal == ["subscribe", "read"]
        assert live.hub.subscribers == 5

    @in_no_time
    async def test_the_last_to_leave_ends_the_subscription(self) -> None:
        live = Live()
        first, last = await live.watch(), await live.watch(A1)

        first.close()
        await everything_ready()
        assert live.feed.subscriptions[EVENT] == 1
        last.close()
        await everything_ready()

        assert live.nothing_is_left

    @in_no_time
    async def test_whoever_comes_after_the_last_has_left_starts_afresh(self) -> None:
        live = Live()
        (await live.watch()).close()
        live.changes("A-1-1-1")

        subscriber = await live.watch()
        await everything_ready()

        assert await subscriber.next(0) == b"1:2 100000 000000 000000"
        assert live.feed.subscriptions[EVENT] == 1

    @in_no_time
    async def test_nothing_wakes_after_the_last_has_left(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.happens("A-1-1-1")
        live.happens("A-1-1-2")
        live.changes("A-1-1-3")
        live.happens("A-1-2-1")

        subscriber.close()
        await asyncio.sleep(60)

        assert live.store.reads == 1

    @in_no_time
    async def test_no_more_may_watch_than_allowed_until_one_leaves(self) -> None:
        live = Live(max_subscribers=2)
        first = await live.watch()
        await live.watch(A1)
        with pytest.raises(TooManySubscribersError):
            await live.watch()

        first.close()

        assert await (await live.watch()).next(0) == FREE

    @pytest.mark.parametrize(
        ("step", "error"),
        [
            ("subscribe", StoreUnavailableError("Redis")),
            ("read", StoreUnavailableError("Kvrocks")),
            ("read", SeatStateMissingError(EVENT)),
        ],
    )
    @in_no_time
    async def test_a_watch_that_fails_leaves_nothing_behind(
        self, step: str, error: StoreUnavailableError
    ) -> None:
        live = Live()
        live.feed.fails_with[step] = live.store.fails_with[step] = error

        failures = await asyncio.gather(live.watch(), live.watch(A1), return_exceptions=True)
        await everything_ready()

        assert list(failures) == [error, error]
        assert live.nothing_is_left

        live.feed.fails_with.clear()
        live.store.fails_with.clear()
        assert await (await live.watch()).next(0) == FREE

    @in_no_time
    async def test_one_who_gives_up_waiting_leaves_nothing_behind(self) -> None:
        live = Live()
        live.store.answers_wait_for = asyncio.Event()
        watching = asyncio.ensure_future(live.watch())
        await everything_ready()

        await cancelled(watching)

        assert live.nothing_is_left

    @in_no_time
    async def test_one_who_gives_up_waiting_does_not_take_the_others_along(self) -> None:
        live = Live()
        live.store.answers_wait_for = asyncio.Event()
        impatient, patient = (asyncio.ensure_future(live.watch()) for _ in range(2))
        await everything_ready()

        await cancelled(impatient)
        live.store.answers_wait_for.set()

        assert await (await patient).next(0) == FREE


async def cancelled(task: asyncio.Future[Subscriber]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await everything_ready()


class TestHiding:
    """The event is hidden by another instance, which this one hears of when it looks."""

    @staticmethod
    def hide(live: Live) -> None:
        live.postgres.events[EVENT] = an_event(EVENT, is_active=False)

    @in_no_time
    @pytest.mark.parametrize("caller", [None, BUYER, OTHER_SELLER], ids=str)
    @pytest.mark.parametrize("subsection", [None, A1], ids=str)
    async def test_ends_the_streams_of_those_who_may_not_see_it(
        self, caller: Caller | None, subsection: SubsectionKey | None
    ) -> None:
        live = Live()
        subscriber = await live.watch_from_now(subsection, caller=caller)
        waiting = asyncio.ensure_future(subscriber.next(60))
        self.hide(live)

        await live.hub.check_visibility()

        assert await waiting == b""
        assert subscriber.ended
        assert now() == 0

    @in_no_time
    async def test_lets_the_seller_go_on(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now(caller=SELLER)
        self.hide(live)

        await live.hub.check_visibility()
        live.happens("A-1-1-1")

        assert await subscriber.next(1) == b"1:2 100000 000000 000000"

    @in_no_time
    async def test_shows_nothing_that_happened_since(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.happens("A-1-1-1")
        assert await subscriber.next(0)
        live.happens("A-1-1-2")  # within the merge window, so it has not been sent yet
        self.hide(live)

        await live.hub.check_visibility()

        assert await subscriber.next(1) == b""

    @in_no_time
    async def test_of_an_event_that_is_gone_ends_all_streams(self) -> None:
        live = Live()
        subscribers = [await live.watch_from_now(caller=caller) for caller in (None, SELLER)]
        del live.postgres.events[EVENT]

        await live.hub.check_visibility()

        assert [await subscriber.next(0) for subscriber in subscribers] == [b"", b""]

    @in_no_time
    async def test_is_looked_for_with_one_query_and_at_every_interval(self) -> None:
        live = Live()
        for event_id in (1, 2, 3):
            live.postgres.add(an_event(event_id))
            live.kvrocks.add(EventId(event_id), HOUSE)
            await live.watch(event_id=event_id)
        job = asyncio.ensure_future(keep_checking(live.hub, 5))

        await asyncio.sleep(21)
        job.cancel()

        assert live.directory.journal.count("refresh") == 4

    @in_no_time
    async def test_costs_no_query_where_nobody_watches(self) -> None:
        live = Live()

        await live.hub.check_visibility()

        assert live.directory.journal == []

    @in_no_time
    async def test_is_not_assumed_while_nobody_can_tell(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.directory.fails_with["refresh"] = StoreUnavailableError("PostgreSQL")

        await live.hub.check_visibility()

        assert await subscriber.next(1) is None
