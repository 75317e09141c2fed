"""The composition root: builds everything, and closes it in reverse."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from src.platform import background
from src.platform.background import RequestedRepairs
from src.platform.database import Database, make_engine
from src.platform.http.long_answers import LongAnswers
from src.platform.metrics import Metrics
from src.platform.redis_clients import make_client, make_listener, store_errors
from src.platform.settings import Settings
from src.service.reservation.app.command.begin_epoch_use_case import BeginEpochUseCase
from src.service.reservation.app.command.confirm_reservation_use_case import (
    ConfirmReservationUseCase,
)
from src.service.reservation.app.command.expire_reservations_use_case import (
    ExpireReservationsUseCase,
)
from src.service.reservation.app.command.reconcile_seat_state_use_case import (
    ReconcileSeatStateUseCase,
)
from src.service.reservation.app.command.release_event_holds_use_case import (
    ReleaseEventHoldsUseCase,
)
from src.service.reservation.app.command.release_reservation_use_case import (
    ReleaseReservationUseCase,
)
from src.service.reservation.app.command.reserve_seats_use_case import ReserveSeatsUseCase
from src.service.reservation.app.interface.reservation_ledger import HoldTerms
from src.service.reservation.app.query.get_reservation_use_case import GetReservationUseCase
from src.service.reservation.app.query.list_all_subsection_status_use_case import (
    ListAllSubsectionStatusUseCase,
)
from src.service.reservation.app.query.list_reservations_use_case import ListReservationsUseCase
from src.service.reservation.app.query.list_section_seats_detail_use_case import (
    ListSectionSeatsDetailUseCase,
)
from src.service.reservation.app.query.verify_seat_state_use_case import VerifySeatStateUseCase
from src.service.reservation.app.seat_comparison import SeatComparer
from src.service.reservation.app.seat_picker import SeatPicker
from src.service.reservation.app.seat_state_sync import SeatStateSync
from src.service.reservation.driven_adapter.event_state_broadcaster_impl import (
    RedisEventStateBroadcaster,
)
from src.service.reservation.driven_adapter.kvrocks_seat_inventory import KvrocksSeatInventory
from src.service.reservation.driven_adapter.kvrocks_seat_state_repair import (
    KvrocksSeatStateRepair,
)
from src.service.reservation.driven_adapter.postgres_ledger_audit import PostgresLedgerAudit
from src.service.reservation.driven_adapter.postgres_reservation_ledger import (
    PostgresReservationLedger,
)
from src.service.reservation.driving_adapter.http_controller.reservation_controller import (
    ReservationUseCases,
)
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.lane import Lane
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatingLimits
from src.service.ticketing.app.command.create_event_and_tickets_use_case import (
    CreateEventAndTicketsUseCase,
)
from src.service.ticketing.app.command.remove_stale_drafts_use_case import (
    RemoveStaleDraftsUseCase,
)
from src.service.ticketing.app.command.update_event_use_case import UpdateEventUseCase
from src.service.ticketing.app.interface.event_topic_setup import EventTopicSetup
from src.service.ticketing.app.live.event_state_hub import EventStateHub, keep_checking
from src.service.ticketing.app.query.get_event_use_case import GetEventUseCase
from src.service.ticketing.app.query.list_events_use_case import ListEventsUseCase
from src.service.ticketing.app.query.watch_event_use_case import WatchEventUseCase
from src.service.ticketing.driven_adapter.kafka.no_event_topics import NoEventTopics
from src.service.ticketing.driven_adapter.repo.postgres_event_ticketing_repository import (
    PostgresEventTicketingRepository,
)
from src.service.ticketing.driven_adapter.repo.remembering_event_directory import (
    RememberingEventDirectory,
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
from src.service.ticketing.driving_adapter.http_controller.event_ticketing_controller import (
    EventUseCases,
    StreamTiming,
)
from src.service.user.app.command.forget_ended_tokens_use_case import ForgetEndedTokensUseCase
from src.service.user.app.command.login_use_case import LoginUseCase
from src.service.user.app.command.logout_use_case import LogoutUseCase
from src.service.user.app.command.register_user_use_case import RegisterUserUseCase
from src.service.user.app.login_limits import LoginLimits
from src.service.user.app.query.get_user_use_case import GetUserUseCase
from src.service.user.app.query.identify_caller_use_case import IdentifyCallerUseCase
from src.service.user.driven_adapter.argon2_password_hasher import Argon2PasswordHasher
from src.service.user.driven_adapter.jwt_access_tokens import JwtAccessTokens
from src.service.user.driven_adapter.jwt_device_cookies import JwtDeviceCookies
from src.service.user.driven_adapter.limits_failure_limiter import (
    FailoverFailureLimiter,
    memory_limiter,
    redis_limiter,
)
from src.service.user.driven_adapter.postgres_ended_tokens import PostgresEndedTokens
from src.service.user.driven_adapter.postgres_user_repository import PostgresUserRepository
from src.service.user.driving_adapter.http_controller.user_controller import UserUseCases

_LANE_WAIT_SECONDS = 2.0
_LARGE_EVENT_WAIT_SECONDS = 5.0
# How long closing the connections may take in the end.
_CLOSE_SECONDS = 1.0

# One holds about a megabyte of an event with 100,000 seats.
_LONG_ANSWERS_AT_ONCE = 32
_LONG_ANSWER_WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Stores:
    """Connections to the three stores; nothing is connected before it is used.

    What anybody may read as often as they like has pools of its own (`reads`, `kvrocks_reads`), so
    that readers, however many, never keep a buyer from a connection.
    """

    database: Database
    reads: Database
    kvrocks: Redis
    kvrocks_picks: Redis
    kvrocks_reads: Redis
    redis: Redis
    redis_listener: Redis

    async def ping_kvrocks(self) -> None:
        """Raise StoreUnavailableError unless Kvrocks answers."""
        with store_errors("Kvrocks"):
            await self.kvrocks_reads.ping()

    async def ping_redis(self) -> None:
        """Raise StoreUnavailableError unless Redis answers."""
        with store_errors("Redis"):
            await self.redis.ping()


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the endpoints, the background work and the command line call."""

    stores: Stores
    metrics: Metrics
    identify_caller: IdentifyCallerUseCase
    hub: EventStateHub
    events: EventUseCases
    reservations: ReservationUseCases
    users: UserUseCases
    expire: ExpireReservationsUseCase
    reconcile: ReconcileSeatStateUseCase
    verify: VerifySeatStateUseCase
    remove_stale_drafts: RemoveStaleDraftsUseCase
    begin_epoch: BeginEpochUseCase
    forget_ended_tokens: ForgetEndedTokensUseCase
    requested_repairs: RequestedRepairs


