"""What every instance does besides answering: expire holds, reconcile, check snapshots."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import structlog

from src.bootstrap.admission import AdmissionContext
from src.bootstrap.reconcile_queue import ReconcileQueue
from src.platform.metrics import Metrics
from src.service.integration.app.command.pass_on_messages_use_case import PassOnMessagesUseCase
from src.service.integration.app.command.purge_webhook_messages_use_case import (
    PurgeWebhookMessagesUseCase,
)
from src.service.integration.app.interface.message_sink import NotPassedOnError
from src.service.integration.domain.backlog import Backlog
from src.service.reservation.app.command.begin_epoch_use_case import BeginEpochUseCase
from src.service.reservation.app.command.expire_reservations_use_case import (
    ExpireReservationsUseCase,
)
from src.service.reservation.app.command.reconcile_seat_state_use_case import (
    ReconcileSeatStateUseCase,
)
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.message_type import Listener
from src.service.shared_kernel.tasks import start_detached
from src.service.ticketing.app.command.remove_stale_drafts_use_case import (
    RemoveStaleDraftsUseCase,
)
from src.service.user.app.command.purge_revoked_tokens_use_case import PurgeRevokedTokensUseCase

logger = structlog.get_logger(__name__)

_RESTART_SECONDS = 1.0
_CANCEL_AGAIN_SECONDS = 0.5
_RETRY_SECONDS = 1.0
_LONGEST_RETRY_SECONDS = 15.0
_LOOK_FOR_MESSAGES_SECONDS = 0.2
_PURGE_INTERVAL_SECONDS = 3600.0
_SAMPLE_INTERVAL_SECONDS = 1.0
_MEASURE_INTERVAL_SECONDS = 10.0
# However many people ask for it.
_LINES_APART_SECONDS = 0.1


@contextlib.asynccontextmanager
async def running(*jobs: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run these endless jobs inside the block. One that fails is logged and started again."""
    tasks = [asyncio.ensure_future(_forever(job)) for job in jobs]
    try:
        yield
    finally:
        # More than once: the drivers use wait_for, and that of Python 3.11 loses a cancellation that
        # comes just as what it waits for is done.
        going_on = set(tasks)
        while going_on:
            for task in going_on:
                task.cancel()
            _, going_on = await asyncio.wait(going_on, timeout=_CANCEL_AGAIN_SECONDS)


