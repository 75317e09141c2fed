"""A time limit on waits that come one after the other."""

import asyncio

from src.service.shared_kernel.watchdog import Watchdog
from test.fake.clock import in_no_time


class Watched:
    def __init__(self) -> None:
        self.timeouts: list[float] = []
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self.watchdog = Watchdog(lambda: self.timeouts.append(self.now))

    @property
    def now(self) -> float:
        return round(self._loop.time() - self._began, 3)


@in_no_time
async def test_a_wait_that_lasts_too_long_is_told_of_once() -> None:
    watched = Watched()

    watched.watchdog.start(5)
    await asyncio.sleep(60)

    assert watched.timeouts == [5]
    assert not watched.watchdog.running


@in_no_time
async def test_a_wait_that_ends_in_time_is_not_told_of() -> None:
    watched = Watched()

    for _ in range(20):
        watched.watchdog.start(5)
        await asyncio.sleep(4)
        assert watched.watchdog.running
        watched.watchdog.stop()
    await asyncio.sleep(60)

    assert watched.timeouts == []


@in_no_time
async def test_each_wait_has_all_of_its_time() -> None:
    watched = Watched()

    watched.watchdog.start(5)
    await asyncio.sleep(4)
    watched.watchdog.stop()
    watched.watchdog.start(5)
    await asyncio.sleep(60)

    assert watched.timeouts == [9]


@in_no_time
async def test_a_shorter_wait_after_a_longer_one_ends_earlier() -> None:
    watched = Watched()

    watched.watchdog.start(30)
    watched.watchdog.start(2)
    await asyncio.sleep(60)

    assert watched.timeouts == [2]


@in_no_time
async def test_one_that_was_told_of_may_be_followed_by_another() -> None:
    watched = Watched()

    for _ in range(3):
        watched.watchdog.start(5)
        await asyncio.sleep(10)

    assert watched.timeouts == [5, 15, 25]


@in_no_time
async def test_a_closed_one_says_nothing() -> None:
    watched = Watched()

    watched.watchdog.start(5)
    watched.watchdog.close()
    await asyncio.sleep(60)

    assert watched.timeouts == []
