"""The first message of a stream: the state of now."""

import asyncio

from test.fake.clock import everything_ready, in_no_time
from test.fake.live import B1, EVENT, FREE, Live


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

        live.updates.send(update)

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
