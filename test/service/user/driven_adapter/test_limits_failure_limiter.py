"""Failures counted in Redis, and in this process while Redis does not answer."""

import pytest
from redis.asyncio import Redis

from kit.ports import free_port
from src.platform.redis_clients import make_client
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.user.domain.attempts import Bucket, Limit
from src.service.user.domain.errors import TooManyAttemptsError
from src.service.user.driven_adapter.limits_failure_limiter import (
    FailoverFailureLimiter,
    redis_limiter,
)
from test.fake.users import FakeFailureLimiter

THREE = Limit("three", 3, 60)
ONE = Limit("one", 1, 20)


def bucket(limit: Limit = THREE, key: str = "ann") -> Bucket:
    return Bucket(limit, key)


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
