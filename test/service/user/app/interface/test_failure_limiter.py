"""Failures fill a bucket, and the window's end empties it."""

import time

import pytest

from src.service.user.app.interface.failure_limiter import FailureLimiter
from src.service.user.domain.attempts import Bucket, Limit
from src.service.user.domain.errors import TooManyAttemptsError
from src.service.user.driven_adapter.limits_failure_limiter import memory_limiter, redis_limiter
from test.fake.users import FakeFailureLimiter
from test.support.waiting import eventually

THREE = Limit("three", 3, 60)
ONE = Limit("one", 1, 20)


def bucket(limit: Limit = THREE, key: str = "ann") -> Bucket:
    return Bucket(limit, key)


@pytest.fixture(params=["fake", "memory", "Redis"])
def limiter(request: pytest.FixtureRequest) -> FailureLimiter:
    if request.param == "fake":
        return FakeFailureLimiter(time.monotonic)
    if request.param == "memory":
        return memory_limiter()
    return redis_limiter(request.getfixturevalue("redis"), request.getfixturevalue("prefix"))


class TestABucket:
    async def test_is_full_after_so_many_failures(self, limiter: FailureLimiter) -> None:
        began = time.monotonic()
        for _ in range(3):
            await limiter.check(bucket())
            await limiter.count(bucket())

        with pytest.raises(TooManyAttemptsError) as refused:
            await limiter.check(bucket())

        assert refused.value.limit == THREE
        assert 58 - (time.monotonic() - began) <= refused.value.wait <= 60

    async def test_is_one_of_its_own(self, limiter: FailureLimiter) -> None:
        for _ in range(3):
            await limiter.count(bucket())

        await limiter.check(bucket(key="bob"))
        await limiter.check(bucket(Limit("other", 3, 60)))

    async def test_is_empty_again_when_its_window_has_ended(self, limiter: FailureLimiter) -> None:
        """Whatever was tried meanwhile: the wait never grows."""
        short = bucket(Limit("short", 2, 2))
        waits = []

        async def is_empty() -> bool:
            try:
                await limiter.check(short)
            except TooManyAttemptsError as refused:
                waits.append(refused.wait)
                return False
            return True

        async def is_full() -> bool:
            """False when the window was over before both were counted."""
            for _ in range(2):
                await limiter.count(short)
            return not await is_empty()

        await eventually(is_full, what="a full bucket")
        await eventually(is_empty, what="the window's end")
        assert max(waits) <= 2

    async def test_that_is_full_is_enough_and_the_longest_wait_is_told(
        self, limiter: FailureLimiter
    ) -> None:
        await limiter.count(bucket(ONE), bucket(), bucket(), bucket())

        for order in ((bucket(ONE), bucket()), (bucket(), bucket(ONE))):
            with pytest.raises(TooManyAttemptsError) as refused:
                await limiter.check(*order, bucket(key="empty"))
            assert refused.value.limit == THREE

    async def test_is_not_needed(self, limiter: FailureLimiter) -> None:
        await limiter.check()
        await limiter.count()
