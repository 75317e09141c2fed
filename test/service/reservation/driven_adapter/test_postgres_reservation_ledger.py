"""The ledger on a real PostgreSQL: requests that share a statement are answered as they are alone."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar

import pytest
from asyncpg import Record
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from src.platform.database import Database, Statement, make_engine
from src.platform.settings import Settings
from src.service.reservation.app.interface.reservation_ledger import (
    HoldRefusedError,
    NewReservation,
    Outcome,
)
from src.service.reservation.domain.errors import (
    ReservationNotLiveError,
    TooManySeatsHeldError,
)
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.domain.reservation import Reservation
from src.service.reservation.driven_adapter.postgres_reservation_ledger import (
    PostgresReservationLedger,
)
from src.service.shared_kernel.errors import NotSignedInError, ReservationNotFoundError
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.seating import SeatId

T = TypeVar("T")

SEATS = 12
SEAT_LIMIT = 4
TERMS = HoldTerms(timedelta(minutes=15), SEAT_LIMIT)

SELLER, OWNER, NOBODY = UserId(1), UserId(4), UserId(999)
SHOPPERS = [UserId(2), UserId(3)]

REFUSALS = (
    HoldRefusedError,
    TooManySeatsHeldError,
    IdempotencyInFlightError,
    NotSignedInError,
    ReservationNotFoundError,
    ReservationNotLiveError,
)


@dataclass(frozen=True)
class Reserve:
    """Some seats by number; seat 0 and the event `nowhere` do not exist."""

    buyer: UserId
    seats: tuple[int, ...]
    event: Literal["open", "closed", "nowhere"] = "open"
    key: str | None = None


@dataclass(frozen=True)
class Confirm:
    """One of the holds that the owner had before, the last of which nobody ever made."""

    buyer: UserId
    hold: int


Request = Reserve | Confirm

# The owner's holds: two that are live, one whose time is up, one that was let go.
LIVE, ALSO_LIVE, OVERDUE, RELEASED, UNKNOWN = range(5)
OWNED = 4

reserving = st.builds(
    Reserve,
    buyer=st.sampled_from([*SHOPPERS, *SHOPPERS, *SHOPPERS, NOBODY]),
    seats=st.lists(
        st.one_of(st.integers(5, SEATS), st.integers(0, SEATS)), min_size=1, max_size=3, unique=True
    ).map(tuple),
    event=st.sampled_from(["open"] * 6 + ["closed", "nowhere"]),
    key=st.sampled_from([None, None, None, "one", "another"]),
)
confirming = st.builds(
    Confirm, buyer=st.sampled_from([OWNER, OWNER, *SHOPPERS]), hold=st.integers(LIVE, UNKNOWN)
)


class House:
    """A pair of events, one on sale and one that is over, with the owner's holds."""

    def __init__(self, name: str, events: dict[str, EventId], holds: list[ReservationId]) -> None:
        self.name = name
        self.events = events
        self.holds = holds

    def new_reservation(self, request: Reserve) -> NewReservation:
        seats = tuple(SeatId("A", 1, 1, number) for number in request.seats)
        event_id = self.events[request.event]
        return NewReservation(ReservationId(uuid.uuid4()), event_id, request.buyer, seats)

    def key(self, request: Reserve) -> IdempotencyKey | None:
        return IdempotencyKey(f"{self.name}-{request.key}", b"digest") if request.key else None


class CountingDatabase(Database):
    """`changed` says how often each changing statement was sent."""

    def __init__(self, engine: AsyncEngine, *, timeout: float) -> None:
        super().__init__(engine, timeout=timeout)
        self.changed = Counter[str]()

    async def change(self, statement: Statement, **values: Any) -> list[Record]:
        self.changed[statement.name] += 1
        return await super().change(statement, **values)


