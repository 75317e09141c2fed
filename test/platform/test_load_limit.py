"""As much work is let in as is done in time; the rest is refused at once."""

import asyncio
from collections.abc import Callable

import pytest

from src.platform.load_limit import LoadLimit
from src.service.shared_kernel.errors import OverloadedError
from test.fake.clock import everything_ready, in_no_time

WORK, QUEUE = 1.0, 0.6


class Machine:
    """Does one piece of work after the other, each in `seconds`: with more at once, each takes longer.
    After that each takes `delay` more, however many there are."""

    def __init__(self, seconds: float, *, at_once: int = 100, delay: float = 0.0) -> None:
        self.delay = delay
        self.limit = LoadLimit("reserve seats", at_once=at_once, work=WORK, queue=QUEUE)
        self.seconds = seconds
        self.most = self.under_way = 0
        self.done: list[str] = []
        self.refused: list[OverloadedError] = []
        self.times: list[float] = []
        self.refusal_times: list[float] = []
        self._processor = asyncio.Lock()

    def forget(self) -> None:
        for known in (self.done, self.refused, self.times, self.refusal_times):
            known.clear()

    def offer(
        self, name: str = "", *, has_left: Callable[[], bool] = lambda: False
    ) -> asyncio.Task[None]:
        return asyncio.ensure_future(self._offer(name, has_left))

    async def offer_at(self, per_second: float, seconds: float) -> list[asyncio.Task[None]]:
        """At even distances, whatever becomes of those before."""
        tasks = []
        for _ in range(int(per_second * seconds)):
            tasks.append(self.offer())
            await asyncio.sleep(1 / per_second)
        return tasks

    async def _offer(self, name: str, has_left: Callable[[], bool]) -> None:
        came = now()
        try:
            entry = await self.limit.enter(has_left)
        except OverloadedError as refusal:
            self.refused.append(refusal)
            self.refusal_times.append(now() - came)
            return
        if entry is None:
            return
        try:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            async with self._processor:
                await asyncio.sleep(self.seconds)
            await asyncio.sleep(self.delay)
            self.done.append(name)
            self.times.append(now() - came)
        finally:
            self.under_way -= 1
            self.limit.leave(entry)


def now() -> float:
    return asyncio.get_running_loop().time()


@in_no_time
async def test_a_load_that_can_be_carried_never_waits_and_is_never_refused() -> None:
    machine = Machine(0.001)

    await asyncio.gather(*await machine.offer_at(900, seconds=5))

    assert not machine.refused
    assert max(machine.times) < 0.01


@pytest.mark.parametrize(("each", "lasts"), [(0.001, 3), (0.01, 10), (0.02, 10)])
def test_under_twice_the_load_it_does_all_that_it_can(each: float, lasts: float) -> None:
    """On a quick machine as on a slow one: it finds out which it is."""

    @in_no_time
    async def overload() -> None:
        machine = Machine(each)
        offered = await machine.offer_at(2 / each, seconds=lasts)
        machine.forget()

        offered += await machine.offer_at(2 / each, seconds=lasts)

        assert len(machine.done) >= 0.95 * lasts / each
        assert len(machine.refused) >= 0.95 * lasts / each
        assert max(machine.times) < 1.2 * QUEUE + max(1.2 * WORK, 64 * each)
        assert max(machine.refusal_times) == 0
        await asyncio.gather(*offered)

    overload()


@in_no_time
async def test_a_delay_that_does_not_come_from_the_load_is_not_taken_for_one() -> None:
    """Such as an event loop that sends to thousands of streams in each round: each takes long, and
    with fewer at once fewer would be done."""
    machine = Machine(0.001, at_once=256, delay=0.8)
    offered = await machine.offer_at(1_000, seconds=5)
    machine.forget()

    offered += await machine.offer_at(1_000, seconds=5)

    assert len(machine.done) >= 0.9 * 5 * 256 / 0.8
    await asyncio.gather(*offered)


