"""How a buyer of a rehearsal asks: as a well-behaved client."""

import asyncio
import random
from typing import Any

import orjson

from src.bootstrap.commands.rehearse.accounts import Account
from src.bootstrap.commands.rehearse.buyer import Buyer
from src.bootstrap.commands.rehearse.caller import Caller
from src.bootstrap.commands.rehearse.client import Client
from src.bootstrap.commands.rehearse.http_client import Address, Answer
from src.bootstrap.commands.rehearse.place_in_line import LineSeen, PlaceInLine
from src.bootstrap.commands.rehearse.plan import Line, Plan, Venue
from src.bootstrap.commands.rehearse.record import Record
from src.bootstrap.commands.rehearse.sale import Sale
from test.fake.clock import in_no_time

_SERVERS = [Address("localhost", 80)]
_CONFIRMED = Answer(200, b"{}")
_OPENS_AT = 10.0


def reserved(*seats: str) -> Answer:
    made = {"id": "r-1", "seats": [{"seat_identifier": seat} for seat in seats]}
    return Answer(201, orjson.dumps(made))


def refused(status: int, name: str, retry_after: int | None = None, **members: Any) -> Answer:
    problem = {"type": f"urn:ticketing:problem:{name}", **members}
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Answer(status, orjson.dumps(problem), headers)


class ScriptedClient(Client):
    """Answers one request after the other as it is told, and keeps when and how each was asked."""

    def __init__(self, *answers: Answer | None) -> None:
        super().__init__(_SERVERS)
        self._answers = list(answers)
        self.asked: list[tuple[float, str, Any, str | None]] = []

    async def ask(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        token: str | None = None,
        key: str | None = None,
    ) -> Answer | None:
        assert token == "token"
        self.asked.append((asyncio.get_running_loop().time(), path, content, key))
        return self._answers.pop(0)


class ScriptedPlace(PlaceInLine):
    """A place whose number is 50, called at the 20th second."""

    def __init__(self, caller: Caller, record: Record, *, is_far: bool) -> None:
        super().__init__(1, caller, record, LineSeen(_SERVERS), 0)
        self._is_far = is_far
        self.was_left = False

    async def leave(self) -> None:
        self.was_left = True

    @property
    def is_far(self) -> bool:
        return self._is_far

    async def join(self) -> bool:
        return True

    async def until_known(self) -> None:
        await asyncio.sleep(_OPENS_AT - asyncio.get_running_loop().time())
        self.number = 50

    async def until_called(self) -> bool:
        await asyncio.sleep(20 - asyncio.get_running_loop().time())
        return True


class Chance(random.Random):
    """As likely as it is told."""

    def __init__(self, share: float) -> None:
        super().__init__(1)
        self._share = share

    def random(self) -> float:
        return self._share


# A buyer who wants the best seats, one who names them, and one who asks too soon as well.
_BEST, _NAMED, _TOO_SOON = 0.9, 0.3, 0.05


class Shopping:
    """One buyer of 4 seats of 100, who is answered so; `far` says whether it is far behind in a line."""

    def __init__(self, *answers: Answer | None, chance: float = _BEST, far: bool | None = None):
        self.client = ScriptedClient(*answers)
        self.record = Record(seats=100)
        caller = Caller(Account(1, "token"), self.client, self.record)
        line = None if far is None else Line(per_minute=60, pass_seconds=10)
        plan = Plan(0, 1, 100, 4, _OPENS_AT, 60, line)
        self.place = None if far is None else ScriptedPlace(caller, self.record, is_far=far)
        sale = Sale(1, Venue.of(100), _OPENS_AT)
        self._buyer = Buyer(caller, sale, plan, self.record, Chance(chance), self.place)
        [self.visit] = self.record.visits

    async def run(self) -> "Shopping":
        await self._buyer.buy()
        assert self.visit.over
        return self

    @property
    def reservations(self) -> list[tuple[float, Any, str | None]]:
        """When it asked for seats, for which, with which key."""
        return [(at, content, key) for at, _, content, key in self.client.asked if content]


@in_no_time
async def test_buys_in_the_second_of_the_opening() -> None:
    done = await Shopping(reserved("A-1-1-1"), _CONFIRMED).run()

    [(at, wanted, _)] = done.reservations
    assert _OPENS_AT <= at <= _OPENS_AT + 1
    assert wanted == {"event_id": 1, "quantity": 4}
    assert done.client.asked[-1][1] == "/api/reservation/r-1/confirm"
    assert done.visit.seats == {"A-1-1-1"}
    assert done.visit.turn_at == done.visit.place == at
    assert done.visit.bought_at is not None


