"""One trouble under load: what clients saw, whether what had to go on went on, and the check at the end."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kit.api import Size
from kit.waiting import comes_true
from machines.balancers import PORT
from machines.site import SHARDS, Site
from machines.troubles import Trouble
from soak.buyers import Buyer, Sale, Seller
from soak.check import clients_were_misled
from soak.client import Client, Noted
from soak.journal import Journal
from soak.people import People
from soak.preparing import new_event
from soak.settling import settled
from soak.subscribers import Subscriber, wrong_pictures

# Normal service must be back within this time, by itself: TCP tries again ever more seldom.
_RECOVERY_SECONDS = 15.0
_PICTURE_SECONDS = 30.0
_WAIT_SECONDS = 40.0
_SIZE = Size(4, 10, 20)
_PAUSE_SECONDS = 0.15
_IN_A_ROW = 5
# After so long without an answer a client asks again, on a connection of its own.
_PATIENCE_SECONDS = 4.0
_SELLERS = "sellers"
_GATEWAYS_WORDS = (502, 504)


@dataclass(frozen=True, slots=True)
class Result:
    """`seen` counts requests while it lasted: served, 503, 502 or 504, no answer. `went_on` is None when
    nobody had to be served."""

    trouble: str
    balancer: str
    seen: Counter[str]
    slowest: float
    went_on: bool | None
    recovered: float
    streams: int
    agreed: float
    requests: int
    wrong: tuple[str, ...]


class Trial:
    """Buyers of each shard have an event of their own, so that it shows who is served."""

    def __init__(self, site: Site, people: People, trouble: Trouble, seed: int) -> None:
        self._site = site
        self._people = people
        self._trouble = trouble
        self._chance = random.Random(f"{seed}:{trouble.name}")  # noqa: S311 - chance, no secret
        self._journal = Journal()
        self._sales: list[Sale] = []
        self._subscribers: list[Subscriber] = []
        self._over = asyncio.Event()

    async def run(self) -> Result:
        sales = await self._open_sales()
        self._sales = list(sales.values())
        self._watch()
        load = asyncio.gather(*self._load(sales))
        try:
            await comes_true(self._warm, within=_WAIT_SECONDS)
            opened = sum(s.streams for s in self._subscribers)
            began = time.monotonic()
            async with self._trouble.apply(self._site):
                since = time.monotonic()
                await asyncio.sleep(self._trouble.seconds)
            ended = time.monotonic()
            if self._trouble.flawless:
                since = began
            back = await comes_true(lambda: self._normal(ended), within=_WAIT_SECONDS)
            self._over.set()
            await load
            stopped = time.monotonic()
            wrong = [] if back else ["the service did not come back to normal"]
            wrong += await self._settled()
            agreed = time.monotonic() - stopped
            wrong += await wrong_pictures(self._subscribers, PORT, within=_PICTURE_SECONDS)
            streams = sum(s.streams for s in self._subscribers) - opened
            return self._result(began, since, ended, streams, agreed, wrong)
        finally:
            self._over.set()
            load.cancel()
            await asyncio.gather(load, return_exceptions=True)
            for subscriber in self._subscribers:
                await subscriber.close()

    async def _open_sales(self) -> dict[int, Sale]:
        """An event of each shard."""
        sales: dict[int, Sale] = {}
        while len(sales) < SHARDS:
            event_id = await new_event(PORT, self._people.seller, _SIZE, self._site.address)
            sales.setdefault(self._site.shard_of(event_id), Sale(event_id, _SIZE, scarce=False))
        return sales

    def _watch(self) -> None:
        for sale in self._sales:
            event = f"/api/event/{sale.event_id}"
            for path in (
                f"{event}/all_subsection_status",
                f"{event}/sections/A/subsection/1/seats",
            ):
                self._subscribers += [
                    Subscriber("watcher", PORT, path, delta=delta, host=self._site.address)
                    for delta in (False, True)
                ]

    def _load(self, sales: dict[int, Sale]) -> Iterator[Coroutine[Any, Any, None]]:
        for number, account in enumerate(self._people.buyers):
            shard = number % SHARDS
            yield Buyer(
                account, self._client(_buyers_of(shard)), [sales[shard]], self._journal,
                self._own_chance(), pause=_PAUSE_SECONDS,
            ).shop(self._over.is_set)  # fmt: skip
        yield Seller(
            self._people.seller, self._client(_SELLERS), self._sales, self._journal,
            self._own_chance(), pause=_PAUSE_SECONDS,
        ).sell(self._over.is_set)  # fmt: skip

    def _client(self, name: str) -> Client:
        return Client(
            name,
            PORT,
            self._journal.noted.append,
            timeout=_PATIENCE_SECONDS,
            host=self._site.address,
        )

    def _own_chance(self) -> random.Random:
        return random.Random(self._chance.getrandbits(64))  # noqa: S311 - chance, no secret

    def _warm(self) -> bool:
        return all(
            len(self._journal.since(_buyers_of(shard), 0)) >= _IN_A_ROW for shard in range(SHARDS)
        ) and all(subscriber.streams for subscriber in self._subscribers)

    def _normal(self, ended: float) -> bool:
        for name in (*map(_buyers_of, range(SHARDS)), _SELLERS):
            since = self._journal.since(name, ended)
            if len(since) < _IN_A_ROW or any(n.failed for n in since[-_IN_A_ROW:]):
                return False
        return True

    async def _settled(self) -> list[str]:
        return await settled(
            self._site.settings,
            2,
            lambda: clients_were_misled(
                PORT, self._people, self._sales, self._journal, self._site.address
            ),
        )

    def _result(
        self, began: float, since: float, ended: float, streams: int, agreed: float,
        wrong: list[str],
    ) -> Result:  # fmt: skip
        noted = self._journal.noted
        during = [n for n in noted if n.ended >= began and n.began <= ended]
        after = [n for n in noted if n.failed and n.ended > ended]
        recovered = max((n.ended - ended for n in after), default=0.0)
        went_on = self._went_on(since, ended) if self._trouble.served else None
        if went_on is False:
            wrong.append("somebody was not served who had to be")
        if self._trouble.flawless and any(n.failed for n in noted):
            wrong.append(f"{sum(n.failed for n in noted)} requests failed")
        if recovered > _RECOVERY_SECONDS:
            wrong.append(f"normal service only after {recovered:.1f} s")
        wrong += [
            f"{n.request}: {n.status}, although nothing was wrong with it"
            for n in [n for n in noted if n.status in (400, 401, 403, 404, 422)][:3]
        ]
        return Result(
            self._trouble.name,
            self._site.balancer.name,
            Counter(map(_kind_of, during)),
            max((n.seconds for n in during if n.refused), default=0.0),
            went_on,
            recovered,
            streams,
            agreed,
            len(noted),
            tuple(wrong),
        )

    def _went_on(self, since: float, ended: float) -> bool:
        """Whether those who must be served were, without a failure once the time for it had passed."""
        for shard in self._trouble.served:
            name = _buyers_of(shard)
            here = [
                n for n in self._journal.since(name, since + self._trouble.within)
                if n.began <= ended
            ]  # fmt: skip
            if not here or any(n.failed for n in here):
                return False
        return True


def _buyers_of(shard: int) -> str:
    return f"buyers {shard}"


def _kind_of(n: Noted) -> str:
    if n.unanswered:
        return "no answer"
    if n.status in _GATEWAYS_WORDS or (n.refused and not n.clear):
        return "the balancer's own refusal"
    return "503" if n.refused else "served"


def counted(seen: Counter[str]) -> str:
    """In words, what there was of each kind."""
    kinds: Sequence[str] = ("served", "503", "the balancer's own refusal", "no answer")
    return ", ".join(f"{seen[kind]} {kind}" for kind in kinds if seen[kind]) or "nothing"
