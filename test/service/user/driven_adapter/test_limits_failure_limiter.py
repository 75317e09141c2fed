"""Failures fill a bucket, the window's end empties it, and a missing store changes neither."""

import time
import uuid
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from src.platform.redis_clients import make_client
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.user.app.interface.failure_limiter import FailureLimiter
from src.service.user.domain.attempts import Bucket, Limit
from src.service.user.domain.errors import TooManyAttemptsError
from src.service.user.driven_adapter.limits_failure_limiter import (
    FailoverFailureLimiter,
    memory_limiter,
    redis_limiter,
)
from test.fake.users import FakeFailureLimiter
from test.support.infrastructure import Infrastructure
from test.support.ports import free_port
from test.support.waiting import PATIENCE, eventually

THREE = Limit("three", 3, 60)
ONE = Limit("one", 1, 20)


def bucket(limit: Limit = THREE, key: str = "ann") -> Bucket:
    return Bucket(limit, key)


@pytest.fixture
async def redis(infrastructure: Infrastructure) -> AsyncIterator[Redis]:
    async with make_client(infrastructure.redis_url, pool_size=4, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def prefix() -> str:
    return f"test-{uuid.uuid4().hex}:"


@pytest.fixture(params=["redis", "memory"])
def limiter(request: pytest.FixtureRequest, redis: Redis, prefix: str) -> FailureLimiter:
    return redis_limiter(redis, prefix) if request.param == "redis" else memory_limiter()


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


class TestInRedis:
    async def test_instances_count_together(self, redis: Redis, prefix: str) -> None:
        one, other = redis_limiter(redis, prefix), redis_limiter(redis, prefix)
        await one.count(bucket(), bucket())
        await other.count(bucket())

        for each in (one, other):
            with pytest.raises(TooManyAttemptsError):
                await each.check(bucket())

    async def test_nothing_is_kept_for_longer_than_a_window(
        self, redis: Redis, prefix: str
    ) -> None:
        await redis_limiter(redis, prefix).count(bucket(), bucket(ONE))

        keys = [key async for key in redis.scan_iter(f"{prefix}*")]

        shorter, longer = sorted([await redis.ttl(key) for key in keys])
        assert 0 < shorter <= 20 < longer <= 60

    async def test_a_count_that_a_crash_left_without_an_end_locks_nobody_out(
        self, redis: Redis, prefix: str
    ) -> None:
        limiter = redis_limiter(redis, prefix)
        for _ in range(3):
            await limiter.count(bucket())
        [key] = [key async for key in redis.scan_iter(f"{prefix}*")]
        await redis.persist(key)

        await limiter.check(bucket())

        assert not await redis.exists(key)

    async def test_a_server_that_is_not_there_is_said_to_be_unavailable(self) -> None:
        nowhere = make_client(f"redis://127.0.0.1:{free_port()}/0", pool_size=2, timeout=1)
        limiter = redis_limiter(nowhere, "")

        for ask in (limiter.check, limiter.count):
            with pytest.raises(StoreUnavailableError):
                await ask(bucket())


class TestWhenTheSharedStoreFails:
    @pytest.fixture
    def shared(self) -> FakeFailureLimiter:
        return FakeFailureLimiter()

    @pytest.fixture
    def own(self) -> FakeFailureLimiter:
        return FakeFailureLimiter()

    async def test_nothing_is_asked_of_the_own_one_before(
        self, shared: FakeFailureLimiter, own: FakeFailureLimiter
    ) -> None:
        limiter = FailoverFailureLimiter(shared, own)

        await limiter.check(bucket())
        await limiter.count(bucket())

        assert shared.journal == ["check", "count"]
        assert own.journal == []

    async def test_the_limit_holds_by_the_own_one(
        self, shared: FakeFailureLimiter, own: FakeFailureLimiter
    ) -> None:
        shared.fails_with = dict.fromkeys(["check", "count"], StoreUnavailableError("Redis"))
        limiter = FailoverFailureLimiter(shared, own)
        for _ in range(3):
            await limiter.check(bucket())
            await limiter.count(bucket())

        with pytest.raises(TooManyAttemptsError):
            await limiter.check(bucket())

    async def test_it_is_left_alone_for_a_while_and_then_looked_at_again(
        self, shared: FakeFailureLimiter, own: FakeFailureLimiter
    ) -> None:
        now = [100.0]
        limiter = FailoverFailureLimiter(shared, own, now=lambda: now[0])
        shared.fails_with["check"] = StoreUnavailableError("Redis")
        await limiter.check(bucket())
        shared.fails_with.clear()

        now[0] = 104.9
        await limiter.check(bucket())
        assert (shared.journal, own.journal) == (["check"], ["check", "check"])
        now[0] = 105.0
        await limiter.check(bucket())
        assert (shared.journal, own.journal) == (["check", "check"], ["check", "check"])

    async def test_a_refusal_is_no_failure_of_the_store(
        self, shared: FakeFailureLimiter, own: FakeFailureLimiter
    ) -> None:
        limiter = FailoverFailureLimiter(shared, own)
        await shared.count(bucket(ONE))

        with pytest.raises(TooManyAttemptsError):
            await limiter.check(bucket(ONE))

        assert own.journal == []
