"""Looking into the stores behind the service's back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from typing import Any

import asyncpg
import redis
from sqlalchemy.engine import make_url

from src.platform.advisory_locks import RECONCILE
from src.platform.settings import Settings
from src.platform.store_urls import ClusterUrl
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SubsectionKey


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection to PostgreSQL."""
    assert settings.database_url
    url = make_url(settings.database_url).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        yield connection
    finally:
        await connection.close()


def query(settings: Settings, statement: str, *values: Any) -> list[asyncpg.Record]:
    """Run one SQL statement and return its rows."""

    async def run() -> list[asyncpg.Record]:
        async with connected(settings) as connection:
            return list(await connection.fetch(statement, *values))

    return asyncio.run(run())


def kvrocks(settings: Settings) -> redis.Redis | redis.RedisCluster:
    """A client of the store that holds the seats; close it."""
    assert settings.kvrocks_url
    cluster = ClusterUrl.of(settings.kvrocks_url)
    if cluster is not None:
        return redis.RedisCluster.from_url(cluster.of_server(cluster.servers[0]), protocol=2)
    return redis.Redis.from_url(settings.kvrocks_url, protocol=2)


@contextmanager
def unmended(settings: Settings, event_id: int) -> Iterator[None]:
    """Inside the block no service mends the event's seats: it is our turn."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            connection = runner.run(stack.enter_async_context(connected(settings)))
            turn = "SELECT pg_advisory_lock($1::int, $2::int)"
            runner.run(connection.execute(turn, RECONCILE, event_id))
            yield
        finally:
            runner.run(stack.aclose())


class SeatStore:
    """An event's keys in Kvrocks, to be read and spoiled."""

    def __init__(self, settings: Settings, event_id: int) -> None:
        self._settings = settings
        self._names = SeatStateKeys(settings.key_prefix)
        self._event_id = EventId(event_id)

    @property
    def channel(self) -> str:
        return self._names.channel(self._event_id)

    def keys(self) -> list[bytes]:
        pattern = self._names.layout(self._event_id).removesuffix("layout") + "*"
        with closing(kvrocks(self._settings)) as client:
            return sorted(client.scan_iter(pattern, count=1000))

    def read(self, subsection: str = "A-1") -> bytes:
        with closing(kvrocks(self._settings)) as client:
            seats = client.get(self._seats(subsection))
        assert isinstance(seats, bytes)
        return seats

    def write(self, index: int, status: bytes, subsection: str = "A-1") -> None:
        """Put one seat's byte, without a new version: nobody is told."""
        with closing(kvrocks(self._settings)) as client:
            client.setrange(self._seats(subsection), index, status)

    def put_layout(self, layout: bytes) -> None:
        self._put(self._names.layout(self._event_id), layout)

    def put_version(self, version: bytes) -> None:
        self._put(self._names.version(self._event_id), version)

    def put_seats(self, seats: bytes, subsection: str = "A-1") -> None:
        self._put(self._seats(subsection), seats)

    def _put(self, key: str, value: bytes) -> None:
        with closing(kvrocks(self._settings)) as client:
            client.set(key, value)

    def remove(self, key: str) -> None:
        with closing(kvrocks(self._settings)) as client:
            client.delete(key)

    def contents(self) -> dict[bytes, bytes]:
        """Every string among the event's keys."""
        keys = [key for key in self.keys() if not key.endswith(b":pending")]
        with closing(kvrocks(self._settings)) as client:
            values = client.mget(keys)
        return {
            key: value for key, value in zip(keys, values, strict=True) if isinstance(value, bytes)
        }

    def subscriptions(self) -> int:
        """How many connections listen to the event's channel."""
        assert self._settings.redis_url
        with redis.Redis.from_url(self._settings.redis_url, protocol=2) as client:
            [(_, count)] = client.pubsub_numsub(self.channel)
            return int(count)

    def _seats(self, subsection: str) -> str:
        section, _, number = subsection.rpartition("-")
        return self._names.seats(self._event_id, SubsectionKey(section, int(number)))
