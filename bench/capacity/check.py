"""Small sales, really held on this machine, beside what the model says of them."""

import asyncio
import random
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any

import orjson
import uvloop

from bench.capacity.clients import Heard, Pool, Stream, files_of
from bench.capacity.costs import TIERS, Costs, Tiers
from bench.capacity.model import TOLERANCE, load
from bench.capacity.operations import SMALL
from bench.capacity.report import table
from bench.capacity.sale import Phase, Sale
from bench.capacity.world import Connections, Spent, World, running_world
from bench.line_buyers import add_buyers, sign_in
from kit.api import Account, Size, create_event, sign_up
from kit.http_client import Answer, Connection
from src.service.admission.domain.line import Order
from src.service.shared_kernel.admission_terms import MAX_PER_MINUTE

_CONNECTIONS = 128
# For every connection of two processes to have had every statement.
_TIMES_TO_WARM = 100
# Each refusal is something asked twice, which the model does not know of.
_MOST_REFUSED = 0.02
_COLUMNS = 20
_PASS_SECONDS = 600
_MINE = "/api/reservation?limit=200"
_DATA = b"\ndata: "
_TELL_SECONDS = 0.05
# From a buyer's turn to the reservation, and from there to the confirmation, at most.
_THINKING = 2.0
# For the last of those who come to have what they asked for.
_BEFORE_OPENING = 1.0


@dataclass(frozen=True, slots=True)
class Trial:
    sale: Sale
    workers: int

    def __str__(self) -> str:
        processes = "1 process" if self.workers == 1 else f"{self.workers} processes"
        return f"{self.sale.people:,} people, {self.sale.buyers:,} buyers, {processes}"


def _trial(people: int, *, workers: int, arrive: float, seconds: float) -> Trial:
    """A fifth of the people buy, from a line that lets them in within so many seconds."""
    buyers = people // 5
    return Trial(
        Sale(
            people=people,
            seats=people,
            subsections=10,
            buyers=buyers,
            per_minute=round(buyers / seconds * 60),
            signing_in=0.02,
            arrive_seconds=arrive,
            dwell_seconds=3_600,
        ),
        workers,
    )


# None of them so quick that a slow machine of two cores has no time left: who waits for a core is served
# together with others, of which the model knows nothing.
TRIALS = (
    _trial(300, workers=1, arrive=10, seconds=15),
    _trial(1_500, workers=2, arrive=24, seconds=30),
    _trial(5_000, workers=1, arrive=120, seconds=60),
)

# What a store spends less than that on is no limit of anything, and smaller than what it does by itself.
_LITTLE_OF_A_CORE = 0.01


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a run, as the model has it and as it was. A difference up to `little` does not matter."""

    figure: str
    model: float
    run: float
    unit: str
    little: float = 0.0

    @property
    def deviation(self) -> float:
        """Of the model from the run, as a share of the run."""
        return self.model / self.run - 1 if self.run else 0.0 if not self.model else float("inf")

    @property
    def good(self) -> bool:
        return abs(self.deviation) <= TOLERANCE or abs(self.model - self.run) <= self.little

    def __str__(self) -> str:
        return f"{self.model:,.3g} / {self.run:,.3g}{self.unit and ' '}{self.unit} ({self.deviation:+.0%})"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run was seen to take. CPU seconds, bytes."""

    spent: Tiers
    arriving_seconds: float
    selling_seconds: float
    sent: float
    messages: int
    memory: float
    streams: int
    connections: Connections
    refused: int


def hold(trial: Trial, pace: float) -> Outcome:
    """Hold this sale on a new service. What it has spent is told as at this pace."""
    with running_world(workers=trial.workers, pace=pace) as world:
        return uvloop.run(_Held(world, trial.sale).run())


