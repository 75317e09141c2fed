"""Callers who ask for the same thing while it is being read share the next read."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from src.platform.grouping import Grouping

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")

_ANY_NUMBER = 2**31


class SharedReads(Generic[Key, Answer]):
    """No cache: what a caller gets was read after they asked. Each key has one read under way at
    most, whatever the number of callers, and no key waits for another's. Whoever has no answer
    after `limit` seconds gets `too_late()`."""

    def __init__(
        self,
        read: Callable[[Key], Awaitable[Answer]],
        *,
        limit: float,
        too_late: Callable[[], Exception],
    ) -> None:
        self._read = read
        self._limit = limit
        self._too_late = too_late
        # A key is forgotten with the last who asks for it.
        self._groups: WeakValueDictionary[Key, Grouping[None, Answer]] = WeakValueDictionary()

    async def ask(self, key: Key) -> Answer:
        """Return what reading `key` gives, or raise what it raises."""
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Grouping(
                partial(self._answer_all, key),
                largest=_ANY_NUMBER,
                limit=self._limit,
                too_late=lambda _asked: self._too_late(),
            )
        return await group.ask(None)

    async def _answer_all(self, key: Key, askers: Sequence[None]) -> Sequence[Answer]:
        return [await self._read(key)] * len(askers)
