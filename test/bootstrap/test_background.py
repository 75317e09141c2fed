"""Work behind the scenes: it goes on at its intervals and begins again after every failure."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from src.bootstrap import background
from src.bootstrap.reconcile_queue import ReconcileQueue
from src.platform.metrics import Metrics
from src.service.reservation.app.command.begin_epoch_use_case import BeginEpochUseCase
from src.service.shared_kernel.errors import OutcomeUnknownError, StoreUnavailableError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.message_type import Listener
from src.service.shared_kernel.seating import SeatStatus
from src.service.ticketing.app.command.remove_stale_drafts_use_case import RemoveStaleDraftsUseCase
from src.service.user.app.command.purge_revoked_tokens_use_case import PurgeRevokedTokensUseCase
from test.fake.clock import everything_ready, in_no_time
from test.fake.kvrocks import FakeInitState
from test.fake.messages import NOON, FakeOutbox, a_message
from test.fake.people import an_event, seats
from test.fake.postgres import FakeEventTicketingRepository, FakePostgres
from test.fake.users import FakeRevokedTokens
from test.fake.world import GRACE, HOLD_FOR, World


def now() -> float:
    return asyncio.get_running_loop().time()


class TestRunning:
    @in_no_time
    async def test_jobs_run_inside_the_block_and_are_gone_after_it(self) -> None:
        async def job() -> None:
            await asyncio.sleep(1_000_000)

        async with background.running(job, job):
            await everything_ready()
            assert len(asyncio.all_tasks()) == 3

        assert len(asyncio.all_tasks()) == 1

    @in_no_time
    async def test_a_job_ends_although_a_driver_loses_its_first_cancellation(self) -> None:
        async def job() -> None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(1_000_000)
            await asyncio.sleep(1_000_000)

        async with background.running(job):
            await everything_ready()

        assert len(asyncio.all_tasks()) == 1

    @pytest.mark.parametrize("error", [StoreUnavailableError("Kvrocks"), ZeroDivisionError()])
    @in_no_time
    async def test_a_job_that_fails_is_begun_again_after_a_moment(self, error: Exception) -> None:
        begun = []

        async def job() -> None:
            begun.append(now())
            raise error

        async with background.running(job):
            await asyncio.sleep(2.5)

        assert begun == [0, 1, 2]

    @in_no_time
    async def test_one_that_fails_does_not_disturb_the_others(self) -> None:
        ticks = []

        async def fails() -> None:
            raise ZeroDivisionError

        async def ticks_on() -> None:
            while True:
                ticks.append(now())
                await asyncio.sleep(1)

        async with background.running(fails, ticks_on):
            await asyncio.sleep(3.5)

        assert ticks == [0, 1, 2, 3]


class TestForgettingEndedTokens:
    @in_no_time
    async def test_goes_on_hour_by_hour(self) -> None:
        ended = FakeRevokedTokens()
        job = partial(background.purge_revoked_tokens, PurgeRevokedTokensUseCase(ended), Metrics())

        async with background.running(job):
            await asyncio.sleep(2.5 * 3600)

        assert ended.journal == ["remove_expired"] * 3


class TestMeasuringTheOutbox:
    @in_no_time
    async def test_says_what_waits_for_each_listener(self) -> None:
        postgres, metrics = FakePostgres(), Metrics()
        postgres.now = NOON + timedelta(seconds=7)
        postgres.outbox = {n: (a_message(n), {Listener.KAFKA}) for n in (1, 2, 3)}
        backlog = FakeOutbox(postgres, uuid.uuid4()).backlog

        async with background.running(partial(background.measure_outbox, backlog, metrics)):
            await asyncio.sleep(1)
            assert backlog_in(metrics) == (3, 7)
            postgres.outbox.clear()
            await asyncio.sleep(10)

        assert backlog_in(metrics) == (0, 0)


def backlog_in(metrics: Metrics) -> tuple[float | None, float | None]:
    labels = {"listener": "kafka"}
    return (
        metrics.registry.get_sample_value("outbox_messages", labels),
        metrics.registry.get_sample_value("outbox_age_seconds", labels),
    )


class TestRequestedRepairs:
    @in_no_time
    async def test_are_taken_once_each(self) -> None:
        requested = ReconcileQueue()
        for number in (1, 2, 1):
            requested.request(EventId(number))

        assert requested.take() == {1, 2}
        assert requested.take() == set()

    @in_no_time
    async def test_end_the_wait_at_once(self) -> None:
        requested = ReconcileQueue()
        waiting = asyncio.ensure_future(requested.wait(60))
        await asyncio.sleep(5)

        requested.request(EventId(1))
        await waiting

        assert now() == 5

    @in_no_time
    async def test_made_before_the_wait_end_it_too(self) -> None:
        requested = ReconcileQueue()
        requested.request(EventId(1))

        await requested.wait(60)

        assert now() == 0

    @in_no_time
    async def test_that_nobody_makes_let_the_wait_take_its_time(self) -> None:
        requested = ReconcileQueue()
        requested.request(EventId(1))
        requested.take()

        await requested.wait(60)

        assert now() == 60


class Upkeep:
    """A world that is kept up, its stores' clocks going with the loop's."""

    def __init__(self) -> None:
        self.world = World()
        self.metrics = Metrics()
        self.requested = ReconcileQueue()
        self.drafts = RemoveStaleDraftsUseCase(
            FakeEventTicketingRepository(self.world.postgres),
            FakeInitState(self.world.kvrocks),
            older_than=timedelta(minutes=5),
        )
        self.begin_epoch = BeginEpochUseCase(
            self.world.audit, self.world.state_store, self.world.broadcaster
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Upkeep"]:
        async with background.running(
            self._go_with_the_loop,
            partial(background.expire_holds, self.world.expire, self.metrics, interval=1),
            partial(
                background.reconcile_regularly,
                self.world.reconcile,
                self.drafts,
                self.begin_epoch,
                self.requested,
                self.metrics,
                interval=30,
            ),
        ):
            await everything_ready()
            yield self

    async def _go_with_the_loop(self) -> None:
        while True:
            await asyncio.sleep(1)
            self.world.pass_time(timedelta(seconds=1))

    def counted(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)

    def put_a_seat_wrong(self) -> None:
        self.world.kvrocks.change(
            self.world.event.id, dict.fromkeys(seats("A-1-1-1"), SeatStatus.SOLD)
        )

    @property
    def comparisons(self) -> int:
        return self.world.state_store.journal.count("read_states")


class TestExpiring:
    @in_no_time
    async def test_ends_what_is_due_and_counts_it(self) -> None:
        async with Upkeep().running() as upkeep:
            await upkeep.world.hold("A-1-1-1")
            await upkeep.world.hold("A-1-1-2")
            upkeep.world.pass_time(HOLD_FOR)

            await asyncio.sleep(1.5)

            assert upkeep.world.in_postgres("A-1-1-1") is SeatStatus.AVAILABLE
            assert upkeep.counted("reservations_expired_total") == 2

    @in_no_time
    async def test_goes_on_after_an_outage(self) -> None:
        async with Upkeep().running() as upkeep:
            await upkeep.world.hold("A-1-1-1")
            upkeep.world.pass_time(HOLD_FOR)
            upkeep.world.ledger.fails_with["expire_due"] = StoreUnavailableError("PostgreSQL")
            await asyncio.sleep(10)
            failures = upkeep.counted("background_failures_total", task="expire holds")
            upkeep.world.ledger.fails_with.clear()

            await asyncio.sleep(3)

            assert upkeep.counted("reservations_expired_total") == 1
            assert failures
            assert upkeep.counted("background_failures_total", task="expire holds") == failures


class TestReconciling:
    @in_no_time
    async def test_goes_through_everything_at_the_start_and_at_every_interval(self) -> None:
        async with Upkeep().running() as upkeep:
            assert upkeep.comparisons == 1

            await asyncio.sleep(95)

            assert upkeep.comparisons == 4

    @in_no_time
    async def test_leaves_a_round_to_another_instance_that_has_begun_one(self) -> None:
        async with Upkeep().running() as upkeep:
            await asyncio.sleep(20)
            assert not await upkeep.world.audit.take_turn(timedelta(seconds=30))

            upkeep.put_a_seat_wrong()
            await asyncio.sleep(25)
            assert upkeep.comparisons == 1

            await asyncio.sleep(10)
            assert upkeep.world.stores_agree

    @in_no_time
    async def test_gives_back_a_round_that_fails(self) -> None:
        async with Upkeep().running() as upkeep:
            upkeep.world.audit.fails_with["seats"] = StoreUnavailableError("PostgreSQL")

            await asyncio.sleep(35)

            assert not await upkeep.world.audit.take_turn(timedelta(hours=1))

    @in_no_time
    async def test_mends_and_counts_what_is_wrong(self) -> None:
        async with Upkeep().running() as upkeep:
            upkeep.put_a_seat_wrong()

            await asyncio.sleep(31)

            assert upkeep.world.stores_agree
            assert upkeep.counted("repairs_total", kind="seats_corrected") == 1

    @in_no_time
    async def test_looks_at_once_at_an_event_that_somebody_asks_for(self) -> None:
        async with Upkeep().running() as upkeep:
            upkeep.put_a_seat_wrong()
            await asyncio.sleep(10)

            upkeep.requested.request(upkeep.world.event.id)
            await everything_ready()

            assert upkeep.world.stores_agree

    @in_no_time
    async def test_does_not_forget_what_was_asked_for_while_a_store_is_down(self) -> None:
        async with Upkeep().running() as upkeep:
            upkeep.put_a_seat_wrong()
            upkeep.world.state_store.fails_with["read_states"] = StoreUnavailableError("Kvrocks")
            upkeep.requested.request(upkeep.world.event.id)
            await asyncio.sleep(5)
            upkeep.world.state_store.fails_with.clear()

            await asyncio.sleep(2)

            assert upkeep.world.stores_agree

    @in_no_time
    async def test_looks_again_soon_where_a_hold_is_in_doubt(self) -> None:
        async with Upkeep().running() as upkeep:
            upkeep.world.ledger.fails_with["record"] = OutcomeUnknownError("PostgreSQL")
            with pytest.raises(OutcomeUnknownError):
                await upkeep.world.hold("A-1-1-1")
            upkeep.requested.request(upkeep.world.event.id)
            await asyncio.sleep(3)
            upkeep.world.pass_time(GRACE)

            await asyncio.sleep(2)

            assert upkeep.world.stores_agree
            assert upkeep.counted("repairs_total", kind="holds_settled") == 1

    @in_no_time
    async def test_begins_an_epoch_at_once_where_the_seat_state_has_stepped_back(self) -> None:
        async with Upkeep().running() as upkeep:
            await upkeep.world.hold("A-1-1-1")
            await asyncio.sleep(10)

            upkeep.requested.request_epoch(upkeep.world.event.id)
            await everything_ready()

            stored = upkeep.world.kvrocks.events[upkeep.world.event.id]
            assert stored.epoch == 2
            assert upkeep.world.broadcaster.updates[-1].version == stored.state_version
            assert upkeep.world.stores_agree

    @in_no_time
    async def test_a_round_is_not_put_off_by_requests(self) -> None:
        async with Upkeep().running() as upkeep:
            other = upkeep.world.add(an_event(2))
            for _ in range(40):
                upkeep.requested.request(upkeep.world.event.id)
                await asyncio.sleep(1)
            upkeep.world.kvrocks.events.pop(other.id)
            for _ in range(40):
                upkeep.requested.request(upkeep.world.event.id)
                await asyncio.sleep(1)

            assert upkeep.counted("repairs_total", kind="events_rebuilt") == 1

    @in_no_time
    async def test_removes_drafts_of_creations_that_were_cut_off(self) -> None:
        async with Upkeep().running() as upkeep:
            upkeep.world.add(an_event(2))
            event = upkeep.world.postgres.events[EventId(2)]
            upkeep.world.postgres.events[event.id] = replace(event, status=EventStatus.DRAFT)
            upkeep.world.pass_time(timedelta(minutes=6))

            await asyncio.sleep(31)

            assert event.id not in upkeep.world.postgres.events
            assert upkeep.counted("repairs_total", kind="drafts_removed") == 1
