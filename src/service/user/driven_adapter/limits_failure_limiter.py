"""Failures counted by the library `limits`: in Redis for all instances, else in this process."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import Redis

from src.platform.redis_clients import store_errors
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.user.app.interface.failure_limiter import FailureLimiter
from src.service.user.domain.attempts import Bucket
from src.service.user.domain.errors import TooManyAttemptsError

logger = structlog.get_logger(__name__)

_PAUSE_SECONDS = 5.0


def redis_limiter(redis: Redis, key_prefix: str) -> FailureLimiter:
    """Count in Redis. Raises StoreUnavailableError."""
    storage = RedisStorage(
        "async+redis://",
        implementation="redispy",
        key_prefix=f"{key_prefix}failures",
        connection_pool=redis.connection_pool,  # type: ignore[arg-type]
    )
    return LimitsFailureLimiter(storage)


def memory_limiter() -> FailureLimiter:
    """Count in this process alone."""
    return LimitsFailureLimiter(MemoryStorage())


class LimitsFailureLimiter(FailureLimiter):
    """Fixed windows, each begun by its first failure and ended by the store's clock."""

    def __init__(self, storage: Storage) -> None:
        self._windows = FixedWindowRateLimiter(storage)

    async def check(self, *buckets: Bucket) -> None:
        with store_errors("Redis"):
            waits = await asyncio.gather(*map(self._wait, buckets))
        for wait, bucket in sorted(zip(waits, buckets, strict=True), key=lambda each: -each[0]):
            if wait > 0:
                raise TooManyAttemptsError(bucket.limit, wait)

    async def count(self, *buckets: Bucket) -> None:
        with store_errors("Redis"):
            for bucket in buckets:
                await self._windows.hit(_item(bucket), bucket.limit.name, bucket.key)

    async def _wait(self, bucket: Bucket) -> int:
        """Whole seconds until the bucket's window ends; 0 when it is not full."""
        item, names = _item(bucket), (bucket.limit.name, bucket.key)
        if await self._windows.test(item, *names):
            return 0
        ends_at = (await self._windows.get_window_stats(item, *names)).reset_time
        wait = math.ceil(ends_at - time.time())
        if wait <= 0:
            # At its very end, or without one: where a crash can cut a script in two, a count may
            # have been left without a time to live. It must not lock anybody out for good.
            await self._windows.clear(item, *names)
        return max(0, wait)


class FailoverFailureLimiter(FailureLimiter):
    """Counts in `shared`; while that does not answer, in `own`, and tries again after a pause."""

    def __init__(
        self,
        shared: FailureLimiter,
        own: FailureLimiter,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shared = shared
        self._own = own
        self._now = now
        self._retry_at = -math.inf

    async def check(self, *buckets: Bucket) -> None:
        await self._call(lambda limiter: limiter.check(*buckets))

    async def count(self, *buckets: Bucket) -> None:
        await self._call(lambda limiter: limiter.count(*buckets))

    async def _call(self, step: Callable[[FailureLimiter], Awaitable[None]]) -> None:
        if self._now() >= self._retry_at:
            try:
                await step(self._shared)
            except StoreUnavailableError as error:
                self._retry_at = self._now() + _PAUSE_SECONDS
                logger.warning("failed logins are counted in this process alone", error=str(error))
            else:
                return
        await step(self._own)


def _item(bucket: Bucket) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(bucket.limit.failures, bucket.limit.window)
