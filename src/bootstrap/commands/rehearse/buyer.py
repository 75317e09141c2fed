"""A buyer who wants seats when the sale opens, and asks as a well-behaved client does."""

import asyncio
import random
import uuid
from typing import Any

from src.bootstrap.commands.rehearse.accounts import Account
from src.bootstrap.commands.rehearse.client import Client, pause, problem_of
from src.bootstrap.commands.rehearse.http_client import Answer
from src.bootstrap.commands.rehearse.record import Record, Visit
from src.bootstrap.commands.rehearse.sale import Sale

# Everybody asks within the second of the opening, but for a few who cannot wait.
_RUSH_SECONDS = 1.0
_TOO_SOON_SECONDS = 2.0
_TOO_SOON_SHARE = 0.1
_NAMED_SHARE = 0.5


class Buyer:
    def __init__(
        self,
        account: Account,
        client: Client,
        sale: Sale,
        each: int,
        record: Record,
        chance: random.Random,
    ) -> None:
        self._account = account
        self._client = client
        self._sale = sale
        self._each = each
        self._record = record
        self._chance = chance
        self._clock = asyncio.get_running_loop().time
        self._visit = Visit()
        record.visits.append(self._visit)

    async def buy(self) -> None:
        """Return with seats, or when there are none left."""
        try:
            await self._wait()
            if (reservation_id := await self._reserve()) is not None:
                await self._confirm(reservation_id)
            self._visit.over = True
        finally:
            self._client.close()

    async def _wait(self) -> None:
        late = self._chance.uniform(0, _RUSH_SECONDS)
        if self._chance.random() < _TOO_SOON_SHARE:
            late = -self._chance.uniform(0, _TOO_SOON_SECONDS)
        await asyncio.sleep(self._sale.opens_at + late - self._clock())
        self._visit.place = self._clock()
        self._visit.turn_at = max(self._visit.place, self._sale.opens_at)

    async def _reserve(self) -> str | None:
        """The id of the reservation; None when no seats are left."""
        count = self._each
        named = self._chance.random() < _NAMED_SHARE
        wanted, key = self._wish(count, named=named)
        while True:
            answer = await self._ask("/api/reservation", wanted, key)
            if answer is not None and answer.status == 201:
                made = answer.json()
                seats = frozenset(seat["seat_identifier"] for seat in made["seats"])
                self._record.given(self._visit, seats, self._clock())
                reservation_id: str = made["id"]
                return reservation_id
            refusal = self._record.refused("reserve", answer)
            if refusal == "seats-taken":
                # Who finds the seats gone that were picked on the map takes what is best.
                wanted, key = self._wish(count, named=False)
                continue
            if refusal == "not-enough-seats":
                if count == 1:
                    return None
                count = (count + 1) // 2
                wanted, key = self._wish(count, named=False)
                continue
            if answer is not None and self._is_final(answer, refusal):
                return None
            await pause(answer.retry_after if answer else None)

    async def _confirm(self, reservation_id: str) -> None:
        while True:
            answer = await self._ask(f"/api/reservation/{reservation_id}/confirm")
            if answer is not None and answer.status == 200:
                self._visit.bought_at = self._clock()
                return
            refusal = self._record.refused("confirm", answer)
            if answer is not None and self._is_final(answer, refusal):
                return
            await pause(answer.retry_after if answer else None)

    async def _ask(self, path: str, content: Any = None, key: str | None = None) -> Answer | None:
        return await self._client.ask("POST", path, content, token=self._account.token, key=key)

    def _wish(self, count: int, *, named: bool) -> tuple[dict[str, Any], str]:
        """What to ask for, and a key of its own for it."""
        wanted: dict[str, Any] = {"event_id": self._sale.event_id}
        if named:
            number = self._chance.randrange(self._sale.venue.seats)
            wanted["seats"] = self._sale.venue.neighbours(number, count)
        else:
            wanted["quantity"] = count
        return wanted, uuid.UUID(int=self._chance.getrandbits(128)).hex

    @staticmethod
    def _is_final(answer: Answer, refusal: str) -> bool:
        if refusal == "not-on-sale":
            return "opens_at" not in problem_of(answer)
        return refusal != "idempotency-in-flight" and answer.status not in (429, 503)
