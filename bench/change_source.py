"""What makes the state change that streams tell of: a reservation, or a request to the floor."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Self

from kit.api import Account, Size, create_event, reserve, sign_up
from kit.http_client import Connection

# Makes one change; returns the version that it leads to, and when it was made at the latest.
Change = Callable[[], Awaitable[tuple[int, float]]]

SIZE = Size(10, 25, 20)


class Reservations:
    """One buyer who reserves one seat after the other of an event of their own."""

    def __init__(
        self,
        connection: Connection,
        buyer: Account,
        event_id: int,
        version: int,
        seats: Iterator[str],
    ) -> None:
        self.event_id = event_id
        self._connection = connection
        self._buyer = buyer
        self._version = version
        self._seats = seats

    @classmethod
    async def of_new_event(
        cls, connection: Connection, *, subsections: int = SIZE.subsections
    ) -> Self:
        """Of seats that go round the first so many subsections."""
        seller, buyer = await sign_up(connection, "seller"), await sign_up(connection, "buyer")
        event_id = await create_event(connection, seller, SIZE)
        status = await connection.get(f"/api/event/{event_id}/all_subsection_status")
        numbers = range(SIZE.seats)
        seats = (SIZE.seat(n) for n in numbers if n % SIZE.subsections < subsections)
        return cls(connection, buyer, event_id, status.json()["version"], seats)

    @property
    def seats_stream(self) -> str:
        return f"/api/event/{self.event_id}/sections/A/subsection/1/seats/sse"

    @property
    def stream(self) -> str:
        return f"/api/event/{self.event_id}/all_subsection_status/sse"

    async def make(self) -> tuple[int, float]:
        """The time is that of Postgres when its statement began: the commit comes after it."""
        seat = next(self._seats)
        reservation = await reserve(self._connection, self._buyer, self.event_id, seat)
        self._version += 1
        return self._version, datetime.fromisoformat(reservation["created_at"]).timestamp()


def floor_changes(connection: Connection) -> Change:
    async def make() -> tuple[int, float]:
        change = (await connection.request("POST", "/change")).json()
        return change["version"], change["at"]

    return make


async def at_rate(make: Change, per_second: float, count: int) -> dict[int, float]:
    """Make `count` changes at even distances; return the time of each version."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    made: dict[int, float] = {}
    for number in range(count):
        await asyncio.sleep(started + number / per_second - loop.time())
        version, at = await make()
        made[version] = at
    return made