class Town:
    """Houses in one database, a ledger, and a connection apart to query the tables."""

    def __init__(self, runner: asyncio.Runner, database_url: str) -> None:
        self._runner = runner
        self._engines = [make_engine(database_url, pool_size=size, timeout=10.0) for size in (5, 5)]
        self._apart = Database(self._engines[0], timeout=10.0)
        self.database = CountingDatabase(self._engines[1], timeout=10.0)
        self.ledger = PostgresReservationLedger(self.database)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    async def query(self, statement: str, **values: Any) -> list[Any]:
        async with self._apart.single_statement("test") as connection:
            result = await connection.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    async def populate(self) -> None:
        await self.query(
            """INSERT INTO "user" (email, name, role, password_hash)
               SELECT 'person' || n, 'A person', 'buyer', '' FROM generate_series(1, 4) n"""
        )

    async def build(self, seats: int = SEATS) -> House:
        """The owner has seats 1 to 4, but for the last of them, which is free again."""
        events = {"nowhere": EventId(10**9)}
        for name, status in (("open", "available"), ("closed", "ended")):
            [(event_id,)] = await self.query(
                """INSERT INTO event (name, description, seller_id, venue_name, seating_config, status)
                   VALUES ('e', 'e', :seller, 'v', '{}', :status) RETURNING id""",
                seller=SELLER,
                status=status,
            )
            await self.query(
                """INSERT INTO ticket (event_id, section, subsection, "row", seat, price, status)
                   SELECT :event, 'A', 1, 1, n, 100, 'available' FROM generate_series(1, :seats) n""",
                event=event_id,
                seats=seats,
            )
            events[name] = EventId(event_id)
        house = House(uuid.uuid4().hex, events, [])
        for number in range(1, OWNED + 1):
            new = house.new_reservation(Reserve(OWNER, (number,)))
            await self.ledger.record(new, TERMS, None)
            house.holds.append(new.id)
        await self.query(
            "UPDATE reservation SET expires_at = now() WHERE id = :id", id=house.holds[OVERDUE]
        )
        await self.ledger.release(house.holds[RELEASED], OWNER)
        house.holds.append(ReservationId(uuid.uuid4()))
        return house

    async def send(self, house: House, request: Request) -> tuple[Any, ...]:
        """What the ledger answers, in words that do not depend on the house; what it grants is
        durable by then."""
        try:
            if isinstance(request, Confirm):
                outcome = await self.ledger.confirm(house.holds[request.hold], request.buyer)
                await self.require_durable(outcome.reservation)
                return self.words(outcome)
            new = house.new_reservation(request)
            reservation = await self.ledger.record(new, TERMS, house.key(request))
            assert reservation.id == new.id
            await self.require_durable(reservation)
        except REFUSALS as refused:
            return self.words(refused)
        return self.words(reservation)

    async def require_durable(self, reservation: Reservation) -> None:
        rows = await self.query(
            """SELECT t.seat, r.status, t.status FROM reservation r
               JOIN ticket t ON t.reservation_id = r.id WHERE r.id = :id ORDER BY t.seat""",
            id=reservation.id,
        )
        states = (reservation.status.value, reservation.status.seat_status.value)
        assert rows == [(seat.seat, *states) for seat in sorted(reservation.seat_ids)]

    @staticmethod
    def words(answer: Reservation | Outcome | Exception) -> tuple[Any, ...]:
        match answer:
            case Reservation():
                return ("granted", answer.buyer_id, answer.status, answer.seat_ids)
            case Outcome():
                return ("confirmed", answer.changed)
            case HoldRefusedError():
                return ("refused", answer.on_sale)
            case TooManySeatsHeldError():
                return ("too many", answer.held, answer.limit)
        return (type(answer).__name__,)

    async def tickets(self, house: House) -> list[Any]:
        return await self.query(
            """SELECT event_id = :open, seat, status, buyer_id FROM ticket
               WHERE event_id IN (:open, :closed) ORDER BY id""",
            open=house.events["open"],
            closed=house.events["closed"],
        )

    async def held(self, house: House, buyer: UserId) -> int:
        [(seats,)] = await self.query(
            """SELECT coalesce(sum(cardinality(ticket_ids)), 0) FROM reservation
               WHERE event_id = :open AND buyer_id = :buyer AND status = 'reserved'""",
            open=house.events["open"],
            buyer=buyer,
        )
        return int(seats)

    async def close(self) -> None:
        for engine in self._engines:
            await engine.dispose()


@pytest.fixture(scope="module")
def town(new_settings: Callable[..., Settings]) -> Iterator[Town]:
    database_url = new_settings().database_url
    assert database_url
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        town = Town(runner, database_url)
        stack.callback(lambda: runner.run(town.close()))
        town.run(town.populate())
        yield town


FIRST, SECOND = SHOPPERS


@settings(max_examples=30)  # each builds two houses, and sends everything twice
@given(requests=st.lists(st.one_of(reserving, reserving, confirming), max_size=24))
# The second one is over the limit only by the first, which came to nothing.
@example([Reserve(SECOND, (12,)), Reserve(FIRST, (1, 5, 6)), Reserve(FIRST, (7, 8, 9))])
# One account that is gone, among others that are not.
@example([Reserve(SECOND, (12,)), Reserve(NOBODY, (5,)), Reserve(FIRST, (6,))])
# The same key, and the same hold, twice in a batch.
@example([Reserve(SECOND, (12,)), Reserve(FIRST, (5,), key="k"), Reserve(FIRST, (6,), key="k")])
@example([Confirm(OWNER, LIVE), Confirm(OWNER, ALSO_LIVE), Confirm(OWNER, ALSO_LIVE)])
def test_requests_at_once_are_answered_as_one_by_one(town: Town, requests: list[Request]) -> None:
    async def scenario() -> None:
        alone, together = await town.build(), await town.build()

        one_by_one = [await town.send(alone, request) for request in requests]
        at_once = await asyncio.gather(*(town.send(together, request) for request in requests))

        assert at_once == one_by_one
        assert await town.tickets(together) == await town.tickets(alone)
        for shopper in SHOPPERS:
            assert await town.held(together, shopper) <= SEAT_LIMIT

    town.run(scenario())


