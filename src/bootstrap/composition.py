"""The composition root: builds everything, and closes it in reverse."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import httpx
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from src.bootstrap import background
from src.bootstrap.admission import AdmissionContext, AdmissionPorts, build_admission
from src.bootstrap.box_office import BoxOfficeContext, BoxOfficePorts, build_box_office
from src.bootstrap.integration import (
    IntegrationContext,
    IntegrationPorts,
    build_integration,
)
from src.bootstrap.reconcile_queue import ReconcileQueue
from src.bootstrap.reservation import (
    ReservationContext,
    ReservationPolicy,
    ReservationPorts,
    build_reservation,
)
from src.bootstrap.ticketing import (
    TicketingContext,
    TicketingPolicy,
    TicketingPorts,
    build_ticketing,
)
from src.bootstrap.user import UserContext, UserPorts, build_user
from src.platform.database import A_PLAN_FOR_EACH, ONE_PLAN_BY_KEYS, Database, make_engine
from src.platform.http.live_stream import StreamTiming
from src.platform.kvrocks import Kvrocks
from src.platform.kvrocks_clients import make_kvrocks
from src.platform.metrics import Metrics
from src.platform.postgres_primary import PrimaryFinder
from src.platform.redis_clients import make_client, make_listener, store_errors
from src.platform.settings import Settings
from src.platform.store_figures import StoreFigures
from src.service.admission.driven_adapter.postgres_line_audit import PostgresLineAudit
from src.service.admission.driven_adapter.postgres_waiting_lines import PostgresWaitingLines
from src.service.box_office.driven_adapter.postgres_door import PostgresDoor
from src.service.box_office.driven_adapter.postgres_order_book import PostgresOrderBook
from src.service.box_office.driven_adapter.postgres_purchases import PostgresPurchases
from src.service.box_office.driven_adapter.postgres_sales_reports import PostgresSalesReports
from src.service.box_office.driven_adapter.postgres_ticket_audit import PostgresTicketAudit
from src.service.integration.app.delivery.delivery_dispatcher import DeliveryDispatcher
from src.service.integration.domain.delivery import Outcome
from src.service.integration.driven_adapter.http_webhook_sender import HttpWebhookSender
from src.service.integration.driven_adapter.postgres_delivery_lanes import PostgresDeliveryLanes
from src.service.integration.driven_adapter.postgres_outbox import PostgresOutbox
from src.service.integration.driven_adapter.postgres_webhook_deliveries import (
    PostgresWebhookDeliveries,
)
from src.service.integration.driven_adapter.postgres_webhooks import PostgresWebhooks
from src.service.integration.driven_adapter.webhook_queue import WebhookQueue
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.driven_adapter.event_state_broadcaster_impl import (
    RedisEventStateBroadcaster,
)
from src.service.reservation.driven_adapter.kvrocks_seat_inventory import KvrocksSeatInventory
from src.service.reservation.driven_adapter.kvrocks_seat_state_store import (
    KvrocksSeatStateStore,
)
from src.service.reservation.driven_adapter.postgres_house_seat_ledger import (
    PostgresHouseSeatLedger,
)
from src.service.reservation.driven_adapter.postgres_ledger_audit import PostgresLedgerAudit
from src.service.reservation.driven_adapter.postgres_reservation_ledger import (
    PostgresReservationLedger,
)
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.message_type import Listener
from src.service.shared_kernel.outbox_sql import KAFKA_SETTING
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatingLimits
from src.service.shared_kernel.subscriber import SubscriberLimit
from src.service.ticketing.app.live.event_state_hub import keep_checking
from src.service.ticketing.app.live.stream_figures import StreamFigures
from src.service.ticketing.driven_adapter.kafka.no_event_topic import NoEventTopic
from src.service.ticketing.driven_adapter.repo.cached_event_directory import (
    CachedEventDirectory,
)
from src.service.ticketing.driven_adapter.repo.postgres_event_ticketing_repository import (
    PostgresEventTicketingRepository,
)
from src.service.ticketing.driven_adapter.state.init_event_and_tickets_state_handler_impl import (
    KvrocksInitEventAndTicketsStateHandler,
)
from src.service.ticketing.driven_adapter.state.real_time_event_state_subscriber import (
    RealTimeEventStateSubscriber,
)
from src.service.ticketing.driven_adapter.state.seat_state_query_handler_impl import (
    KvrocksSeatStateQuery,
)
from src.service.user.app.login_limits import LoginLimits
from src.service.user.driven_adapter.argon2_password_hasher import Argon2PasswordHasher
from src.service.user.driven_adapter.jwt_access_tokens import JwtAccessTokens
from src.service.user.driven_adapter.jwt_device_cookies import JwtDeviceCookies
from src.service.user.driven_adapter.limits_failure_limiter import (
    FailoverFailureLimiter,
    memory_limiter,
    redis_limiter,
)
from src.service.user.driven_adapter.postgres_revoked_tokens import PostgresRevokedTokens
from src.service.user.driven_adapter.postgres_user_repository import PostgresUserRepository

if TYPE_CHECKING:
    from src.bootstrap.kafka import Kafka

# How long closing the connections may take.
_CLOSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Stores:
    """Connections to the three stores; nothing is connected before it is used, or `warm_up` is called.

    Public reads have pools of their own (`reads`, `kvrocks_reads`), so that readers, however many,
    never keep a buyer from a connection.
    """

    database: Database
    reads: Database
    primary: PrimaryFinder
    kvrocks: Kvrocks
    kvrocks_picks: Kvrocks
    kvrocks_reads: Kvrocks
    redis: Redis
    redis_listener: Redis
    figures: Sequence[StoreFigures]

    async def warm_up(self) -> None:
        """Open all connections to PostgreSQL before a crowd waits for them. Those that cannot be opened now are
        opened when they are needed."""
        with contextlib.suppress(StoreUnavailableError):
            await asyncio.gather(self.database.warm_up(), self.reads.warm_up())

    async def ping_kvrocks(self) -> bool:
        """Return whether all servers of Kvrocks answer; raise StoreUnavailableError when none does."""
        with store_errors("Kvrocks"):
            return await self.kvrocks_reads.ping()

    async def ping_redis(self) -> None:
        """Raise StoreUnavailableError unless Redis answers."""
        with store_errors("Redis"):
            await self.redis.ping()


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the endpoints, the background work and the command line call."""

    stores: Stores
    metrics: Metrics
    ticketing: TicketingContext
    reservation: ReservationContext
    admission: AdmissionContext
    box_office: BoxOfficeContext
    user: UserContext
    integration: IntegrationContext
    reconcile_queue: ReconcileQueue

    def end_streams(self) -> None:
        """End every stream now and open no more."""
        self.ticketing.hub.shut_down()
        self.admission.hub.shut_down()


