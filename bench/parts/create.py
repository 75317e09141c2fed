"""Creating an event, against a COPY of the same rows and one round trip to Kvrocks."""

import time
from collections.abc import Sequence

import asyncpg
from redis.asyncio import Redis

from bench import stores
from bench.comparison import alternate
from bench.server_process import running_service
from bench.table import Row, Unit, at_most, compared
from kit.api import Account, Size, create_event, sign_up
from kit.http_client import Connection
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state_keys import Layout, SeatStateKeys
from src.service.shared_kernel.seating import SeatingConfig, Section

# Size, how often, and at most how many times the floor.
_CASES = (
    (Size(1, 25, 20), 15, 3.0),
    (Size(10, 25, 20), 9, 1.7),
    (Size(100, 25, 20), 5, 1.3),
)
_COLUMNS = ("event_id", "section", "subsection", "row", "seat", "price", "status")
_KEYS = SeatStateKeys("floor:")


async def measure() -> Sequence[Row]:
    rows = []
    with running_service() as service:
        connection = await Connection.open(service.port)
        seller = await sign_up(connection, "seller")
        async with stores.opened(service) as (database, kvrocks):
            for size, times, limit in _CASES:
                floor = _Floor(database, kvrocks, size, await _bare_event(database, seller))

                async def create(size: Size = size) -> float:
                    started = time.perf_counter()
                    await create_event(connection, seller, size)
                    return (time.perf_counter() - started) * 1e3

                await floor.create(), await create()
                found = await alternate(floor.create, create, times=times)
                rows.append(
                    compared(
                        f"create an event, {size.seats:,} seats",
                        found,
                        Unit.MILLISECONDS,
                        at_most(limit),
                    )
                )
        connection.close()
    return rows


class _Floor:
    """The tickets are ready in memory; the event that they belong to is there already."""

    def __init__(
        self, database: asyncpg.Connection, kvrocks: Redis, size: Size, event_id: int
    ) -> None:
        self._database = database
        self._kvrocks = kvrocks
        self._event_id = EventId(event_id)
        self._config = SeatingConfig(size.rows, size.cols, (Section("A", 2000, size.subsections),))
        self._tickets = [(event_id, *seat, 2000, "available") for seat in self._config.seats()]

    async def create(self) -> float:
        """Return the milliseconds; what was written is removed afterwards."""
        started = time.perf_counter()
        async with self._database.transaction("create an event"):
            await self._database.copy_records_to_table(
                "ticket", columns=_COLUMNS, records=self._tickets
            )
        await self._write_seats()
        taken = (time.perf_counter() - started) * 1e3
        await self._database.execute("DELETE FROM ticket WHERE event_id = $1", self._event_id)
        return taken

    async def _write_seats(self) -> None:
        free = b"0" * self._config.seats_per_subsection
        async with self._kvrocks.pipeline(transaction=True) as steps:
            for subsection in self._config.subsections:
                steps.set(_KEYS.seats(self._event_id, subsection), free)
            steps.set(_KEYS.version(self._event_id), 1)
            steps.set(_KEYS.layout(self._event_id), Layout(1, closed=False).to_json(self._config))
            await steps.execute()


async def _bare_event(database: asyncpg.Connection, seller: Account) -> int:
    event_id: int = await database.fetchval(
        """
        INSERT INTO event (name, description, seller_id, venue_name, seating_config, status)
        VALUES ('Floor', 'Floor', $1, 'Floor', '{}', 'draft') RETURNING id
        """,
        seller.id,
    )
    return event_id