@settings(max_examples=15)
@given(requests=st.lists(reserving, max_size=12))
@example([Reserve(FIRST, (5, 6, 7)), Reserve(FIRST, (8, 9))])
@example([Reserve(FIRST, (5,), key="k"), Reserve(FIRST, (6,), key="k")])
def test_the_check_foretells_what_is_recorded(town: Town, requests: list[Reserve]) -> None:
    """It and the exact check say the same of everything but the seats."""

    async def scenario() -> None:
        house = await town.build()
        made = set()
        for request in requests:
            buyer, key = request.buyer, house.key(request)
            standing = await town.ledger.check(buyer, house.events[request.event], key)
            too_many = TERMS.too_many(
                len(request.seats), held=standing.held, first_ends_in=standing.first_ends_in
            )

            answer = await town.send(house, request)

            assert (standing.made is not None) == ((buyer, key) in made)
            assert standing.account_exists == (buyer != NOBODY)
            assert standing.on_sale == (request.event == "open")
            match answer:
                case ("granted", *_):
                    assert standing.made is None
                    assert standing.account_exists
                    assert standing.on_sale
                    assert too_many is None
                    if key:
                        made.add((buyer, key))
                case ("too many", held, _):
                    assert too_many is not None
                    assert too_many.held == held
                case _:
                    assert too_many is None

    town.run(scenario())


def test_the_check_waits_for_nobody(town: Town) -> None:
    """Neither for who closes the event, nor for who records for the same buyer."""

    async def scenario() -> None:
        house = await town.build()
        event_id = house.events["open"]
        async with town.database.transaction("test") as connection:
            await connection.execute(
                text("UPDATE event SET status = 'ended' WHERE id = :id"), {"id": event_id}
            )
            await connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": OWNER})

            standing = await town.ledger.check(OWNER, event_id, None)

        assert standing.on_sale
        assert standing.held == 2

    town.run(scenario())


def test_the_check_reads_no_table_as_a_whole(town: Town) -> None:
    """Not even when its plan was made while the tables were small."""

    async def scenario() -> None:
        house = await town.build()
        async with town.database.transaction("test") as connection:

            async def whole_reads() -> int:
                scans = text("SELECT sum(seq_scan) FROM pg_stat_xact_user_tables")
                return int(await connection.scalar(scans) or 0)

            before = await whole_reads()
            for _ in range(10):
                await connection.execute(
                    text("SELECT * FROM before_reserving(:buyers, :events, :keys)"),
                    {
                        "buyers": [OWNER, FIRST],
                        "events": [house.events["open"]] * 2,
                        "keys": ["k", None],
                    },
                )
            assert await whole_reads() == before

    town.run(scenario())


@settings(max_examples=20)
@given(wishes=st.lists(st.integers(1, SEAT_LIMIT), min_size=2, max_size=8))
def test_several_instances_at_once_keep_one_limit(town: Town, wishes: list[int]) -> None:
    """What is granted is never too much, and what is refused would have been."""
    instances = [PostgresReservationLedger(town.database) for _ in range(3)]

    async def scenario() -> None:
        house = await town.build(seats=OWNED + sum(wishes))

        async def ask(number: int, size: int) -> int | None:
            """How many seats the buyer had already when these were refused."""
            first = OWNED + sum(wishes[:number]) + 1
            new = house.new_reservation(Reserve(FIRST, tuple(range(first, first + size))))
            try:
                await instances[number % 3].record(new, TERMS, None)
            except TooManySeatsHeldError as refused:
                return refused.held
            return None

        held = await asyncio.gather(*(ask(*wish) for wish in enumerate(wishes)))

        asked = list(zip(wishes, held, strict=True))
        granted = sum(size for size, had in asked if had is None)
        assert granted == await town.held(house, FIRST) <= SEAT_LIMIT
        assert all(had + size > SEAT_LIMIT for size, had in asked if had is not None)

    town.run(scenario())


def test_a_crowd_that_finds_an_event_full_marks_it_together(town: Town) -> None:
    """As the holds do that were under way in an area when its last seat went."""

    async def scenario() -> None:
        houses = [await town.build(seats=OWNED) for _ in range(2)]
        full, other = (house.events["open"] for house in houses)
        await town.send(houses[0], Reserve(FIRST, (OWNED,)))  # the last one
        before = town.database.changed.copy()

        marked = await asyncio.gather(
            *(town.ledger.mark_sold_out(event_id) for _ in range(64) for event_id in (full, other))
        )

        sent = town.database.changed - before
        assert sent == {"mark as sold out": 2, "reopen": 1}
        assert marked == [True, False] * 64
        [(status,)] = await town.query("SELECT status FROM event WHERE id = :id", id=full)
        assert status == "sold_out"

    town.run(scenario())
