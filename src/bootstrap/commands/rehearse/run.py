"""A rehearsal from its people to its report."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from src.bootstrap.commands.rehearse.accounts import Account, sign_up_many
from src.bootstrap.commands.rehearse.audience import Audience
from src.bootstrap.commands.rehearse.buyer import Buyer
from src.bootstrap.commands.rehearse.caller import Caller
from src.bootstrap.commands.rehearse.client import Client
from src.bootstrap.commands.rehearse.ending import ending_of
from src.bootstrap.commands.rehearse.http_client import Address
from src.bootstrap.commands.rehearse.place_in_line import LineSeen, PlaceInLine
from src.bootstrap.commands.rehearse.plan import Plan, RehearsalError, Venue
from src.bootstrap.commands.rehearse.record import Record
from src.bootstrap.commands.rehearse.report import Report
from src.bootstrap.commands.rehearse.sale import Sale, close_sale, open_sale

_TICK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class People:
    seller: Account
    buyers: Sequence[Account]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. `since_opening` is in seconds, and negative before it; None when no opening is
    known yet."""

    doing: str
    accounts: int = 0
    watching: int = 0
    since_opening: float | None = None
    seats_given: int = 0
    bought: int = 0
    over: int = 0
    refusals: int = 0
    # None without a waiting line.
    called: int | None = None


OnProgress = Callable[[Progress], None]


async def gather_people(servers: Sequence[Address], buyers: int, on_progress: OnProgress) -> People:
    """Raises RehearsalError."""
    client = Client(servers)
    answer = await client.ask("GET", "/health/ready")
    client.close()
    if answer is None:
        raise RehearsalError(f"No server answers at {servers[0]}.")
    [seller] = await sign_up_many(servers, "seller", 1, lambda _made: None)
    signed_up = await sign_up_many(
        servers,
        "buyer",
        buyers,
        lambda made: on_progress(Progress("Signing up", accounts=made)),
    )
    return People(seller, signed_up)


async def rehearse(
    plan: Plan, servers: Sequence[Address], people: People, on_progress: OnProgress
) -> Report:
    """Hold one sale and say what was found. Raises RehearsalError when there can be none."""
    return await _Run(plan, servers, people, on_progress).run()


class _Run:
    def __init__(
        self, plan: Plan, servers: Sequence[Address], people: People, on_progress: OnProgress
    ) -> None:
        self._plan = plan
        self._servers = servers
        self._people = people
        self._on_progress = on_progress
        self._record = Record(Venue.of(plan.seats).seats)
        self._line = LineSeen(servers) if plan.line else None
        self._chance = random.Random(plan.seed)  # noqa: S311 - shoppers, not secrets  # nosec B311
        self._clock = asyncio.get_running_loop().time

    async def run(self) -> Report:
        client = Client(self._servers)
        sale = await open_sale(client, self._people.seller, self._plan)
        audience = Audience(self._servers, sale, self._plan.watchers, self._record)
        audience.enter()
        try:
            async with self._telling(sale, audience):
                await self._sell(sale)
                ending = await ending_of(client, sale, audience, self._record)
        finally:
            await audience.leave()
            await close_sale(client, self._people.seller, sale)
            client.close()
        return Report.of(sale, self._record, audience, self._line, ending)

    async def _sell(self, sale: Sale) -> None:
        """Return when every buyer is through, or time is up."""
        buyers = [
            self._buyer(sale, account, number) for number, account in enumerate(self._people.buyers)
        ]
        tasks = [asyncio.create_task(buyer.buy()) for buyer in buyers]
        deadline = sale.opens_at + self._plan.seconds
        _, late = await asyncio.wait(tasks, timeout=deadline - self._clock())
        for task in late:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    def _buyer(self, sale: Sale, account: Account, number: int) -> Buyer:
        caller = Caller(account, Client(self._servers, number), self._record)
        place = None
        if self._line is not None:
            place = PlaceInLine(sale.event_id, caller, self._record, self._line, number)
        chance = random.Random(self._chance.getrandbits(64))  # noqa: S311 - as above  # nosec B311
        return Buyer(caller, sale, self._plan, self._record, chance, place)

    @asynccontextmanager
    async def _telling(self, sale: Sale, audience: Audience) -> AsyncIterator[None]:
        """Tell how far it is, as long as the block lasts."""
        task = asyncio.create_task(self._tell(sale, audience))
        try:
            yield
        finally:
            task.cancel()
            [outcome] = await asyncio.gather(task, return_exceptions=True)
            if isinstance(outcome, Exception):
                raise outcome

    async def _tell(self, sale: Sale, audience: Audience) -> None:
        record = self._record
        while True:
            visits = record.visits
            self._on_progress(
                Progress(
                    "Selling",
                    accounts=len(self._people.buyers),
                    watching=audience.streams.open,
                    since_opening=self._clock() - sale.opens_at,
                    seats_given=record.seats_given,
                    bought=sum(visit.bought_at is not None for visit in visits),
                    over=sum(visit.over for visit in visits),
                    refusals=record.refusals.total(),
                    called=self._line.numbers_called if self._line else None,
                )
            )
            await asyncio.sleep(_TICK_SECONDS)