@in_no_time
async def test_so_many_are_under_way_and_the_others_come_in_their_order() -> None:
    machine = Machine(0.001, at_once=10)
    await asyncio.gather(*[machine.offer(str(number)) for number in range(50)])

    assert machine.most == 10
    assert machine.done == [str(number) for number in range(50)]


@in_no_time
async def test_a_crowd_that_comes_at_once_is_refused_at_once_but_for_those_who_can_be_served() -> (
    None
):
    machine = Machine(0.001)
    crowd = [machine.offer() for _ in range(5_000)]
    await everything_ready()

    assert len(machine.refused) > 4_000
    await asyncio.gather(*crowd)
    assert len(machine.done) + len(machine.refused) == 5_000
    assert len(machine.done) > 300
    assert max(machine.times) < WORK + QUEUE


@in_no_time
async def test_those_who_are_refused_come_back_over_as_long_as_serving_them_takes() -> None:
    few, many = Machine(0.001), Machine(0.001)
    for machine, size in ((few, 1_000), (many, 4_000)):
        await asyncio.gather(*[machine.offer() for _ in range(size)])

    assert {refusal.retry_after for refusal in few.refused} == {1, 2, 3}
    assert {refusal.retry_after for refusal in many.refused} == set(range(1, 9))


@in_no_time
async def test_a_pause_of_the_machine_is_forgotten() -> None:
    machine = Machine(0.001)
    offered = await machine.offer_at(2_000, seconds=1)
    machine.seconds = 1.5  # one piece of work, and all behind it
    offered += await machine.offer_at(2_000, seconds=0.01)
    machine.seconds = 0.001
    offered += await machine.offer_at(2_000, seconds=3)
    before = len(machine.done)
    offered += await machine.offer_at(2_000, seconds=2)

    assert len(machine.done) - before >= 0.9 * 2 / 0.001
    await asyncio.gather(*offered)


@in_no_time
async def test_after_work_that_was_very_slow_it_serves_again_as_before() -> None:
    machine = Machine(2.0)
    await asyncio.gather(*[machine.offer() for _ in range(100)])
    machine.seconds = 0.001
    await asyncio.gather(*await machine.offer_at(2_000, seconds=1))
    before = len(machine.done)

    offered = await machine.offer_at(2_000, seconds=2)

    assert len(machine.done) - before >= 0.9 * 2 / 0.001
    await asyncio.gather(*offered)


class TestWhoLeaves:
    @in_no_time
    async def test_the_queue_is_passed_over(self) -> None:
        machine = Machine(0.01, at_once=8)
        first = [machine.offer("first") for _ in range(8)]
        gone = machine.offer("gone", has_left=lambda: True)
        last = machine.offer("last")

        await asyncio.gather(*first, gone, last)

        assert machine.done == ["first"] * 8 + ["last"]

    @pytest.mark.parametrize("steps", range(8))
    def test_at_whatever_moment_their_turn_comes_holds_nobody_up(self, steps: int) -> None:
        @in_no_time
        async def leave() -> None:
            machine = Machine(0.01, at_once=8)
            first, *others = [machine.offer("first") for _ in range(8)]
            gone, last = machine.offer("gone"), machine.offer("last")
            await first
            for _ in range(steps):
                await asyncio.sleep(0)
            gone.cancel()
            await asyncio.gather(*others, last)

            assert "last" in machine.done
            again = [machine.offer("again") for _ in range(8)]
            await asyncio.gather(*again)
            assert machine.most == 8

        leave()


@in_no_time
async def test_when_work_stops_those_who_have_waited_too_long_are_refused() -> None:
    machine = Machine(3 * QUEUE + 0.1, at_once=8)
    first = [machine.offer("first") for _ in range(8)]
    waiting = machine.offer("late")
    await everything_ready()
    assert not machine.refused

    await asyncio.gather(*first, waiting)

    assert "late" not in machine.done
    assert len(machine.refused) == 1
