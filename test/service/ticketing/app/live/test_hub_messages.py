"""How changes become messages: merged, made once, the newest for slow readers."""

import asyncio
from itertools import pairwise

import pytest

from src.service.shared_kernel.seating import SeatStatus, SubsectionKey
from src.service.ticketing.app.live.event_snapshot import EventSnapshot
from test.fake.clock import InstantLoop, everything_ready, in_no_time
from test.fake.live import A1, B1, EVENT, WINDOW, Drawing, Live, drain, now


class LongDrawing(Drawing):
    """Keeps the event loop busy for so long, as thousands of messages do."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def __call__(
        self, snapshot: EventSnapshot, subsection: SubsectionKey | None, since: int | None
    ) -> bytes:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, InstantLoop)
        loop.keep_busy(self.seconds)
        return super().__call__(snapshot, subsection, since)


async def times_of_messages(live: Live, drawing: LongDrawing, pause: float) -> list[float]:
    """When each message to one subscriber was begun, while changes come all the time."""
    subscriber = await live.watch_from_now(render=drawing)
    began = now()
    times: list[float] = []

    async def read() -> None:
        while True:
            await subscriber.next(60)
            times.append(now() - drawing.seconds - began)

    reading = asyncio.ensure_future(read())
    await everything_ready()
    for number in range(200):
        live.happens("A-1-1-1", (SeatStatus.RESERVED, SeatStatus.AVAILABLE)[number % 2])
        await asyncio.sleep(pause)
    reading.cancel()
    return times


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
    async def test_the_window_grows_with_what_a_round_of_messages_costs(self) -> None:
        live = Live()
        times = await times_of_messages(live, LongDrawing(0.1), WINDOW / 10)
        assert times[:2] == pytest.approx([0, WINDOW])
        assert {round(after - before, 3) for before, after in pairwise(times[2:])} == {0.3}

    @in_no_time
    async def test_the_window_never_grows_beyond_its_limit(self) -> None:
        live = Live()
        times = await times_of_messages(live, LongDrawing(0.5), WINDOW / 10)
        assert max(after - before for before, after in pairwise(times)) == pytest.approx(0.7)

    @in_no_time
    async def test_one_long_round_is_no_reason_to_wait(self) -> None:
        live, drawing = Live(), LongDrawing(0.0)
        subscriber = await live.watch_from_now(render=drawing)
        drawing.seconds = 0.5
        live.happens("A-1-1-1")
        await subscriber.next(60)
        drawing.seconds = 0.0
        await asyncio.sleep(0)

        live.happens("A-1-1-2")
        await subscriber.next(60)

        assert now() == 0.5

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
    async def test_a_wait_may_end_without_a_message(self) -> None:
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
            live.updates.send(update)
            live.updates.interrupt(EVENT)
            await asyncio.sleep(0.04)

        messages = await reading
        assert messages == sorted(messages)
        assert messages[-1] == b"1:7 111111 000000 000000"
