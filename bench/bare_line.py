"""A line without the service: joins in groups, as the service groups them, each group one INSERT."""

from collections.abc import Sequence

import asyncpg

from src.platform.batching import Batcher
from src.service.shared_kernel.ids import UserId

_LARGEST_BATCH = 256
_TIMEOUT_SECONDS = 60.0

# `LIKE` takes over everything but the foreign keys.
_TABLE = """
    CREATE TABLE bare_entry (
        LIKE line_entry INCLUDING ALL,
        FOREIGN KEY (event_id) REFERENCES waiting_line, FOREIGN KEY (buyer_id) REFERENCES "user"
    )
"""
_JOIN = """
    INSERT INTO bare_entry (event_id, buyer_id, entry)
    SELECT $1, buyer_id, entry FROM unnest($2::bigint[], $3::bigint[]) AS q(buyer_id, entry)
"""


async def make_bare_lines(database: asyncpg.Connection) -> None:
    await database.execute(_TABLE)


class BareLine:
    """The line of an event, in a table like the service's; nobody else joins it."""

    def __init__(self, database: asyncpg.Connection, event_id: int) -> None:
        self._database = database
        self._event_id = event_id
        self._joined = 0
        self._joins: Batcher[UserId, int] = Batcher(
            self._join_batch,
            largest=_LARGEST_BATCH,
            timeout=_TIMEOUT_SECONDS,
            on_timeout=lambda _sent: TimeoutError(),
        )

    @classmethod
    async def begin(cls, database: asyncpg.Connection, event_id: int) -> "BareLine":
        await database.execute("INSERT INTO waiting_line (event_id) VALUES ($1)", event_id)
        return cls(database, event_id)

    async def join(self, buyer: UserId) -> int:
        """Return the entry."""
        return await self._joins.submit(buyer)

    async def _join_batch(self, buyers: Sequence[UserId]) -> Sequence[int]:
        entries = range(self._joined + 1, self._joined + len(buyers) + 1)
        self._joined += len(buyers)
        await self._database.execute(_JOIN, self._event_id, buyers, entries)
        return entries
