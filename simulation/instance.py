"""One instance of the service: the composition's own builders and background work, on simulated stores."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any, TypeVar, cast
from uuid import UUID

from simulation.kafka import KafkaServer, SimulatedTopic
from simulation.kvrocks import KvrocksServer
from simulation.network import Link, Weather
from simulation.postgres import PostgresServer, Remote
from simulation.pubsub import PubSubServer, SimulatedPublisher
from simulation.redis_client import SimulatedRedis
from simulation.timeline import Clock, Process, Timeline
from src.bootstrap import background
from src.bootstrap.admission import AdmissionPorts, build_admission
from src.bootstrap.composition import (
    Services,
    reservation_policy,
    stream_timing,
    ticketing_policy,
    upkeep,
)
from src.bootstrap.integration import IntegrationPorts, build_integration
from src.bootstrap.reconcile_queue import ReconcileQueue
from src.bootstrap.reservation import ReservationPorts, build_reservation
from src.bootstrap.ticketing import TicketingPorts, build_ticketing
from src.platform.kvrocks import SingleKvrocks
from src.platform.metrics import Metrics
from src.platform.settings import Settings
from src.service.integration.app.interface.message_sink import MessageSink
from src.service.integration.driven_adapter.kafka.aiokafka_message_sink import AiokafkaMessageSink
from src.service.reservation.driven_adapter.event_state_broadcaster_impl import (
    RedisEventStateBroadcaster,
)
from src.service.reservation.driven_adapter.kvrocks_seat_inventory import KvrocksSeatInventory
from src.service.reservation.driven_adapter.kvrocks_seat_state_store import KvrocksSeatStateStore
from src.service.shared_kernel.deadline import deadline
from src.service.shared_kernel.errors import ServiceError
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.message_type import Listener
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.subscriber import SubscriberLimit
from src.service.ticketing.app.live.event_state_hub import keep_checking
from src.service.ticketing.app.live.stream_figures import StreamFigures
from src.service.ticketing.driven_adapter.kafka.no_event_topic import NoEventTopic
from src.service.ticketing.driven_adapter.repo.cached_event_directory import CachedEventDirectory
from src.service.ticketing.driven_adapter.state.init_event_and_tickets_state_handler_impl import (
    KvrocksInitEventAndTicketsStateHandler,
)
from src.service.ticketing.driven_adapter.state.real_time_event_state_subscriber import (
    RealTimeEventStateSubscriber,
)
from src.service.ticketing.driven_adapter.state.seat_state_query_handler_impl import (
    KvrocksSeatStateQuery,
)
from test.fake.messages import FakeOutbox

T = TypeVar("T")
Work = Callable[[Services], Coroutine[Any, Any, T]]
# Told what a request came to: its result, or its error; neither when nobody ever says.
Reply = Callable[[Any, BaseException | None], None]

_KEYS = SeatStateKeys()
_STORES = ("Kvrocks", "Redis", "PostgreSQL", "Kafka")


@dataclass(frozen=True, slots=True)
class Stores:
    kvrocks: KvrocksServer
    redis: PubSubServer
    postgres: PostgresServer
    # Where somebody listens.
    kafka: KafkaServer | None


USUALLY_BACK_AFTER = 1.0


class NoAnswerError(Exception):
    """The connection to the instance is gone."""


class Instance:
    """It may die and come again. What it is told while it is not there is not heard."""

    def __init__(
        self,
        timeline: Timeline,
        stores: Stores,
        name: str,
        clock: Clock,
        settings: Settings,
        chance: Random,
        metrics: Metrics,
    ) -> None:
        self.name = name
        self.weather = {each: Weather() for each in _STORES}
        self.lives: list[Process] = []
        self.services: Services | None = None
        # After how many seconds one that has died is started again.
        self.back_after = USUALLY_BACK_AFTER
        self._timeline = timeline
        self._stores = stores
        self._clock = clock
        self._settings = settings
        self._chance = chance
        self._metrics = metrics
        self._waiting: dict[Reply, None] = {}

    @property
    def process(self) -> Process:
        """The one that lives, or lived last."""
        return self.lives[-1]

    @property
    def up(self) -> bool:
        return bool(self.lives) and self.process.alive

    def start(self) -> None:
        if self.up:
            return
        process = Process(self._timeline, f"{self.name}.{len(self.lives)}", self._clock)  # type: ignore[abstract]
        process.on_death = partial(self._died, process)
        self.lives.append(process)
        process.start(self._run(process))

    def stop(self) -> None:
        """End it as SIGTERM does, soon."""
        if self.up and self.services is not None:
            self.services.end_streams()
            self._running.cancel()

    def handle(self, work: Work[Any], reply: Reply, *, seconds: float) -> Callable[[], None]:
        """Serve a request that has just arrived. Returns what hangs up on it."""
        services = self.services
        if not self.up or services is None:
            reply(None, NoAnswerError())
            return lambda: None
        self._waiting[reply] = None
        task = self.process.start(self._serve(services, work, reply, seconds))
        return lambda: cast("None", task.cancel())

    async def _serve(
        self, services: Services, work: Work[Any], reply: Reply, seconds: float
    ) -> None:
        try:
            with deadline(seconds):
                result = await work(services)
        except ServiceError as error:
            self._answer(reply, None, error)
        except Exception as error:
            self.process.failures.append(f"a request failed: {error!r}")
            self._answer(reply, None, error)
        else:
            self._answer(reply, result, None)

    def _answer(self, reply: Reply, result: Any, error: BaseException | None) -> None:
        if self._waiting.pop(reply, False) is None:
            reply(result, error)

    def _died(self, process: Process) -> None:
        self.services = None
        waiting, self._waiting = self._waiting, {}
        for reply in waiting:
            reply(None, NoAnswerError())
        self._timeline.after(self.back_after, self.start)
        # The server learns of it a moment later.
        self._timeline.after(
            self._chance.random() * 2, self._stores.postgres.end_sessions_of, process
        )

    async def _run(self, process: Process) -> None:
        self._running = process.start(self._live(process))
        with contextlib.suppress(BaseException):
            await self._running
        process.kill()

    async def _live(self, process: Process) -> None:
        settings = self._settings
        async with contextlib.AsyncExitStack() as stack:
            sinks = await stack.enter_async_context(self._open_sinks(process))
            services, broadcaster, updates = self._build(process, sinks)
            stack.push_async_callback(broadcaster.flush)
            await stack.enter_async_context(
                background.running(
                    broadcaster.run,
                    updates.run,
                    partial(
                        keep_checking, services.ticketing.hub, settings.sse_version_check_seconds
                    ),
                )
            )
            stack.push_async_callback(services.ticketing.hub.close)
            await stack.enter_async_context(upkeep(services, settings))
            self.services = services
            await process.create_future()

    @contextlib.asynccontextmanager
    async def _open_sinks(self, process: Process) -> AsyncIterator[dict[Listener, MessageSink]]:
        if self._stores.kafka is None:
            yield {}
            return
        link = Link(process, self._stores.kafka, self.weather["Kafka"], self._chance)
        sink = AiokafkaMessageSink(SimulatedTopic(link).as_topic(), {"link": link})
        yield {Listener.KAFKA: sink}
        await sink.close()

    def _build(
        self, process: Process, sinks: Mapping[Listener, MessageSink]
    ) -> tuple[Services, RedisEventStateBroadcaster, RealTimeEventStateSubscriber]:
        settings, stores, postgres = self._settings, self._stores, self._stores.postgres

        def link(server: Any) -> Link:
            return Link(process, server, self.weather[server.name], self._chance)

        def kvrocks_client(*, retry_reads: bool = False) -> SingleKvrocks:
            client = SimulatedRedis(
                stores.kvrocks,
                link(stores.kvrocks),
                timeout=settings.store_timeout_seconds,
                retry_reads=retry_reads,
            )
            return SingleKvrocks(client.as_redis())

        def remote(port: object) -> Any:
            return Remote(postgres, port, link(postgres), timeout=settings.postgres_timeout_seconds)

        queue = ReconcileQueue()
        kvrocks, limit = kvrocks_client(), SubscriberLimit(settings.max_sse_clients)
        publisher = SimulatedPublisher(
            stores.redis, link(stores.redis), timeout=settings.store_timeout_seconds
        ).as_redis()
        figures = StreamFigures()
        broadcaster = RedisEventStateBroadcaster(publisher, _KEYS, figures.committed)
        updates = RealTimeEventStateSubscriber(
            publisher, _KEYS, acknowledge_within=settings.store_timeout_seconds
        )
        repository, ledger = remote(postgres.repository), remote(postgres.ledger)
        directory = CachedEventDirectory(repository, now=process.time)
        seat_state, pick_state = (
            KvrocksSeatStateQuery(
                kvrocks_client(retry_reads=True),
                _KEYS,
                queue.request,
                timeout=settings.store_timeout_seconds,
            )
            for _ in range(2)
        )
        reservation = build_reservation(
            ReservationPorts(
                directory=directory,
                ledger=ledger,
                house_seat_ledger=remote(postgres.house_seats),
                audit=remote(postgres.audit),
                inventory=KvrocksSeatInventory(
                    kvrocks,
                    _KEYS,
                    pending_seconds=settings.pending_ttl_seconds,
                    timeout=settings.store_timeout_seconds,
                ),
                seat_state=seat_state,
                pick_state=pick_state,
                state_store=KvrocksSeatStateStore(
                    kvrocks, _KEYS, timeout=settings.store_timeout_seconds
                ),
                broadcaster=broadcaster,
                reconcile_requests=queue,
                new_id=lambda: ReservationId(self._new_uuid()),
            ),
            reservation_policy(settings),
        )
        ticketing = build_ticketing(
            TicketingPorts(
                repository=repository,
                directory=directory,
                init_state=KvrocksInitEventAndTicketsStateHandler(kvrocks, _KEYS),
                seat_state=seat_state,
                updates=updates,
                topic=NoEventTopic(),
                release_live_holds=reservation.release_event_holds.execute,
                has_seats=ledger.has_seats,
                list_all_subsection_status=reservation.list_all_subsection_status,
                list_section_seats=reservation.list_section_seats,
                on_step_back=queue.request_epoch,
                stream_figures=figures,
                subscriber_limit=limit,
            ),
            ticketing_policy(settings),
        )
        admission = build_admission(
            AdmissionPorts(directory, remote(postgres.lines), cast("Any", None), limit),
            stream_timing(settings),
        )
        services = Services(
            stores=cast("Any", None),
            metrics=self._metrics,
            ticketing=ticketing,
            reservation=reservation,
            admission=admission,
            box_office=cast("Any", None),
            user=cast("Any", SimpleNamespace(purge_revoked_tokens=_Nothing())),
            integration=build_integration(
                IntegrationPorts(
                    outbox=remote(FakeOutbox(postgres.tables, self._new_uuid())),
                    sinks=sinks,
                    webhooks=cast("Any", None),
                    deliveries=cast("Any", _Nothing()),
                    dispatcher=cast("Any", _Nothing()),
                ),
                private_allowed=False,
            ),
            reconcile_queue=queue,
        )
        return services, broadcaster, updates

    def _new_uuid(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)


class _Nothing:
    """In the place of what has nothing to do here: nobody signs in, and there are no webhooks."""

    async def execute(self) -> None: ...

    async def run(self) -> None:
        await asyncio.get_running_loop().create_future()

    async def aclose(self) -> None: ...

    def wake(self) -> None: ...

    async def purge(self, *, most: int) -> int:
        return 0