@contextlib.asynccontextmanager
async def open_services(settings: Settings, metrics: Metrics) -> AsyncIterator[Services]:
    """Build the services; seat updates flow in and out inside the block."""
    settings = settings.require_stores()
    async with contextlib.AsyncExitStack() as stack:
        stores = await stack.enter_async_context(_open_stores(settings))
        kafka = await stack.enter_async_context(_open_kafka(settings))
        keys = SeatStateKeys(settings.key_prefix)
        repository = PostgresEventTicketingRepository(stores.database, stores.reads)
        directory = CachedEventDirectory(repository)
        reconcile_queue = ReconcileQueue()
        subscriber_limit = SubscriberLimit(settings.max_sse_clients)
        seat_state_by = partial(
            KvrocksSeatStateQuery,
            keys=keys,
            on_missing=reconcile_queue.request,
            timeout=settings.store_timeout_seconds,
        )
        seat_state = seat_state_by(stores.kvrocks_reads)
        stream_figures = StreamFigures(metrics.observe_message_age)
        broadcaster = RedisEventStateBroadcaster(stores.redis, keys, stream_figures.committed)
        updates = RealTimeEventStateSubscriber(
            stores.redis_listener, keys, acknowledge_within=settings.store_timeout_seconds
        )
        ledger = PostgresReservationLedger(stores.database)
        reservation = build_reservation(
            ReservationPorts(
                directory=directory,
                ledger=ledger,
                house_seat_ledger=PostgresHouseSeatLedger(stores.database),
                audit=PostgresLedgerAudit(stores.database, stores.reads),
                inventory=KvrocksSeatInventory(
                    stores.kvrocks,
                    keys,
                    pending_seconds=settings.pending_ttl_seconds,
                    timeout=settings.store_timeout_seconds,
                ),
                seat_state=seat_state,
                pick_state=seat_state_by(stores.kvrocks_picks),
                state_store=KvrocksSeatStateStore(
                    stores.kvrocks, keys, timeout=settings.store_timeout_seconds
                ),
                broadcaster=broadcaster,
                reconcile_requests=reconcile_queue,
                new_id=lambda: ReservationId(uuid.uuid4()),
            ),
            reservation_policy(settings),
        )
        ticketing = build_ticketing(
            TicketingPorts(
                repository=repository,
                directory=directory,
                init_state=KvrocksInitEventAndTicketsStateHandler(stores.kvrocks, keys),
                seat_state=seat_state,
                updates=updates,
                topic=kafka.topic_setup if kafka else NoEventTopic(),
                release_live_holds=reservation.release_event_holds.execute,
                has_seats=ledger.has_seats,
                list_all_subsection_status=reservation.list_all_subsection_status,
                list_section_seats=reservation.list_section_seats,
                on_step_back=reconcile_queue.request_epoch,
                subscriber_limit=subscriber_limit,
                stream_figures=stream_figures,
            ),
            ticketing_policy(settings),
        )
        metrics.expect_webhook_outcomes(Outcome)
        metrics.watch_streams(
            lambda: subscriber_limit.count,
            limit=settings.max_sse_clients,
            sent=lambda: stream_figures.sent,
            merged=lambda: stream_figures.merged,
            skipped=lambda: stream_figures.skipped,
        )
        for figures in stores.figures:
            metrics.watch_store(figures)
        # A server that took over may be without the latest changes, and not be behind by its version.
        stores.kvrocks.on_move(ticketing.hub.read_all_again)
        stack.push_async_callback(broadcaster.flush)
        sender = HttpWebhookSender(
            httpx.create_ssl_context(), private_allowed=settings.webhook_allow_private
        )
        stack.push_async_callback(sender.close)
        dispatcher = DeliveryDispatcher(
            PostgresDeliveryLanes(stores.database), sender, on_attempt=metrics.webhook_attempt
        )
        await stack.enter_async_context(
            background.running(
                broadcaster.run,
                updates.run,
                partial(background.sample_metrics, metrics),
                stores.primary.keep_looking,
                partial(
                    keep_checking,
                    ticketing.hub,
                    settings.sse_version_check_seconds,
                    partial(background.timed_round, metrics, "check watched events"),
                ),
            )
        )
        stack.push_async_callback(ticketing.hub.close)
        yield Services(
            stores,
            metrics,
            ticketing,
            reservation,
            build_admission(
                AdmissionPorts(
                    directory,
                    PostgresWaitingLines(stores.database, stores.reads),
                    PostgresLineAudit(stores.reads),
                    subscriber_limit,
                ),
                stream_timing(settings),
            ),
            build_box_office(
                BoxOfficePorts(
                    directory,
                    PostgresOrderBook(stores.reads),
                    PostgresSalesReports(stores.reads),
                    PostgresPurchases(stores.database, stores.reads),
                    PostgresDoor(stores.database, stores.reads),
                    PostgresTicketAudit(stores.reads),
                ),
                send_timeout=settings.sse_send_timeout_seconds,
            ),
            build_user(
                _user_ports(settings, stores),
                _login_limits(settings),
                cookie_secure=settings.cookie_secure,
            ),
            build_integration(
                IntegrationPorts(
                    outbox=PostgresOutbox(stores.database, instance=uuid.uuid4()),
                    sinks={
                        Listener.WEBHOOKS: WebhookQueue(stores.database, dispatcher.wake),
                        **({Listener.KAFKA: kafka.sink} if kafka else {}),
                    },
                    webhooks=PostgresWebhooks(stores.database),
                    deliveries=PostgresWebhookDeliveries(stores.database, stores.reads),
                    dispatcher=dispatcher,
                ),
                private_allowed=settings.webhook_allow_private,
            ),
            reconcile_queue,
        )


