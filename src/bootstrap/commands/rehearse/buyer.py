"""A buyer who wants seats when the sale opens, and asks as a well-behaved client does."""

import asyncio
import contextlib
import random
import uuid
from typing import Any

from src.bootstrap.commands.rehearse.caller import Caller
from src.bootstrap.commands.rehearse.client import pause, problem_of
from src.bootstrap.commands.rehearse.http_client import Answer
from src.bootstrap.commands.rehearse.place_in_line import PlaceInLine
from src.bootstrap.commands.rehearse.plan import Plan
from src.bootstrap.commands.rehearse.record import Record, Visit
from src.bootstrap.commands.rehearse.sale import Sale

# Everybody asks within the second of the opening, but for a few who cannot wait.
_RUSH_SECONDS = 1.0
_TOO_SOON_SECONDS = 2.0
_TOO_SOON_SHARE = 0.1
_NAMED_SHARE = 0.5
# With a line: how long before the opening the last of those who gather come, and how many come after it.
_GATHERED_SECONDS = 0.5
_LATE_SHARE = 0.1
_LOOKS_AGAIN_SECONDS = (1.0, 3.0)
# The service opens by its own clock.
_CLOCK_MARGIN_SECONDS = 1.0
# We hear that a number is called later than it is.
_PASS_MARGIN_SECONDS = 5.0


class Buyer:
    def __init__(
        self,
        caller: Caller,
        sale: Sale,
        plan: Plan,
        record: Record,
        chance: random.Random,
        place: PlaceInLine | None,
    ) -> None:
        """`place` is to be taken in the waiting line; None where there is none."""
        self._caller = caller
        self._sale = sale
        self._plan = plan
        self._record = record
        self._chance = chance
        self._place = place
        self._clock = asyncio.get_running_loop().time
        self._visit = Visit()
        record.visits.append(self._visit)

    async def buy(self) -> None:
        """Return with seats, or when there are none left."""
        try:
            if self._place is None:
                await self._wait_for_opening()
                reservation_id = await self._reserve()
            else:
                reservation_id = await self._reserve_in_turn(self._place)
            if reservation_id is not None:
                await self._confirm(reservation_id)
            if self._place is not None:
                await self._place.leave()
            self._visit.over = True
        finally:
            if self._place is not None:
                await self._place.close()
            self._caller.close()

    async def _wait_for_opening(self) -> None:
        late = self._chance.uniform(0, _RUSH_SECONDS)
        if self._chance.random() < _TOO_SOON_SHARE:
            late = -self._chance.uniform(0, _TOO_SOON_SECONDS)
        await asyncio.sleep(self._sale.opens_at + late - self._clock())
        self._visit.place = self._clock()
        self._visit.turn_at = max(self._visit.place, self._sale.opens_at)

    async def _reserve_in_turn(self, place: PlaceInLine) -> str | None:
        """Most gather before the opening, a few come in its first second. The id of the reservation;
        None when no seats are left."""
        before = self._sale.opens_at - self._clock()
        comes_in = self._chance.uniform(0, max(0.0, before - _GATHERED_SECONDS))
        if self._chance.random() < _LATE_SHARE:
            comes_in = before + self._chance.uniform(0, _RUSH_SECONDS)
        await asyncio.sleep(comes_in)
        if not await place.join():
            return None
        await place.until_known()
        self._visit.place = place.number
        if self._chance.random() < _TOO_SOON_SHARE and place.is_far:
            reservation_id = await self._try_before_turn()
            if reservation_id is not None:
                return reservation_id
        if not await place.until_called():
            return None
        self._visit.turn_at = self._clock()
        return await self._reserve()

    async def _try_before_turn(self) -> str | None:
        """As somebody does who hopes that the line can be passed by; nobody should get a seat so."""
        wanted, key = self._wish(self._plan.each, named=False)
        answer = await self._caller.ask("POST", "/api/reservation", wanted, key)
        if answer is None or answer.status != 201:
            self._record.refused("reserve without a pass", answer)
            return None
        self._record.wrong.append(f"number {self._visit.place} was given seats before its turn")
        self._visit.turn_at = self._clock()
        return self._given(answer)

    async def _reserve(self) -> str | None:
        """The id of the reservation; None when no seats are left."""
        count = self._plan.each
        named = self._chance.random() < _NAMED_SHARE
        wanted, key = self._wish(count, named=named)
        while True:
            name = self._kind_of_request
            answer = await self._caller.ask("POST", "/api/reservation", wanted, key)
            if answer is not None and answer.status == 201:
                return self._given(answer)
            refusal = self._record.refused(name, answer)
            if refusal == "seats-taken":
                # Who finds the seats gone that were picked on the map takes what is best.
                wanted, key = self._wish(count, named=False)
                continue
            if refusal == "not-enough-seats":
                if count == 1 and await self._is_sold_out():
                    return None
                count = self._plan.each if count == 1 else (count + 1) // 2
                wanted, key = self._wish(count, named=False)
                continue
            if answer is not None and self._is_final(answer, refusal):
                return None
            await pause(answer.retry_after if answer else None)

    async def _is_sold_out(self) -> bool:
        """Whether every seat is somebody's. What is only held, or was when a process died, may come back:
        then who looks again a little later has a chance."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._chance.uniform(*_LOOKS_AGAIN_SECONDS)):
                await self._record.sold_out.wait()
        return self._record.sold_out.is_set()

    @property
    def _kind_of_request(self) -> str:
        """What the record calls a reservation that is asked for now."""
        now = self._clock()
        if self._plan.line is None:
            opened = now > self._sale.opens_at + _CLOCK_MARGIN_SECONDS
            return "reserve" if opened else "reserve too soon"
        pass_seconds = self._plan.line.pass_seconds
        sure = pass_seconds - min(_PASS_MARGIN_SECONDS, pass_seconds / 2)
        in_time = now - (self._visit.turn_at or 0.0) < sure
        return "reserve" if in_time else "reserve without a pass"

    def _given(self, answer: Answer) -> str:
        """Note the seats of a reservation; return its id."""
        made = answer.json()
        seats = frozenset(seat["seat_identifier"] for seat in made["seats"])
        self._record.given(self._visit, seats, self._clock())
        reservation_id: str = made["id"]
        return reservation_id

    async def _confirm(self, reservation_id: str) -> None:
        path = f"/api/reservation/{reservation_id}/confirm"
        if await self._caller.until(200, "confirm", "POST", path) is not None:
            self._visit.bought_at = self._clock()

    def _wish(self, count: int, *, named: bool) -> tuple[dict[str, Any], str]:
        """What to ask for, and a key of its own for it."""
        wanted: dict[str, Any] = {"event_id": self._sale.event_id}
        if named:
            number = self._chance.randrange(self._sale.venue.seats)
            wanted["seats"] = self._sale.venue.neighbours(number, count)
        else:
            wanted["quantity"] = count
        return wanted, uuid.uuid4().hex

    @staticmethod
    def _is_final(answer: Answer, refusal: str) -> bool:
        if refusal == "not-on-sale":
            return "opens_at" not in problem_of(answer)
        return refusal != "idempotency-in-flight" and answer.status not in (429, 503)
