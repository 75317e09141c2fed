"""Everything there is: stores, instances, people, and what goes wrong between them."""

import asyncio
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from random import Random
from typing import Any, TypeVar, cast

from simulation.instance import Instance, NoAnswerError, Stores, Work
from simulation.kafka import KafkaServer
from simulation.kvrocks import KvrocksServer
from simulation.plan import Plan
from simulation.postgres import PostgresServer
from simulation.pubsub import PubSubServer
from simulation.timeline import Clock, Process, Timeline
from src.platform.metrics import Metrics
from src.service.shared_kernel.ids import EventId

T = TypeVar("T")

_GIVE_UP_SECONDS = 20.0
# When the clocks begin.
_LONG_AGO = 1e9


class Figures:
    """In the place of the metrics: what was repaired."""

    def __init__(self) -> None:
        self.repaired: Counter[str] = Counter()
        self.repairs = _Labelled(self.repaired)
        self.background_seconds = _Labelled(Counter())
        self.background_failures = _Labelled(Counter())
        self.expired = _Labelled(Counter()).labels("")

    def watch_lines(self, _lengths: object) -> None: ...

    def show_backlog(self, *_: object) -> None: ...


class _Labelled:
    def __init__(self, counts: Counter[str], kind: str = "") -> None:
        self._counts = counts
        self._kind = kind

    def labels(self, kind: str) -> "_Labelled":
        return _Labelled(self._counts, kind)

    def inc(self, count: int = 1) -> None:
        self._counts[self._kind] += count

    def time(self) -> AbstractContextManager[None]:
        return nullcontext()


class World:
    """`digest` sums up everything that happened, in its order; `trace` has it as text, when it is wanted."""

    def __init__(self, plan: Plan, *, tracing: bool = False) -> None:
        self.plan = plan
        self.trace: list[str] | None = [] if tracing else None
        self.digest = 0
        self.faults_met: Counter[str] = Counter()
        self.timeline = timeline = Timeline(self.chance("turns"))
        kvrocks = KvrocksServer(timeline, Clock(_LONG_AGO + plan.kvrocks_clock))
        self.postgres = PostgresServer(timeline)
        self.postgres.tables.kafka_listens = plan.kafka
        self.kafka = KafkaServer(timeline)
        self.kvrocks = kvrocks
        self.redis = PubSubServer(timeline, self.chance("Redis"))
        self.figures = Figures()
        self.instances = [
            Instance(
                timeline,
                Stores(kvrocks, self.redis, self.postgres, self.kafka if plan.kafka else None),
                f"instance {n}",
                Clock(_LONG_AGO + each.offset, each.rate),
                plan.settings,
                self.chance(f"instance {n}"),
                cast("Metrics", self.figures),
            )
            for n, each in enumerate(plan.instances)
        ]
        for instance, each in zip(self.instances, plan.instances, strict=True):
            instance.weather["PostgreSQL"].slow = each.slow
        self.clients = Process(timeline, "clients", Clock())  # type: ignore[abstract]
        # The events that clients know of, in the order in which they came, and whether all have gone home.
        self.events: list[EventId] = []
        self.over = False

    def chance(self, name: str) -> Random:
        """Chance of one's own, so that what one part draws is nothing to the others."""
        return Random(f"{self.plan.seed} {name}")

    def note(self, *what: object) -> None:
        line = f"{self.timeline.now:10.4f}  {' '.join(map(str, what))}"
        self.digest = zlib.crc32(line.encode(), self.digest)
        if self.trace is not None:
            self.trace.append(line)


class Way:
    """From one client to the instances."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._timeline = world.timeline
        self._chance = world.chance(f"way of {name}")

    async def call(
        self,
        instance: Instance,
        work: Work[T],
        *,
        seconds: float = 2.0,
        hangs_up_after: float | None = None,
        waits: float = _GIVE_UP_SECONDS,
    ) -> T:
        """Have the instance do this, within `seconds` of its own; raises what it raises, or NoAnswerError."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        hang_up: list[Callable[[], None]] = []

        def reply(result: Any, error: BaseException | None) -> None:
            self._timeline.after(self.delay(), deliver, result, error)

        def deliver(result: Any, error: BaseException | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)

        def arrive() -> None:
            hang_up.append(instance.handle(work, reply, seconds=seconds))
            if hangs_up_after is not None:
                self._timeline.after(hangs_up_after, hang_up[0])
                self._timeline.after(hangs_up_after, deliver, None, NoAnswerError())

        self._timeline.after(self.delay(), arrive)
        try:
            async with asyncio.timeout(waits):
                return await answer
        except TimeoutError:
            raise NoAnswerError from None

    def delay(self) -> float:
        return 0.001 + self._chance.expovariate(200.0)