@contextlib.asynccontextmanager
async def upkeep(services: Services, settings: Settings) -> AsyncIterator[None]:
    """Expire and reconcile inside the block, and tell others, as every serving instance does."""
    reservation, metrics = services.reservation, services.metrics
    metrics.watch_lines(lambda: services.admission.advance.waiting)
    async with (
        _leaving(services.integration.leave),
        contextlib.aclosing(services.integration.dispatcher),
        background.running(
            partial(
                background.expire_holds,
                reservation.expire,
                metrics,
                interval=settings.expiry_interval_seconds,
            ),
            partial(
                background.reconcile_regularly,
                reservation.reconcile,
                services.ticketing.remove_stale_drafts,
                reservation.begin_epoch,
                services.reconcile_queue,
                metrics,
                interval=settings.reconcile_interval_seconds,
            ),
            partial(background.advance_lines, services.admission, metrics),
            partial(background.purge_revoked_tokens, services.user.purge_revoked_tokens, metrics),
            partial(background.measure_outbox, services.integration.backlog, metrics),
            *(
                partial(background.pass_on_messages, pass_on, metrics)
                for pass_on in services.integration.pass_on
            ),
            services.integration.dispatcher.run,
            partial(background.purge_webhook_messages, services.integration.purge, metrics),
        ),
    ):
        yield


