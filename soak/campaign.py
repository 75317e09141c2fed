"""One fault under load: buyers with a journal, subscribers with snapshots, and a check at the end."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kit.api import Size
from kit.waiting import comes_true
from soak.buyers import Buyer, Sale, Seller
from soak.check import clients_were_misled
from soak.client import TIMEOUT_SECONDS, Client, Noted
from soak.faults import Fault
from soak.journal import Journal
from soak.people import People
from soak.preparing import new_event
from soak.settling import RECOVERY_SECONDS, settled
from soak.subscribers import Subscriber, wrong_pictures
from soak.world import Instance, World

# Within so long a subscriber sees what REST says.
PICTURE_SECONDS = 10.0

_BIG, _SCARCE = Size(8, 10, 20), Size(1, 2, 5)
_PAUSE_SECONDS = 0.1
_SALE_PAUSE_SECONDS = 0.2
_IN_A_ROW = 10
_MOST_SECONDS = 30.0
_REQUESTS = {"reserve", "confirm", "release", "create", "close"}
# A refusal that took nearly as long as the service waits for a store did wait for one.
_NEARLY = 0.9


@dataclass(frozen=True, slots=True)
class Outcome:
    """What clients saw while the fault lasted, and how the service came out of it."""

    fault: str
    seen: Counter[str]
    slowest: float
    recovered: float
    agreed: float
    requests: int
    wrong: tuple[str, ...]


class Campaign:
    """`answers` is how many requests each instance must have had before the fault ends.

    `slack` makes the limits of time longer, on a machine that is busy with other things. Beyond 1 it
    also allows for one that stands still now and then: what waited for a store in vain meanwhile is
    rightly refused. That a fault does not spare those whom it must is then seen from what they are
    not served any more.
    """

    def __init__(
        self,
        world: World,
        people: People,
        fault: Fault,
        seed: int,
        *,
        answers: int,
        slack: float = 1.0,
    ) -> None:
        self._world = world
        self._people = people
        self._fault = fault
        self._chance = random.Random(f"{seed}:{fault.name}")  # noqa: S311 - chance, no secret
        self._answers = answers
        self._slack = slack
        self._journal = Journal()
        self._sales: list[Sale] = []
        self._subscribers: list[Subscriber] = []
        self._over = asyncio.Event()

    async def run(self) -> Outcome:
        await self._open_sales()
        self._watch()
        load = asyncio.gather(*self._load())
        try:
            if not await comes_true(self._warm, within=_MOST_SECONDS):
                raise TimeoutError("not all instances answered, and all streams came")
            began = time.monotonic()
            async with self._fault.apply(self._world, self._chance):
                since = began if self._fault.complete else time.monotonic()
                met = await comes_true(lambda: not self._unmet(since), within=_MOST_SECONDS)
                unmet = [] if met else self._unmet(since)
                ended = time.monotonic()
            if not self._fault.restarts_service:
                ended = time.monotonic()
            back = await comes_true(lambda: self._normal(ended), within=_MOST_SECONDS)
            self._over.set()
            await load
            stopped = time.monotonic()
            wrong = unmet + ([] if back else ["the service did not come back to normal"])
            wrong += await self._settled()
            agreed = time.monotonic() - stopped
            wrong += await wrong_pictures(
                self._subscribers,
                self._world.direct.port,
                within=PICTURE_SECONDS * self._slack,
            )
            return self._outcome(began, ended, agreed, wrong)
        finally:
            self._over.set()
            load.cancel()
            await asyncio.gather(load, return_exceptions=True)
            for subscriber in self._subscribers:
                await subscriber.close()

    async def _open_sales(self) -> None:
        for size in (_BIG, _SCARCE):
            event_id = await new_event(self._world.direct.port, self._people.seller, size)
            self._sales.append(Sale(event_id, size, scarce=size is _SCARCE))

    def _watch(self) -> None:
        self._watched = tuple(sale.event_id for sale in self._sales)
        for instance in self._world.instances:
            for event_id in self._watched:
                event = f"/api/event/{event_id}"
                for path in (
                    f"{event}/all_subsection_status",
                    f"{event}/sections/A/subsection/1/seats",
                ):
                    self._subscribers += [
                        Subscriber(instance.name, instance.port, path, delta=delta)
                        for delta in (False, True)
                    ]

    def _load(self) -> Iterator[Coroutine[Any, Any, None]]:
        over = self._over.is_set
        for number, account in enumerate(self._people.buyers):
            client = self._client_of(self._world.instances[number % 2])
            yield Buyer(
                account, client, self._sales, self._journal, self._own_chance(),
                pause=_PAUSE_SECONDS,
            ).shop(over)  # fmt: skip
        for instance in self._world.instances:
            client = self._client_of(instance)
            yield Seller(
                self._people.seller, client, self._sales, self._journal, self._own_chance(),
                pause=_SALE_PAUSE_SECONDS,
            ).sell(over)  # fmt: skip

    def _client_of(self, instance: Instance) -> Client:
        timeout = TIMEOUT_SECONDS * self._slack
        return Client(instance.name, instance.port, self._journal.noted.append, timeout=timeout)

    def _own_chance(self) -> random.Random:
        return random.Random(self._chance.getrandbits(64))  # noqa: S311 - chance, no secret

    def _warm(self) -> bool:
        return all(
            len(self._journal.since(instance.name, 0)) >= self._answers
            for instance in self._world.instances
        ) and all(subscriber.streams for subscriber in self._subscribers)

    def _unmet(self, since: float) -> list[str]:
        """What has not come yet: that enough is asked of each instance, with all that the fault must
        bring, and that those whom it must spare are served.

        What needs nothing that is broken is answered first, so their number alone tells nothing.
        """
        lines = []
        for name in (instance.name for instance in self._world.instances):
            here = self._journal.since(name, since)
            if len(here) < self._answers or not self._fault.shows_in(here, name):
                lines.append(f"clients of {name} did not meet the fault in time")
            if self._fault.spares(name) and not self._serves(here, since):
                lines.append(f"clients of {name} were not served all through it")
        return lines

    def _serves(self, here: Sequence[Noted], since: float) -> bool:
        """Whether all kinds of requests were answered since the last failure, and that is as long
        ago as a refusal may take. One good answer would not do: who tries again with the same key
        may get what the refused try has done."""
        failed = [n.ended for n in here if n.failed]
        again = max(failed, default=since)
        served = {n.request for n in here if n.began >= again}
        return served >= _REQUESTS and not (
            failed and time.monotonic() < again + self._fault.within
        )

    def _normal(self, ended: float) -> bool:
        """Whether each instance has given so many good answers in a row since the fault's end."""
        for instance in self._world.instances:
            since = self._journal.since(instance.name, ended)
            if len(since) < _IN_A_ROW or any(n.failed for n in since[-_IN_A_ROW:]):
                return False
        return True

    async def _settled(self) -> list[str]:
        return await settled(
            self._world.settings,
            self._slack,
            lambda: clients_were_misled(
                self._world.direct.port, self._people, self._sales, self._journal
            ),
        )

    def _outcome(self, began: float, ended: float, agreed: float, wrong: list[str]) -> Outcome:
        during = [n for n in self._journal.noted if n.ended >= began and n.began <= ended]
        after = [n for n in self._journal.noted if n.failed and n.ended > ended]
        seen: Counter[str] = Counter()
        for n in during:
            seen[f"{n.instance} {n.status or 'no answer'}"] += 1
        slowest = max((n.seconds for n in during if n.failed), default=0.0)
        recovered = max((n.ended - ended for n in after), default=0.0)
        wrong += self._promises(during, slowest, recovered)
        return Outcome(
            self._fault.name,
            seen,
            slowest,
            recovered,
            agreed,
            len(self._journal.noted),
            tuple(wrong),
        )

    def _promises(self, during: Sequence[Noted], slowest: float, recovered: float) -> list[str]:
        fault = self._fault
        lines = []
        for instance in self._world.instances:
            name = instance.name
            here = [n for n in during if n.instance == name]
            if name in fault.refused and not any(n.refused for n in here):
                lines.append(f"clients of {name} should have seen a refusal, and did not")
            if name in fault.gone and not any(n.unanswered for n in here):
                lines.append(f"clients of {name} should have been without an answer, and were not")
            wronged = [n for n in here if n.failed and not self._excused(n)]
            unanswered = sum(n.unanswered for n in wronged)
            if unanswered and name not in fault.gone | fault.maybe:
                lines.append(f"clients of {name} were left without an answer {unanswered} times")
            refused = sum(n.refused for n in wronged)
            if refused and fault.spares(name):
                lines.append(f"clients of {name} were refused {refused} times")
        lines += [
            f"{n.request} at {n.instance}: {n.status}, although nothing was wrong with it"
            for n in [n for n in self._journal.noted if n.status in (400, 401, 403, 404, 422)][:3]
        ]
        unclear = [n for n in during if n.refused and not n.clear]
        lines += [
            f"{n.request} at {n.instance}: {n.status}, which is no clear 503" for n in unclear[:3]
        ]
        if slowest > fault.within * self._slack:
            worst = max((n for n in during if n.failed), key=lambda n: n.seconds)
            lines.append(
                f"a refusal took {slowest:.2f} s: {worst.request} at {worst.instance}, {worst.status}"
            )
        if recovered > RECOVERY_SECONDS * self._slack:
            lines.append(f"normal service only after {recovered:.1f} s")
        return lines

    def _excused(self, n: Noted) -> bool:
        """Whether a machine that stood still explains this failure: a wait for a store in vain, or
        a connection that seemed to be used no more."""
        if self._slack <= 1:
            return False
        if n.unanswered:
            return n.quiet
        return self._journal.waited(n, _NEARLY * self._world.settings.store_timeout_seconds)
