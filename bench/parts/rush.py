"""A rush: many buyers who take what is best, against as many who name their seats."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from bench.comparison import Comparison, alternate
from bench.server_process import Service, running_service
from bench.table import Row, Unit, at_least, compared
from kit.api import Account, Size, confirm, create_event, sign_up, sign_up_many
from kit.http_client import Connection

_BUYERS = 64
_QUANTITY = 2
_PAIRS = 600
_TIMES = 5

# What a buyer asks for, anew each time.
Wish = Callable[[], dict[str, Any]]
Rate = Callable[[], Awaitable[float]]


async def measure() -> Sequence[Row]:
    rows = []
    for seats, size in {"50,000": Size(100, 25, 20), "100,000": Size(200, 25, 20)}.items():
        for workers in (1, 2):
            with running_service(workers=workers) as service:
                sale = await _Sale.open(service, size)
                name = f"{_BUYERS} buyers of {_QUANTITY} of {seats} seats, {workers} process"
                name += "es" if workers > 1 else ""
                rows.append(await _row(f"{name}: best / named", sale.named, sale.best))
                rows.append(
                    await _row(
                        f"{name}: best of a subsection / named", sale.named, sale.best_of_one
                    )
                )
                if (seats, workers) == ("50,000", 1):
                    rows += await _half_and_half(name, sale)
                sale.close()
    return rows


async def _row(name: str, of_named: Rate, of_best: Rate) -> Row:
    return compared(name, await _in_turn(of_named, of_best), Unit.PER_SECOND, at_least(0.9))


async def _half_and_half(name: str, sale: "_Sale") -> list[Row]:
    """Half of them name their seats, half take the best: what each half gets, against half of what
    all of them get when all do the same."""
    mixed: list[tuple[float, float]] = []
    named_alone, best_alone = [], []
    for _ in range(_TIMES):
        named_alone.append(await sale.named() / 2)
        best_alone.append(await sale.best() / 2)
        mixed.append(await sale.rates_of_halves())
    return [
        compared(
            f"{name}, half of them named: the {kind} ones / half of all {kind}",
            Comparison(tuple(alone), tuple(together)),
            Unit.PER_SECOND,
            at_least(0.8),
        )
        for kind, alone, together in (
            ("named", named_alone, [named for named, _ in mixed]),
            ("best", best_alone, [best for _, best in mixed]),
        )
    ]


async def _in_turn(floor: Rate, service: Rate) -> Comparison:
    await floor(), await service()
    return await alternate(floor, service, times=_TIMES)


class _Sale:
    """Events on sale, and buyers with a connection each. Who names seats has an event of their own,
    so that they never meet those who take the best."""

    def __init__(
        self,
        size: Size,
        events: tuple[int, int],
        buyers: Sequence[tuple[Connection, Account]],
        seller: Connection,
    ) -> None:
        self._size = size
        self._named_event, self._best_event = events
        self._pairs: Iterator[int] = iter(range(size.seats // _QUANTITY))
        self._seller = seller
        self.buyers = buyers

    @classmethod
    async def open(cls, service: Service, size: Size) -> "_Sale":
        first = await Connection.open(service.port)
        seller = await sign_up(first, "seller")
        events = await create_event(first, seller, size), await create_event(first, seller, size)
        accounts = await sign_up_many(service.port, "buyer", _BUYERS)
        buyers = [(await Connection.open(service.port), account) for account in accounts]
        return cls(size, events, buyers, first)

    def close(self) -> None:
        for connection in [self._seller, *(connection for connection, _ in self.buyers)]:
            connection.close()

    async def named(self) -> float:
        return await self.rate(self.buyers, self.named_seats)

    async def best(self) -> float:
        return await self.rate(self.buyers, self.best_seats)

    async def best_of_one(self) -> float:
        return await self.rate(self.buyers, self.best_seats_of_one)

    def named_seats(self) -> dict[str, Any]:
        place, subsection = divmod(next(self._pairs), self._size.subsections)
        numbers = range(place * _QUANTITY, (place + 1) * _QUANTITY)
        seats = [self._size.seat(n * self._size.subsections + subsection) for n in numbers]
        return {"event_id": self._named_event, "seats": seats}

    def best_seats(self) -> dict[str, Any]:
        return {"event_id": self._best_event, "quantity": _QUANTITY}

    def best_seats_of_one(self) -> dict[str, Any]:
        subsection = random.randint(1, self._size.subsections)  # noqa: S311 - no secret
        return {**self.best_seats(), "section": "A", "subsection": subsection}

    async def rate(self, buyers: Sequence[tuple[Connection, Account]], wish: Wish) -> float:
        """How many reservations a second these buyers make and confirm."""
        left = _PAIRS

        async def shop(connection: Connection, buyer: Account) -> None:
            nonlocal left
            while left > 0:
                left -= 1
                await _buy(connection, buyer, wish())

        started = time.perf_counter()
        await asyncio.gather(*(shop(*buyer) for buyer in buyers))
        return _PAIRS / (time.perf_counter() - started)

    async def rates_of_halves(self) -> tuple[float, float]:
        """Of those who name seats and of those who take the best, at the same time, until one
        half has made its reservations."""
        halves = ((self.buyers[::2], self.named_seats), (self.buyers[1::2], self.best_seats))
        made = [0, 0]

        async def shop(half: int, connection: Connection, buyer: Account) -> None:
            while max(made) < _PAIRS:
                await _buy(connection, buyer, halves[half][1]())
                made[half] += 1

        started = time.perf_counter()
        await asyncio.gather(*(shop(i, *b) for i, (buyers, _) in enumerate(halves) for b in buyers))
        seconds = time.perf_counter() - started
        return made[0] / seconds, made[1] / seconds


async def _buy(connection: Connection, buyer: Account, wanted: dict[str, Any]) -> None:
    answer = await connection.request("POST", "/api/reservation", wanted, token=buyer.token)
    await confirm(connection, buyer, answer.json()["id"])