@contextlib.asynccontextmanager
async def open_services(settings: Settings, metrics: Metrics) -> AsyncIterator[Services]:
    """Build the services; seat updates flow in and out inside the block."""
    settings = settings.require_stores()
    assert settings.jwt_secret is not None
    async with contextlib.AsyncExitStack() as stack:
        stores = await stack.enter_async_context(_open_stores(settings))
        keys = SeatStateKeys(settings.key_prefix)

        repository = PostgresEventTicketingRepository(stores.database, stores.reads)
        directory = RememberingEventDirectory(repository)
        requested_repairs = RequestedRepairs()
        seat_state_of = partial(
            KvrocksSeatStateQuery,
            keys=keys,
            on_missing=requested_repairs.request,
            limit=settings.store_timeout_seconds,
        )
        seat_state = seat_state_of(stores.kvrocks_reads)
        init_state = KvrocksInitEventAndTicketsStateHandler(stores.kvrocks, keys)
        ledger = PostgresReservationLedger(stores.database)
        inventory = KvrocksSeatInventory(
            stores.kvrocks,
            keys,
            pending_seconds=settings.pending_ttl_seconds,
            limit=settings.store_timeout_seconds,
        )
        broadcaster = RedisEventStateBroadcaster(stores.redis, keys)
        sync = SeatStateSync(directory, inventory, broadcaster, requested_repairs)
        release_event_holds = ReleaseEventHoldsUseCase(ledger, sync)

        feed = RealTimeEventStateSubscriber(
            stores.redis_listener, keys, acknowledge_within=settings.store_timeout_seconds
        )
        hub = EventStateHub(
            seat_state,
            feed,
            directory,
            merge_window=settings.sse_merge_window_seconds,
            max_watchers=settings.max_sse_clients,
            on_step_back=requested_repairs.request_epoch,
        )
        metrics.watch_streams(lambda: hub.watchers)

        audit = PostgresLedgerAudit(stores.database)
        repair = KvrocksSeatStateRepair(stores.kvrocks, keys)
        comparer = SeatComparer(
            directory, audit, repair, grace=timedelta(seconds=settings.pending_ttl_seconds)
        )
        users = PostgresUserRepository(stores.database)
        ended_tokens = PostgresEndedTokens(stores.database)
        hasher = Argon2PasswordHasher()
        secret = settings.jwt_secret.get_secret_value()
        access_tokens = JwtAccessTokens(secret, settings.access_token_ttl_seconds)
        limiter = FailoverFailureLimiter(
            redis_limiter(stores.redis, settings.key_prefix), memory_limiter()
        )
        login_limits = LoginLimits(
            per_account=settings.login_failures_per_account,
            per_address=settings.login_failures_per_address,
            taken_emails_per_address=settings.taken_emails_per_address,
            window=settings.failure_window_seconds,
        )

        services = Services(
            stores=stores,
            metrics=metrics,
            identify_caller=IdentifyCallerUseCase(access_tokens, ended_tokens),
            hub=hub,
            events=EventUseCases(
                create=CreateEventAndTicketsUseCase(
                    repository,
                    init_state,
                    _topic_setup(settings),
                    limits=SeatingLimits(
                        settings.max_seats_per_event, settings.max_subsections_per_event
                    ),
                    small=Lane("create events", at_once=4, wait=_LANE_WAIT_SECONDS),
                    # Two large ones at once take longer than one after the other.
                    large=Lane("create large events", at_once=1, wait=_LARGE_EVENT_WAIT_SECONDS),
                ),
                update=UpdateEventUseCase(repository, directory, release_event_holds.execute, hub),
                get=GetEventUseCase(repository, seat_state),
                list=ListEventsUseCase(repository),
                list_all_subsection_status=ListAllSubsectionStatusUseCase(directory, seat_state),
                list_section_seats=ListSectionSeatsDetailUseCase(directory, seat_state),
                watch=WatchEventUseCase(directory, hub),
                stream_timing=StreamTiming(
                    settings.sse_heartbeat_seconds, settings.sse_send_timeout_seconds
                ),
                long_answers=LongAnswers(
                    at_once=_LONG_ANSWERS_AT_ONCE,
                    wait=_LONG_ANSWER_WAIT_SECONDS,
                    send_timeout=settings.sse_send_timeout_seconds,
                ),
            ),
            reservations=ReservationUseCases(
                reserve=ReserveSeatsUseCase(
                    directory,
                    # To wait for one's turn: as long as the two questions of a pick may take.
                    SeatPicker(
                        seat_state_of(stores.kvrocks_picks),
                        inventory,
                        patience=2 * settings.store_timeout_seconds,
                    ),
                    inventory,
                    ledger,
                    broadcaster,
                    requested_repairs,
                    lambda: ReservationId(uuid.uuid4()),
                    HoldTerms(
                        timedelta(seconds=settings.hold_ttl_seconds), settings.max_held_seats
                    ),
                ),
                confirm=ConfirmReservationUseCase(ledger, sync),
                release=ReleaseReservationUseCase(ledger, sync),
                get=GetReservationUseCase(ledger),
                list=ListReservationsUseCase(ledger),
            ),
            users=UserUseCases(
                # Hashing passwords is what each turn of these lanes is spent on.
                register=RegisterUserUseCase(
                    users,
                    hasher,
                    limiter,
                    login_limits,
                    Lane("sign up", at_once=1, wait=_LANE_WAIT_SECONDS),
                ),
                login=LoginUseCase(
                    users,
                    hasher,
                    access_tokens,
                    JwtDeviceCookies(secret),
                    limiter,
                    login_limits,
                    Lane("sign in", at_once=2, wait=_LANE_WAIT_SECONDS),
                ),
                logout=LogoutUseCase(access_tokens, ended_tokens),
                get=GetUserUseCase(users),
                cookie_secure=settings.cookie_secure,
            ),
            expire=ExpireReservationsUseCase(ledger, sync),
            reconcile=ReconcileSeatStateUseCase(
                audit, repair, inventory, broadcaster, comparer, release_event_holds
            ),
            verify=VerifySeatStateUseCase(
                audit,
                repair,
                comparer,
                draft_limit=timedelta(seconds=settings.draft_ttl_seconds),
            ),
            remove_stale_drafts=RemoveStaleDraftsUseCase(
                repository, init_state, older_than=timedelta(seconds=settings.draft_ttl_seconds)
            ),
            begin_epoch=BeginEpochUseCase(audit, repair, broadcaster),
            forget_ended_tokens=ForgetEndedTokensUseCase(ended_tokens),
            requested_repairs=requested_repairs,
        )
        stack.push_async_callback(broadcaster.flush)
        await stack.enter_async_context(
            background.running(
                broadcaster.run,
                feed.run,
                partial(keep_checking, hub, settings.sse_version_check_seconds),
            )
        )
        stack.push_async_callback(hub.close)
        yield services