@contextlib.asynccontextmanager
async def at_first(job: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run the job once, beside the beginning of the block. With the block it ends."""
    task = start_detached(job())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _forever(job: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await job()
        except StoreUnavailableError as error:
            logger.warning(
                "background work waits for a store", error=str(error), reason=error.reason
            )
        except Exception:
            logger.exception("background work failed")
        await asyncio.sleep(_RESTART_SECONDS)


async def sample_metrics(metrics: Metrics) -> None:
    """Write down every second what cannot be asked for."""
    while True:
        metrics.sample()
        await asyncio.sleep(_SAMPLE_INTERVAL_SECONDS)


@contextlib.contextmanager
def timed_round(metrics: Metrics, task: str) -> Iterator[None]:
    """One round of background work is timed, and counted when it fails."""
    # Also while it is zero: an increase is only seen from a value on.
    failures = metrics.background_failures.labels(task)
    with metrics.background_seconds.labels(task).time():
        try:
            yield
        except Exception:
            failures.inc()
            raise


async def expire_holds(
    expire: ExpireReservationsUseCase, metrics: Metrics, *, interval: float
) -> None:
    """Expire holds that are due, every `interval` seconds."""
    while True:
        with timed_round(metrics, "expire holds"):
            expired = await expire.execute()
        metrics.expired.inc(expired)
        await asyncio.sleep(interval)


async def advance_lines(admission: AdmissionContext, metrics: Metrics) -> None:
    """Move the waiting lines on, about every second; sooner when somebody is next, has made room or wants
    to watch a line."""
    loop, wanted = asyncio.get_running_loop(), admission.hub.wanted
    while True:
        wanted.clear()
        began = loop.time()
        with timed_round(metrics, "advance lines"):
            pause = await admission.advance.execute()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause.total_seconds()):
                await wanted.wait()
                await asyncio.sleep(began + _LINES_APART_SECONDS - loop.time())


async def pass_on_messages(pass_on: PassOnMessagesUseCase, metrics: Metrics) -> None:
    """Pass on to a listener what has happened, soon after; what it does not take is tried again."""
    pause = _RETRY_SECONDS
    while True:
        try:
            with timed_round(metrics, f"pass on to {pass_on.listener}"):
                passed_on = await pass_on.execute()
        except NotPassedOnError as error:
            logger.warning("messages wait", listener=pass_on.listener.value, error=str(error))
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_RETRY_SECONDS)
            continue
        pause = _RETRY_SECONDS
        if not passed_on:
            await asyncio.sleep(_LOOK_FOR_MESSAGES_SECONDS)


async def measure_outbox(
    backlog: Callable[[Listener], Awaitable[Backlog]], metrics: Metrics
) -> None:
    """See now and then how much waits to be passed on, also where nobody passes it on."""
    while True:
        with timed_round(metrics, "measure the outbox"):
            for listener in Listener:
                waiting = await backlog(listener)
                metrics.show_backlog(listener, waiting.messages, waiting.age.total_seconds())
        await asyncio.sleep(_MEASURE_INTERVAL_SECONDS)


async def purge_revoked_tokens(purge: PurgeRevokedTokensUseCase, metrics: Metrics) -> None:
    """Keep the record of revoked tokens short; there is no hurry."""
    while True:
        with timed_round(metrics, "purge revoked tokens"):
            await purge.execute()
        await asyncio.sleep(_PURGE_INTERVAL_SECONDS)


async def purge_webhook_messages(purge: PurgeWebhookMessagesUseCase, metrics: Metrics) -> None:
    """Keep the record of what webhooks were told short; there is no hurry."""
    while True:
        with timed_round(metrics, "purge webhook messages"):
            await purge.execute()
        await asyncio.sleep(_PURGE_INTERVAL_SECONDS)


async def reconcile_regularly(
    reconcile: ReconcileSeatStateUseCase,
    remove_stale_drafts: RemoveStaleDraftsUseCase,
    begin_epoch: BeginEpochUseCase,
    requested: ReconcileQueue,
    metrics: Metrics,
    *,
    interval: float,
) -> None:
    """Compare all events every `interval` seconds, and requested ones soon. Of several instances one at a time
    compares all; but each does so first of all, since it does not know how the one before it ended."""
    loop = asyncio.get_running_loop()
    next_round = loop.time()
    every, first = timedelta(seconds=interval), True
    while True:
        events = requested.take()
        for event_id in requested.take_stepped_back():
            logger.warning("the seat state has stepped back", event_id=event_id)
            try:
                with timed_round(metrics, "begin an epoch"):
                    await begin_epoch.execute(event_id)
            except StoreUnavailableError as error:
                # Whoever watches it finds it behind again.
                logger.warning("no new epoch", event_id=event_id, error=str(error))
        # A failure ends this job; it is started again with a round through everything.
        if loop.time() >= next_round:
            requested.put_back(events)
            turn = contextlib.nullcontext(timedelta()) if first else reconcile.turn(every)
            first = False
            async with turn as wait:
                if wait:
                    next_round = loop.time() + wait.total_seconds()
                    continue
                with timed_round(metrics, "remove stale drafts"):
                    drafts = await remove_stale_drafts.execute()
                metrics.repairs.labels("drafts_removed").inc(drafts)
                if drafts:
                    logger.warning("removed drafts of cut-off creations", drafts=drafts)
                with timed_round(metrics, "reconcile all"):
                    repairs, undecided = await reconcile.execute(requested=requested.take)
            next_round = loop.time() + interval
        else:
            with timed_round(metrics, "reconcile requested events"):
                repairs, undecided = await reconcile.execute_for(events)
        if repairs:
            logger.warning("seat state repaired", **asdict(repairs))
        for kind, count in asdict(repairs).items():
            metrics.repairs.labels(kind).inc(count)
        await requested.wait(_RETRY_SECONDS if undecided else max(0.0, next_round - loop.time()))
        for event_id in undecided:
            requested.request(event_id)
