"""The port that limits repeated failures. Only failures are counted."""

from typing import Protocol

from src.service.user.domain.attempts import Bucket


class FailureLimiter(Protocol):
    async def check(self, *buckets: Bucket) -> None:
        """Raise TooManyAttemptsError while one of them is full; it stays full until its window ends."""
        ...

    async def count(self, *buckets: Bucket) -> None:
        """Count one failure in each. The first begins the window."""
        ...
