"""The servers that hold the seat state: one, or those of a cluster.

All keys of an event share a hash tag, so they are on one server. Who asks names one of them and says what is
to be sent; which server that is, is settled here.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from redis.asyncio import Redis
from redis.exceptions import MovedError, RedisError

T = TypeVar("T")

# What is sent to a server. With `True`, the server is about to get the slot: ASKING comes first, on the
# same connection, and holds for one command or transaction.
Send = Callable[[Redis, bool], Awaitable[T]]
# The same for many keys of one server, given by their numbers: each has its own answer or error.
SendMany = Callable[[Redis, Sequence[int], bool], Awaitable[Sequence[T | Exception]]]


class Kvrocks(Protocol):
    """Raises the client's errors, and StoreUnavailableError."""

    async def routed(self, key: str, send: Send[T]) -> T:
        """Return what `send` returns for the server that has `key`. It is called again, for another
        one, when a server says that the key is elsewhere: then it has done nothing."""
        ...

    async def routed_each(self, keys: Sequence[str], send: SendMany[T]) -> list[T | Exception]:
        """Send for all keys at the same time, once for each server. What a server of a cluster fails
        with is the answer for its keys, and for no others."""
        ...

    async def servers(self) -> Sequence[Redis]:
        """The servers that have all keys between them; replicas are none."""
        ...

    async def ping(self) -> bool:
        """Return whether all servers answer; raises when none does."""
        ...

    def on_move(self, call: Callable[[], None]) -> None:
        """Call this whenever keys have come to another server. After a failover that server may be
        without the latest writes."""
        ...

    async def aclose(self) -> None: ...


_IS_CLUSTER = "it is one server of a cluster; name all of them, and add ?cluster=true"


class SingleKvrocks(Kvrocks):
    """One server, which has every key."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._has_every_key = False

    async def routed(self, key: str, send: Send[T]) -> T:
        try:
            return await send(self._client, False)
        except MovedError:
            raise RedisError(_IS_CLUSTER) from None

    async def routed_each(self, keys: Sequence[str], send: SendMany[T]) -> list[T | Exception]:
        return list(await send(self._client, range(len(keys)), False)) if keys else []

    async def servers(self) -> Sequence[Redis]:
        return (self._client,)

    async def ping(self) -> bool:
        await self._client.ping()
        if not self._has_every_key:
            found = await self._client.info("cluster")
            if found.get("cluster_enabled") == 1:
                raise RedisError(_IS_CLUSTER)
            self._has_every_key = True
        return True

    def on_move(self, call: Callable[[], None]) -> None:
        """There is no other server."""

    async def aclose(self) -> None:
        await self._client.aclose(close_connection_pool=True)