@in_no_time
async def test_comes_back_when_it_is_told_to_with_the_same_key() -> None:
    busy = refused(503, "overloaded", retry_after=3)
    done = await Shopping(busy, None, reserved("A-1-1-1"), _CONFIRMED).run()

    (first, _, key), (second, _, again), (third, _, once_more) = done.reservations
    assert second >= first + 3
    assert third > second
    assert key == again == once_more
    assert done.record.refusals == {"503 overloaded": 1}
    assert done.record.unanswered == 1
    assert done.record.wrong == []


@in_no_time
async def test_who_asks_too_soon_waits_for_the_opening() -> None:
    early = refused(409, "not-on-sale", retry_after=2, opens_at="2027-05-01T04:00:00Z")
    done = await Shopping(early, reserved("A-1-1-1"), _CONFIRMED, chance=_TOO_SOON).run()

    (first, _, _), (second, _, _) = done.reservations
    assert first < _OPENS_AT
    assert second >= first + 2
    assert done.visit.turn_at == _OPENS_AT
    assert done.record.wrong == []


@in_no_time
async def test_a_sale_that_does_not_open_in_time_is_wrong() -> None:
    early = refused(409, "not-on-sale", retry_after=2, opens_at="2027-05-01T04:00:00Z")
    done = await Shopping(early, early, reserved("A-1-1-1"), _CONFIRMED).run()
    [wrong] = done.record.wrong
    assert wrong.startswith("reserve was answered 409 not-on-sale")


@in_no_time
async def test_takes_the_best_seats_when_the_named_ones_are_gone() -> None:
    taken = refused(409, "seats-taken", seats=["A-1-1-1"])
    done = await Shopping(taken, reserved("A-1-1-1"), _CONFIRMED, chance=_NAMED).run()

    (_, named, first_key), (_, best, second_key) = done.reservations
    assert len(named["seats"]) == 4
    assert best == {"event_id": 1, "quantity": 4}
    assert first_key != second_key


@in_no_time
async def test_takes_fewer_when_there_are_no_more_and_leaves_when_all_are_sold() -> None:
    none = refused(409, "not-enough-seats")
    shopping = Shopping(none, none, none)
    shopping.record.sold_out.set()
    done = await shopping.run()

    assert [wanted["quantity"] for _, wanted, _ in done.reservations] == [4, 2, 1]
    assert done.visit.given_at is None
    assert done.record.wrong == []


@in_no_time
async def test_looks_again_while_seats_may_come_back() -> None:
    none = refused(409, "not-enough-seats")
    done = await Shopping(none, none, none, reserved("A-1-1-1"), _CONFIRMED).run()

    assert [wanted["quantity"] for _, wanted, _ in done.reservations] == [4, 2, 1, 4]
    times = [at for at, _, _ in done.reservations]
    assert times[0] == times[2]
    assert times[3] >= times[2] + 1


@in_no_time
async def test_gives_up_on_what_no_service_should_answer() -> None:
    done = await Shopping(Answer(500, b"")).run()
    assert len(done.record.wrong) == 1


class TestInALine:
    @in_no_time
    async def test_reserves_when_its_number_is_called(self) -> None:
        done = await Shopping(reserved("A-1-1-1"), _CONFIRMED, far=False).run()

        [(at, _, _)] = done.reservations
        assert at == done.visit.turn_at == 20
        assert done.visit.place == 50
        assert done.place
        assert done.place.was_left

    @in_no_time
    async def test_who_is_impatient_is_refused(self) -> None:
        no = refused(403, "not-admitted")
        done = await Shopping(no, reserved("A-1-1-1"), _CONFIRMED, chance=_TOO_SOON, far=True).run()

        (first, _, _), (second, _, _) = done.reservations
        assert _OPENS_AT <= first < second == 20
        assert done.record.wrong == []

    @in_no_time
    async def test_seats_before_its_turn_are_wrong(self) -> None:
        done = await Shopping(reserved("A-1-1-1"), _CONFIRMED, chance=_TOO_SOON, far=True).run()
        assert done.record.wrong == ["number 50 was given seats before its turn"]

    @in_no_time
    async def test_a_refusal_while_its_pass_is_live_is_wrong(self) -> None:
        done = await Shopping(refused(403, "not-admitted"), far=False).run()
        assert len(done.record.wrong) == 1

    @in_no_time
    async def test_a_refusal_after_its_pass_is_not(self) -> None:
        busy = refused(503, "overloaded", retry_after=9)
        done = await Shopping(busy, refused(403, "not-admitted"), far=False).run()

        assert done.record.wrong == []
        assert done.visit.given_at is None
