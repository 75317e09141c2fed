"""Buyers who reserve and confirm seats, each on a connection of their own, all at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

from kit.api import Account, confirm, reserve
from kit.http_client import Connection

# Reserves and confirms a seat, named by its event and its identifier.
Buy = Callable[[int, str], Awaitable[None]]
Seats = Iterator[tuple[int, str]]


def over_http(connection: Connection, buyer: Account) -> Buy:
    async def buy(event_id: int, seat: str) -> None:
        reservation = await reserve(connection, buyer, event_id, seat)
        await confirm(connection, buyer, reservation["id"])

    return buy


async def pairs_per_second(buyers: Sequence[Buy], seats: Seats, count: int) -> float:
    """How many seats a second these buyers, all at once, reserve and confirm."""
    left = count

    async def shop(buy: Buy) -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await buy(*next(seats))

    started = time.perf_counter()
    await asyncio.gather(*map(shop, buyers))
    return count / (time.perf_counter() - started)