def compared(costs: Costs, trial: Trial, outcome: Outcome) -> list[Row]:
    """The model's figures are of the sale as it was planned; of the run it only knows how long it was."""
    plan = [
        _within(phase, seconds)
        for phase, seconds in zip(
            trial.sale.phases(), (outcome.arriving_seconds, outcome.selling_seconds), strict=True
        )
    ]
    loads = [
        (phase.seconds, load(costs, trial.sale, phase, phase.mean, trial.workers)) for phase in plan
    ]
    cpu = sum((one.cpu * seconds for seconds, one in loads), Tiers())
    process = costs.process
    streams = plan[-1].last.total
    little = sum(phase.seconds for phase in plan) * _LITTLE_OF_A_CORE
    return [
        *(
            Row(f"CPU of {name}", getattr(cpu, t), getattr(outcome.spent, t), "s", little)
            for t, name in TIERS.items()
        ),
        Row("bytes sent", sum(one.sent * s for s, one in loads) / 1e6, outcome.sent / 1e6, "MB"),
        Row("messages", sum(one.messages * s for s, one in loads), outcome.messages, ""),
        Row("open streams at the end", streams, outcome.streams, ""),
        Row(
            "open files at the end",
            trial.workers * process.files + _CONNECTIONS + streams,
            outcome.connections.files,
            "",
        ),
        Row(
            "memory",
            (trial.workers * process.memory + streams * costs.streams.memory) / 1e6,
            outcome.memory / 1e6,
            "MB",
        ),
    ]


def check(costs: Costs, hold: Callable[[Trial, float], Outcome] = hold) -> tuple[str, list[str]]:
    """Hold all of them; return the table (the model / the run), and which figures are too far off."""
    found: list[tuple[Trial, list[Row]]] = []
    wrong = []
    for trial in TRIALS:
        sys.stderr.write(f"{trial} ...\n")
        outcome = hold(trial, costs.pace)
        rows_of_it = compared(costs, trial, outcome)
        found.append((trial, rows_of_it))
        sys.stderr.writelines(f"  {row.figure}: {row}\n" for row in rows_of_it)
        if outcome.refused > trial.sale.people * _MOST_REFUSED:
            wrong.append(
                f"refusals in {trial}, {outcome.refused:,} of them: others use this machine"
            )
    head = ["", *(str(trial) for trial, _ in found)]
    rows = [
        [of_one[0].figure, *(str(row) for row in of_one)]
        for of_one in zip(*(rows for _, rows in found), strict=True)
    ]
    wrong += [
        f"{row.figure} of {trial} by {row.deviation:+.0%}"
        for trial, rows in found
        for row in rows
        if not row.good
    ]
    return table(head, rows), wrong


def _within(phase: Phase, seconds: float) -> Phase:
    """The same in another time: as much is asked in all."""
    slower = phase.seconds / seconds
    asked = {name: rate * slower for name, rate in phase.asked.items()}
    return replace(
        phase,
        seconds=seconds,
        asked=asked,
        changes=phase.changes * slower,
        served=phase.served * slower,
    )


class _Line(Stream):
    """The line as everybody sees it; looked into once, for all who wait."""

    state: Any = None

    def data_received(self, data: bytes) -> None:
        at = data.rfind(_DATA)
        if at >= 0:
            self.state = orjson.loads(data[at + len(_DATA) : data.index(b"\n\n", at)])
        super().data_received(data)