@contextlib.asynccontextmanager
async def _leaving(leave: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Leave at the end of the block, if that can be said quickly. Otherwise it is noticed."""
    yield
    with contextlib.suppress(StoreUnavailableError, TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await leave()


def ticketing_policy(settings: Settings) -> TicketingPolicy:
    return TicketingPolicy(
        SeatingLimits(settings.max_seats_per_event, settings.max_subsections_per_event),
        draft_ttl=timedelta(seconds=settings.draft_ttl_seconds),
        merge_window=settings.sse_merge_window_seconds,
        stream_timing=stream_timing(settings),
    )


def stream_timing(settings: Settings) -> StreamTiming:
    return StreamTiming(settings.sse_heartbeat_seconds, settings.sse_send_timeout_seconds)


def reservation_policy(settings: Settings) -> ReservationPolicy:
    return ReservationPolicy(
        HoldTerms(timedelta(seconds=settings.hold_ttl_seconds), settings.max_held_seats),
        # As long as the two round trips of a pick may take.
        pick_timeout=2 * settings.store_timeout_seconds,
        pending_ttl=timedelta(seconds=settings.pending_ttl_seconds),
        draft_ttl=timedelta(seconds=settings.draft_ttl_seconds),
    )


def _user_ports(settings: Settings, stores: Stores) -> UserPorts:
    assert settings.jwt_secret is not None
    secret = settings.jwt_secret.get_secret_value()
    return UserPorts(
        users=PostgresUserRepository(stores.database),
        hasher=Argon2PasswordHasher(),
        access_tokens=JwtAccessTokens(secret, settings.access_token_ttl_seconds),
        device_cookies=JwtDeviceCookies(secret),
        revoked_tokens=PostgresRevokedTokens(stores.database),
        limiter=FailoverFailureLimiter(
            redis_limiter(stores.redis, settings.key_prefix), memory_limiter()
        ),
    )


def _login_limits(settings: Settings) -> LoginLimits:
    return LoginLimits(
        per_account=settings.login_failures_per_account,
        per_address=settings.login_failures_per_address,
        taken_emails_per_address=settings.taken_emails_per_address,
        window=settings.failure_window_seconds,
    )


@contextlib.asynccontextmanager
async def _open_stores(settings: Settings) -> AsyncIterator[Stores]:
    assert settings.kvrocks_url
    assert settings.redis_url
    timeout, size = settings.store_timeout_seconds, settings.store_pool_size
    sales = StoreFigures("postgres", "sales", settings.postgres_pool_size)
    reads = StoreFigures("postgres", "reads", settings.postgres_read_pool_size)
    seats = [StoreFigures("kvrocks", pool, size) for pool in ("sales", "picks", "reads")]
    redis = StoreFigures("redis", "all", size)
    primary = PrimaryFinder()
    engines = [
        _engine(settings, sales.size, primary, ONE_PLAN_BY_KEYS),
        _engine(settings, reads.size, primary, A_PLAN_FOR_EACH),
    ]
    database, readers = (
        Database(engine, timeout=settings.postgres_timeout_seconds, figures=pool)
        for engine, pool in zip(engines, (sales, reads), strict=True)
    )
    kvrocks = seat_changes, picks, seat_reads = make_kvrocks(
        settings.kvrocks_url, seats, retry_reads=(False, True, True), timeout=timeout
    )
    clients = (
        make_client(settings.redis_url, pool_size=size, timeout=timeout, figures=redis),
        make_listener(settings.redis_url, timeout=timeout),
    )
    try:
        yield Stores(
            database,
            readers,
            primary,
            seat_changes,
            picks,
            seat_reads,
            *clients,
            figures=[sales, reads, *seats, redis],
        )
    finally:
        # All together and not for long: a store that does not answer must not hold up the shutdown.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await asyncio.gather(
                    *(engine.dispose() for engine in engines),
                    *(client.aclose() for client in kvrocks),
                    *(client.aclose(close_connection_pool=True) for client in clients),
                    return_exceptions=True,
                )


def _engine(
    settings: Settings, pool_size: int, primary: PrimaryFinder, plans: Mapping[str, str]
) -> AsyncEngine:
    assert settings.database_url
    return make_engine(
        settings.database_url,
        pool_size=pool_size,
        timeout=settings.postgres_timeout_seconds,
        session={**plans, **({KAFKA_SETTING: "on"} if settings.kafka_bootstrap_servers else {})},
        primary=primary,
    )


@contextlib.asynccontextmanager
async def _open_kafka(settings: Settings) -> AsyncIterator["Kafka | None"]:
    if not settings.kafka_bootstrap_servers:
        yield None
        return
    # Here, because only this needs the package of the extra `kafka`.
    from src.bootstrap.kafka import open_kafka

    async with open_kafka(settings) as kafka:
        yield kafka
