"""Twice as many reservations as can be made, and thousands of buyers in the same second."""

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, astuple, replace
from datetime import datetime
from http import HTTPStatus
from statistics import median

from bench.audience import Delivered, listening
from bench.comparison import Comparison
from bench.offered_load import Load, Outcome
from bench.server_process import running_service
from bench.table import Row, Unit, absolute, at_least, at_most, compared
from kit.api import Account, Size, create_event, sign_up, sign_up_many
from kit.http_client import Connection

_BUYERS = 64
_TIMES = 3
_SECONDS = 5.0
_WARM_UP_SECONDS = 1.0
_CONNECTIONS = 2_000
_CROWD = 3_000
_WATCHERS = 150
_SIZE = Size(20, 70, 70)
# The last subsection is for one buyer who tries for a seat of it again and again.
_PROBED = _SIZE.subsections
_PROBE_SECONDS = 0.05
# The seats that are named in each measurement of one event never meet.
_NAMED = Size(_SIZE.subsections - 1, _SIZE.rows, _SIZE.cols)
_FIRST_SEATS = (0, 18_000, 38_000, 80_000)
_PAUSE_SECONDS = 1.0


async def measure() -> Sequence[Row]:
    with running_service() as service:
        first = await Connection.open(service.port)
        seller = await sign_up(first, "seller")
        buyers = await sign_up_many(service.port, "buyer", _BUYERS)
        rows = []
        async with _offering() as process:
            for kind in ("named seats", "the best seats"):
                runs = []
                for _ in range(_TIMES):
                    event_id = await create_event(first, seller, _SIZE)
                    run = _Run(process, service.port, event_id, buyers, named=kind[0] == "n")
                    runs.append(await run.measure())
                rows += _rows(kind, runs)
        first.close()
        return rows


class _Result:
    """Of one event: as much as can be done, the same offered, twice as much, and a crowd."""

    def __init__(self) -> None:
        self.best = self.once = self.twice = self.crowd = Outcome()
        self.watched = Delivered(0, 0.0, 0.0, 0.0)


class _Run:
    def __init__(
        self,
        process: asyncio.subprocess.Process,
        port: int,
        event_id: int,
        buyers: Sequence[Account],
        *,
        named: bool,
    ) -> None:
        self._process = process
        self._port = port
        self._event_id = event_id
        self._buyers = buyers
        self._first_seats = iter(_FIRST_SEATS) if named else None
        self._probes = 0
        self._made_at: dict[int, float] = {}

    async def measure(self) -> _Result:
        found = _Result()
        probing = await Connection.open(self._port)
        await self._probe(probing)
        path = f"/api/event/{self._event_id}/all_subsection_status/sse"
        async with listening(self._port, path, _WATCHERS, reserved_of=_PROBED) as audience:
            found.best = await self._offer(connections=_BUYERS)
            rate = found.best.served_per_second
            found.once = await self._offer(connections=_CONNECTIONS, per_second=rate)
            self._made_at.clear()
            probes = asyncio.create_task(self._keep_probing(probing))
            found.twice = await self._offer(connections=_CONNECTIONS, per_second=2 * rate)
            probes.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await probes
            found.watched = await audience.saw(self._made_at)
        found.crowd = await self._offer(connections=0, per_second=_CROWD, fresh=True)
        probing.close()
        return found

    async def _offer(
        self, *, connections: int, per_second: float | None = None, fresh: bool = False
    ) -> Outcome:
        load = Load(
            port=self._port,
            event_id=self._event_id,
            tokens=[buyer.token for buyer in self._buyers],
            size=astuple(_NAMED),
            seconds=1.0 if fresh else _SECONDS,
            warm_up=0.0 if fresh else _WARM_UP_SECONDS,
            connections=connections,
            per_second=per_second,
            first_seat=None if self._first_seats is None else next(self._first_seats),
            fresh=fresh,
        )
        await asyncio.sleep(_PAUSE_SECONDS)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(load)).encode() + b"\n")
        return Outcome(**json.loads(await self._process.stdout.readline()))

    async def _keep_probing(self, connection: Connection) -> None:
        while True:
            await self._probe(connection)
            await asyncio.sleep(_PROBE_SECONDS)

    async def _probe(self, connection: Connection) -> None:
        """Reserve one more seat of the last subsection, unless that is refused."""
        row, col = divmod(self._probes, _SIZE.cols)
        wanted = {"event_id": self._event_id, "seats": [f"A-{_PROBED}-{row + 1}-{col + 1}"]}
        token = self._buyers[0].token
        answer = await connection.request("POST", "/api/reservation", wanted, token=token)
        if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            made_at = datetime.fromisoformat(answer.json()["created_at"]).timestamp()
            self._probes += 1
            self._made_at[self._probes] = made_at


def _rows(kind: str, runs: Sequence[_Result]) -> list[Row]:
    name = f"{kind}, {_BUYERS} buyers one after the other / twice as many offered"
    twice = [run.twice for run in runs]
    crowds = [run.crowd for run in runs]

    def served(outcomes: Sequence[Outcome]) -> tuple[float, ...]:
        return tuple(outcome.served_per_second for outcome in outcomes)

    best = served([run.best for run in runs])
    return [
        compared(
            f"{name}: served", Comparison(best, served(twice)), Unit.PER_SECOND, at_least(0.9)
        ),
        _seconds("p99 of the served", [t.served_p99 for t in twice], 2.0),
        _seconds("p99 of the refusals", [t.refused_p99 for t in twice], 0.2),
        _seconds("longest refusal", [t.refused_max for t in twice], None),
        _seconds(
            f"what {_WATCHERS} watchers see is late by at most",
            [run.watched.longest for run in runs],
            1.0,
        ),
        _retry_after(f"{kind}, twice as many", twice),
        compared(
            f"{kind}, just as many offered: served",
            Comparison(best, served([run.once for run in runs])),
            Unit.PER_SECOND,
            None,
        ),
        _seconds(
            f"{kind}, {_CROWD:,} buyers in one second: p99 of the served",
            [c.served_p99 for c in crowds],
            2.0,
        ),
        _seconds("longest refusal", [c.refused_max for c in crowds], 0.2),
        _retry_after("of them", crowds),
    ]


def _seconds(path: str, values: Sequence[float], limit: float | None) -> Row:
    """The median, and the largest beside it."""
    row = absolute(path, median(values), "s", at_most(limit) if limit else None)
    return replace(row, ratio=f"(up to {max(values):.3g} s)")


def _retry_after(path: str, outcomes: Sequence[Outcome]) -> Row:
    """How many were refused, and the share of the commonest `Retry-After`."""
    times = sum((Counter(outcome.retry_after) for outcome in outcomes), Counter[str]())
    offered = sum(outcome.offered for outcome in outcomes)
    text = f"{times.total() / offered:.0%}"
    if times:
        commonest = max(times.values()) / times.total()
        text += f", after 1 to {max(map(int, times))} s; the commonest {commonest:.0%}"
    return Row(f"{path}: refused, to come back", "", text, "", "", None)


@contextlib.asynccontextmanager
async def _offering() -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.offered_load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()