@contextlib.asynccontextmanager
async def upkeep(services: Services, settings: Settings) -> AsyncIterator[None]:
    """Expire and reconcile inside the block, as every serving instance does."""
    async with background.running(
        partial(
            background.expire_holds,
            services.expire,
            services.metrics,
            interval=settings.expiry_interval_seconds,
        ),
        partial(
            background.reconcile_regularly,
            services.reconcile,
            services.remove_stale_drafts,
            services.begin_epoch,
            services.requested_repairs,
            services.metrics,
            interval=settings.reconcile_interval_seconds,
        ),
        partial(background.forget_ended_tokens, services.forget_ended_tokens),
    ):
        yield


@contextlib.asynccontextmanager
async def _open_stores(settings: Settings) -> AsyncIterator[Stores]:
    assert settings.kvrocks_url
    assert settings.redis_url
    timeout = settings.store_timeout_seconds
    client = partial(make_client, pool_size=settings.store_pool_size, timeout=timeout)
    engines = [
        _engine(settings, size)
        for size in (settings.postgres_pool_size, settings.postgres_read_pool_size)
    ]
    database, reads = (Database(e, limit=settings.postgres_timeout_seconds) for e in engines)
    clients = (
        client(settings.kvrocks_url),
        client(settings.kvrocks_url, retry_reads=True),
        client(settings.kvrocks_url, retry_reads=True),
        client(settings.redis_url),
        make_listener(settings.redis_url, timeout=timeout),
    )
    try:
        yield Stores(database, reads, *clients)
    finally:
        # All together and not for long: nothing is asked any more, and a store that says nothing
        # must not hold up the end.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await asyncio.gather(
                    *(engine.dispose() for engine in engines),
                    *(opened.aclose(close_connection_pool=True) for opened in clients),
                    return_exceptions=True,
                )


def _engine(settings: Settings, pool_size: int) -> AsyncEngine:
    assert settings.database_url
    return make_engine(
        settings.database_url, pool_size=pool_size, timeout=settings.postgres_timeout_seconds
    )


def _topic_setup(settings: Settings) -> EventTopicSetup:
    if settings.kafka_bootstrap_servers:
        # Here, because only this needs the package of the extra `kafka`.
        from src.service.ticketing.driven_adapter.kafka.aiokafka_event_topic_setup import (
            AiokafkaEventTopicSetup,
        )

        return AiokafkaEventTopicSetup(settings.kafka_bootstrap_servers)
    return NoEventTopics()
