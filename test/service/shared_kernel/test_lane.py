"""A bounded queue: nobody waits in vain for long, and nobody who left is worked for."""

import asyncio

import pytest

from src.service.shared_kernel.errors import OverloadedError, StoreUnavailableError
from src.service.shared_kernel.lane import Lane
from test.fake.clock import everything_ready, in_no_time


class Works:
    """Pieces of work in a lane, each of which takes a second. `begun` and `ended` have the names."""

    def __init__(self, at_once: int = 1, timeout: float = 60.0) -> None:
        self._lane = Lane("sign in", at_once=at_once, timeout=timeout)
        self.begun: list[str] = []
        self.ended: list[str] = []

    def submit(
        self, name: str, *, seconds: float = 1.0, error: Exception | None = None
    ) -> asyncio.Task[str]:
        async def work() -> str:
            self.begun.append(name)
            await asyncio.sleep(seconds)
            self.ended.append(name)
            if error is not None:
                raise error
            return f"did {name}"

        return asyncio.ensure_future(self._lane.run(work))

    async def have_done(self, seconds: float) -> None:
        """Let the lane learn how long its slots are held."""
        await self.submit("before", seconds=seconds)
        self.begun.clear()
        self.ended.clear()


def now() -> float:
    return asyncio.get_running_loop().time()


@in_no_time
async def test_so_many_run_at_once_and_the_others_in_the_order_in_which_they_came() -> None:
    works = Works(at_once=2)
    submitted = [works.submit("a", seconds=3), *map(works.submit, "bcd")]
    await everything_ready()
    assert works.begun == ["a", "b"]

    assert await asyncio.gather(*submitted) == ["did a", "did b", "did c", "did d"]

    assert works.begun == ["a", "b", "c", "d"]
    assert works.ended == ["b", "c", "a", "d"]


@in_no_time
async def test_an_error_of_the_work_is_its_callers_alone_and_releases_the_slot() -> None:
    works = Works()
    first, second = works.submit("a", error=ValueError("broken")), works.submit("b")

    with pytest.raises(ValueError, match="broken"):
        await first
    assert await second == "did b"


class TestAFullLane:
    @in_no_time
    async def test_refuses_who_got_no_slot_in_time(self) -> None:
        works = Works(timeout=2)
        works.submit("a", seconds=5)
        late = works.submit("b")

        with pytest.raises(OverloadedError) as refused:
            await late

        assert now() == 2
        assert str(refused.value).startswith("Too many people want to sign in ")
        assert 1 <= refused.value.retry_after <= 3
        assert works.begun == ["a"]

    @in_no_time
    async def test_refuses_at_once_who_cannot_get_a_slot_in_time(self) -> None:
        works = Works(at_once=2, timeout=2.2)
        await works.have_done(seconds=1)
        began = now()
        submitted = [works.submit(str(number)) for number in range(7)]

        with pytest.raises(OverloadedError):
            await submitted[-1]

        assert now() == began
        await asyncio.gather(*submitted[:-1])
        assert len(works.ended) == 6

    @in_no_time
    async def test_gives_a_free_slot_to_who_comes_however_long_slots_are_held(self) -> None:
        works = Works(timeout=2)
        await works.have_done(seconds=50)

        assert await works.submit("a") == "did a"

    @in_no_time
    async def test_learns_when_slots_are_held_for_a_short_time_again(self) -> None:
        works = Works(timeout=2)
        await works.have_done(seconds=5)
        for _ in range(2):
            await works.submit("a", seconds=0.1)

        assert await asyncio.gather(*map(works.submit, "bc")) == ["did b", "did c"]


class TestWhoLeaves:
    @in_no_time
    async def test_the_line_costs_nothing_and_holds_nobody_up(self) -> None:
        works = Works()
        first, gone, last = map(works.submit, "abc")
        await everything_ready()

        gone.cancel()

        assert list(await asyncio.gather(first, last)) == ["did a", "did c"]
        assert works.begun == ["a", "c"]

    @in_no_time
    async def test_the_line_makes_it_shorter(self) -> None:
        works = Works(timeout=2.2)
        await works.have_done(seconds=1)
        works.submit("a")
        waiting = [works.submit(name) for name in "bc"]
        await everything_ready()
        with pytest.raises(OverloadedError):
            await works.submit("d")

        waiting[0].cancel()
        await everything_ready()

        assert await works.submit("e") == "did e"

    @pytest.mark.parametrize("steps", range(8))
    def test_at_whatever_moment_the_slot_is_given_on(self, steps: int) -> None:
        """Also just when it is being given to them."""

        @in_no_time
        async def leave() -> None:
            works = Works()
            first, gone, last = map(works.submit, "abc")
            await first
            for _ in range(steps):
                await asyncio.sleep(0)
            gone.cancel()

            assert await last == "did c"

        leave()

    @in_no_time
    async def test_work_that_has_begun_has_it_finished_and_holds_the_slot(self) -> None:
        works = Works()
        gone, last = works.submit("a"), works.submit("b")
        await everything_ready()

        gone.cancel()
        await everything_ready()

        assert gone.cancelled()
        assert works.begun == ["a"]
        assert await last == "did b"
        assert works.ended == ["a", "b"]
        assert now() == 2


class TestASilentStore:
    @in_no_time
    async def test_fails_the_queue_together_with_who_got_no_answer(self) -> None:
        works = Works()
        submitted = [
            works.submit("a", error=StoreUnavailableError("Kvrocks")),
            *map(works.submit, "bc"),
        ]

        for each in submitted:
            with pytest.raises(StoreUnavailableError, match="Kvrocks does not answer"):
                await each

        assert now() == 1
        assert works.begun == ["a"]

    @in_no_time
    async def test_is_tried_again_for_who_comes_later(self) -> None:
        works = Works()
        with pytest.raises(StoreUnavailableError):
            await works.submit("a", error=StoreUnavailableError("Kvrocks"))

        assert await works.submit("b") == "did b"