class _Held:
    """One run. Everybody comes at a moment of their own, and buys when their number is served."""

    def __init__(self, world: World, sale: Sale) -> None:
        self._world = world
        self._sale = sale
        self._port = world.service.port
        self._chance = random.Random(1)  # noqa: S311 - no secret
        self._heard = Heard()
        self._streams: set[Stream] = set()
        # Those who wait, by their entry.
        self._waiting: dict[int, tuple[str, Stream]] = {}

    async def run(self) -> Outcome:
        world, sale = self._world, self._sale
        await self._prepare()
        spent, began = Spent(world), time.perf_counter()
        line = await _Line.open(self._port, f"{self._api}/line/sse", Heard(), gzip=False)
        watchers = sale.people - len(self._tokens)
        coming = [
            *(asyncio.ensure_future(self._wait_in_line(token)) for token in self._tokens),
            *(asyncio.ensure_future(self._watch()) for _ in range(watchers)),
        ]
        await asyncio.sleep(self._opens_at - time.time())
        opened = time.perf_counter()
        await asyncio.gather(*coming)
        await self._sell(line)
        outcome = Outcome(
            spent.so_far(),
            opened - began,
            time.perf_counter() - opened,
            self._pool.received + self._heard.received,
            self._heard.messages,
            world.memory(),
            len(self._streams),
            world.connections(),
            self._pool.refused + self._heard.refused,
        )
        for stream in (line, *self._streams):
            stream.close()
        self._pool.close()
        return outcome

    async def _prepare(self) -> None:
        sale, service = self._sale, self._world.service
        connection = await Connection.open(self._port)
        seller = await sign_up(connection, "seller")
        self._pool = await Pool.open(self._port, _CONNECTIONS)
        self._tokens = sign_in(service, await add_buyers(service, round(sale.waiting)))
        # Some of those who wait sign in as they come, spread as evenly as their coming.
        signing_in = self._tokens[:: max(1, round(1 / sale.signing_in))]
        self._accounts = {token: await _account(connection) for token in signing_in}
        rows = -(-sale.seats // sale.subsections // _COLUMNS)
        size = Size(sale.subsections, rows, _COLUMNS)
        await self._warm_up(connection, seller)
        self._opens_at = time.time() + sale.arrive_seconds + _BEFORE_OPENING
        self._event_id = await create_event(
            connection,
            seller,
            size,
            admission={"per_minute": sale.per_minute, "pass_seconds": _PASS_SECONDS},
            sale_opens_at=datetime.fromtimestamp(self._opens_at, UTC).isoformat(),
        )
        connection.close()
        self._files = await files_of(self._port, self._page)
        # In each area from the back, since its best seats are in front.
        self._named = [
            [size.seat(place * size.subsections + area) for place in range(rows * _COLUMNS)]
            for area in range(sale.subsections)
        ]

    async def _warm_up(self, connection: Connection, seller: Account) -> None:
        """The connections of a service that has been used know its statements; that is no cost of a sale. One
        request after the other, so that each is a statement of its own on the next connection."""
        terms = {"per_minute": MAX_PER_MINUTE, "pass_seconds": _PASS_SECONDS}
        other = await create_event(connection, seller, SMALL, admission=terms)
        service = self._world.service
        tokens = sign_in(service, await add_buyers(service, _TIMES_TO_WARM))
        line = f"/api/event/{other}/line"
        for token in tokens:
            await self._pool.ask("POST", line, token=token)
        for token in tokens:
            while (  # noqa: ASYNC110 - it is another process that lets them in
                await self._pool.ask("GET", line, token=token)
            ).json()["state"] != "admitted":
                await asyncio.sleep(_TELL_SECONDS)
            await self._use(other, token)

    async def _use(self, event_id: int, token: str) -> None:
        ask = partial(self._pool.ask, token=token)
        await ask("GET", f"/event/{event_id}")
        await ask("GET", f"/api/event/{event_id}?tickets=false")
        wanted = {"event_id": event_id, "quantity": self._sale.each}
        reservation = (await self._pool.reserve(wanted, token)).json()["id"]
        await ask("POST", f"/api/reservation/{reservation}/confirm")
        await ask("GET", _MINE)
        await ask("GET", f"/api/reservation/{reservation}/ticket")

    @property
    def _page(self) -> str:
        return f"/event/{self._event_id}"

    @property
    def _api(self) -> str:
        return f"/api/event/{self._event_id}"

    async def _comes(self) -> None:
        await asyncio.sleep(self._chance.uniform(0, self._sale.arrive_seconds))
        await self._pool.ask("GET", self._page)
        await self._pool.ask("GET", f"{self._api}?tickets=false")
        await asyncio.gather(*(self._pool.ask("GET", file) for file in self._files))

    async def _watch(self) -> None:
        await self._comes()
        area = self._chance.randrange(self._sale.subsections)
        await self._look(area if self._chance.random() < self._sale.in_area else None)

    async def _wait_in_line(self, token: str) -> None:
        await self._comes()
        if token in self._accounts:
            await self._pool.ask("POST", "/api/user/login", self._accounts[token])
        await self._pool.ask("GET", _MINE, token=token)
        await self._pool.ask("GET", f"{self._api}/line", token=token, but=HTTPStatus.NOT_FOUND)
        place = await self._pool.ask("POST", f"{self._api}/line", token=token)
        stream = await self._opened(f"{self._api}/line/sse")
        self._waiting[place.json()["entry"]] = token, stream

    async def _sell(self, line: _Line) -> None:
        """Those whose number is served, as they are told, until enough of them have bought."""
        buying: list[asyncio.Task[None]] = []
        while len(buying) < self._sale.buyers:
            await asyncio.sleep(_TELL_SECONDS)
            if line.state["seed"] is None:
                continue
            order = Order(bytes.fromhex(line.state["seed"]), line.state["gathered"])
            for number in range(len(buying), min(line.state["serving"], self._sale.buyers)):
                who = self._waiting[order.entry_of(number + 1)]
                buying.append(asyncio.ensure_future(self._buy(*who)))
        await asyncio.gather(*buying)

    async def _buy(self, token: str, in_line: Stream) -> None:
        ask = partial(self._pool.ask, token=token)
        await ask("GET", f"{self._api}/line")
        in_line.close()
        self._streams.discard(in_line)
        await ask("GET", self._page)
        await ask("GET", f"{self._api}?tickets=false")
        await ask("GET", self._files[3])
        await ask("GET", _MINE)
        await ask("GET", f"{self._api}/line")
        area = self._chance.randrange(self._sale.subsections)
        await self._look(area)
        await asyncio.sleep(self._chance.uniform(0, _THINKING))
        reservation = (await self._reserve(area, token)).json()["id"]
        await asyncio.sleep(self._chance.uniform(0, _THINKING))
        await ask("POST", f"/api/reservation/{reservation}/confirm")
        await ask("GET", f"/order/{reservation}")
        await ask("GET", _MINE)
        await ask("GET", f"/api/reservation/{reservation}/ticket")

    async def _reserve(self, area: int, token: str) -> Answer:
        """Half of them named. What a lost answer has left taken is not asked for again."""
        event = {"event_id": self._event_id}
        best = {**event, "quantity": self._sale.each, "section": "A", "subsection": area + 1}
        if self._chance.random() < self._sale.best:
            return await self._pool.reserve(best, token)
        seats = [self._named[area].pop() for _ in range(self._sale.each)]
        answer = await self._pool.reserve(event | {"seats": seats}, token, but=HTTPStatus.CONFLICT)
        if answer.status == HTTPStatus.CONFLICT:
            answer = await self._pool.reserve(best, token)
        return answer

    async def _look(self, area: int | None) -> None:
        await self._opened(f"{self._api}/all_subsection_status/sse?delta=true")
        if area is not None:
            path = f"{self._api}/sections/A/subsection/{area + 1}/seats/sse?delta=true"
            await self._opened(path)

    async def _opened(self, path: str) -> Stream:
        stream = await Stream.open(self._port, path, self._heard, gzip=True)
        self._streams.add(stream)
        return stream


async def _account(connection: Connection) -> dict[str, str]:
    """What somebody signs in with."""
    given = {"email": f"{secrets.token_hex(8)}@example.com", "password": secrets.token_hex(8)}
    signing_up = {**given, "name": "Bench", "role": "buyer"}
    (await connection.request("POST", "/api/user", signing_up)).json()
    return given
