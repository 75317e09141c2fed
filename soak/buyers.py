"""Buyers and sellers who do what people do, at random but repeatably, and keep a journal."""

import asyncio
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kit.api import Account, Size, event_request
from kit.http_client import Answer
from soak.client import NO_ANSWER, Client
from soak.journal import Journal, Told, ToldOfEvent

_TRIES = 4
_SMALL = Size(subsections=2, rows=2, cols=4)
# Of the events that came on sale last, so many are wanted: some of those are closing just now. However
# long it goes on, there are buyers for each.
_NEWEST = 4


@dataclass(frozen=True, slots=True)
class Sale:
    """An event that buyers want seats of."""

    event_id: int
    size: Size
    scarce: bool


class Buyer:
    def __init__(
        self,
        account: Account,
        client: Client,
        sales: Sequence[Sale],
        journal: Journal,
        chance: random.Random,
        *,
        pause: float,
        confirms: float = 0.4,
    ) -> None:
        """`pause` is the mean of the seconds between two requests; `confirms` is how often a
        reservation is confirmed where seats are not scarce."""
        self._account = account
        self._client = client
        self._sales = sales
        self._journal = journal
        self._chance = chance
        self._pause = pause
        self._confirms = confirms

    async def shop(self, until: Callable[[], bool]) -> None:
        while not until():
            await self._think()
            await self._buy_once()

    async def _buy_once(self) -> None:
        sale = self._chance.choice(wanted_of(self._sales))
        told = await self._reserve(sale)
        if told is None:
            return
        await self._think()
        does = self._chance.random()
        if does < (0.05 if sale.scarce else self._confirms):
            await self._end(told.confirm, "POST", f"/api/reservation/{told.id}/confirm", "confirm")
        elif does < 0.7:
            await self._end(told.release, "DELETE", f"/api/reservation/{told.id}", "release")
        # else it is left to expire

    async def _reserve(self, sale: Sale) -> Told | None:
        count = self._chance.randint(1, 3)
        wanted: dict[str, object] = {"event_id": sale.event_id}
        if self._chance.random() < 0.5:
            wanted["quantity"] = count
        else:
            first = self._chance.randrange(sale.size.seats)
            numbers = {(first + i) % sale.size.seats for i in range(count)}
            wanted["seats"] = sorted(map(sale.size.seat, numbers))
        key = uuid.UUID(int=self._chance.getrandbits(128)).hex
        answer = None
        for _ in range(_TRIES):
            answer = await self._client.ask(
                "POST", "/api/reservation", wanted, token=self._account.token, key=key,
                name="reserve",
            )  # fmt: skip
            if not _worth_another_try(answer):
                break
            await self._think()
        if answer is None or answer.status != 201:
            return None
        made = answer.json()
        told = Told(
            made["id"],
            self._account.id,
            made["event_id"],
            frozenset(seat["seat_identifier"] for seat in made["seats"]),
        )
        if "seats" in wanted and told.seats != set(wanted["seats"]):  # type: ignore[call-overload]
            self._journal.complaints.append(f"{told.id}: {told.seats} for {wanted['seats']}")
        self._journal.reservations[told.id] = told
        return told

    async def _end(self, statuses: list[int], method: str, path: str, name: str) -> None:
        for _ in range(_TRIES):
            # Noted before it is sent: a request that the campaign's end cuts off has been tried.
            statuses.append(NO_ANSWER)
            answer = await self._client.ask(method, path, token=self._account.token, name=name)
            statuses[-1] = answer.status if answer else NO_ANSWER
            if not _worth_another_try(answer):
                break
            await self._think()

    async def _think(self) -> None:
        await asyncio.sleep(self._chance.expovariate(1 / self._pause))


def wanted_of(sales: Sequence[Sale]) -> list[Sale]:
    """The two of the beginning, and the newest."""
    return [*sales[:2], *sales[2:][-_NEWEST:]]


class Seller:
    """Creates events, lets buyers have them, and closes every other one."""

    def __init__(
        self,
        account: Account,
        client: Client,
        sales: list[Sale],
        journal: Journal,
        chance: random.Random,
        *,
        pause: float,
    ) -> None:
        self._account = account
        self._client = client
        self._sales = sales
        self._journal = journal
        self._chance = chance
        self._pause = pause

    async def sell(self, until: Callable[[], bool]) -> None:
        while not until():
            await asyncio.sleep(self._chance.expovariate(1 / self._pause))
            told = await self._create()
            if told.id is None:
                continue
            self._sales.append(Sale(told.id, _SMALL, scarce=False))
            if self._chance.random() < 0.7:
                await asyncio.sleep(self._pause)
                await self._close(told)

    async def _create(self) -> ToldOfEvent:
        name = f"Campaign {uuid.UUID(int=self._chance.getrandbits(128)).hex}"
        told = ToldOfEvent(name, _SMALL.seats)
        self._journal.events.append(told)
        request = event_request(_SMALL) | {"name": name}
        for _ in range(_TRIES):
            answer = await self._client.ask(
                "POST",
                "/api/event",
                request,
                token=self._account.token,
                key=name[-32:],
                name="create",
            )
            if answer is not None and answer.status == 201:
                told.id = answer.json()["id"]
            if not _worth_another_try(answer):
                break
            await asyncio.sleep(self._pause)
        return told

    async def _close(self, told: ToldOfEvent) -> None:
        for _ in range(_TRIES):
            told.close.append(NO_ANSWER)
            answer = await self._client.ask(
                "PATCH", f"/api/event/{told.id}", {"status": "ended"},
                token=self._account.token, name="close",
            )  # fmt: skip
            told.close[-1] = answer.status if answer else NO_ANSWER
            if not _worth_another_try(answer):
                break
            await asyncio.sleep(self._pause)


def _worth_another_try(answer: Answer | None) -> bool:
    return answer is None or answer.status >= 500
