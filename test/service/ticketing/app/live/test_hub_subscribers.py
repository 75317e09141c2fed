"""Subscribers come and go, and all of them go at the end."""

import asyncio
import contextlib

import pytest

from src.service.shared_kernel.errors import (
    SeatStateMissingError,
    StoreUnavailableError,
    TooManySubscribersError,
)
from src.service.ticketing.app.live.feed import EventSubscriber
from test.fake.clock import everything_ready, in_no_time
from test.fake.live import A1, B1, EVENT, FREE, Live, now


async def cancelled(task: asyncio.Future[EventSubscriber]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await everything_ready()


class TestComingAndGoing:
    @in_no_time
    async def test_subscribers_of_an_event_share_one_subscription_and_one_reading(self) -> None:
        live = Live()

        await asyncio.gather(*(live.watch(subsection) for subsection in (None, A1, B1, None, A1)))

        assert live.journal == ["subscribe", "read"]
        assert live.limit.count == 5

    @in_no_time
    async def test_the_last_to_leave_ends_the_subscription(self) -> None:
        live = Live()
        first, last = await live.watch(), await live.watch(A1)

        first.close()
        await everything_ready()
        assert live.updates.subscriptions[EVENT] == 1
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
        assert live.updates.subscriptions[EVENT] == 1

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
        live.updates.fails_with[step] = live.store.fails_with[step] = error

        failures = await asyncio.gather(live.watch(), live.watch(A1), return_exceptions=True)
        await everything_ready()

        assert list(failures) == [error, error]
        assert live.nothing_is_left

        live.updates.fails_with.clear()
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
        first, second = (asyncio.ensure_future(live.watch()) for _ in range(2))
        await everything_ready()

        await cancelled(first)
        live.store.answers_wait_for.set()

        assert await (await second).next(0) == FREE


class TestTheEnd:
    @in_no_time
    async def test_a_closed_event_ends_its_streams_after_the_last_state(self) -> None:
        live = Live()
        subscriber = await live.watch_from_now()
        live.happens("A-1-1-1")
        live.updates.send(live.kvrocks.close(EVENT))

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
        live.updates.send(live.kvrocks.close(EVENT))

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
