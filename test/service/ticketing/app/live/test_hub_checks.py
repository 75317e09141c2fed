"""What the hub finds out by itself: updates that never came, and events that were hidden."""

import asyncio

import pytest

from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId, SeatStatus, SubsectionKey
from src.service.ticketing.app.live.event_state_hub import keep_checking
from test.fake.clock import everything_ready, in_no_time
from test.fake.live import A1, EVENT, Live, now
from test.fake.people import BUYER, HOUSE, OTHER_SELLER, SELLER, an_event


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


class TestHiding:
    """The event is hidden by another instance, which this one hears of at its next check."""

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
    async def test_is_checked_with_one_query_and_at_every_interval(self) -> None:
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
