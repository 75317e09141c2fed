"""Who may join, what they are told, and how the lines move on."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest

from src.bootstrap.admission import AdmissionPorts, build_admission
from src.platform.http.live_stream import StreamTiming
from src.service.admission.app.interface.line_audit import LineAudit
from src.service.admission.app.live.line_hub import LineSubscriber
from src.service.admission.domain.errors import LineOverError, NotInLineError, NoWaitingLineError
from src.service.admission.domain.place import PlaceState
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    StoreUnavailableError,
    TooManySubscribersError,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.subscriber import SubscriberLimit
from src.service.shared_kernel.tasks import start_detached
from src.service.ticketing.domain.event_dates import EventDates
from test.fake.clock import in_no_time
from test.fake.lines import FakeWaitingLines
from test.fake.people import BUYER, NOW, OTHER_BUYER, OTHER_SELLER, SELLER, an_event, known
from test.fake.postgres import FakeEventDirectory, FakePostgres

EVENT = EventId(1)
TERMS = AdmissionTerms(per_minute=60, pass_seconds=30)
OPENING = NOW + timedelta(minutes=1)
SECOND = timedelta(seconds=1)


class Admission:
    """The context over fakes, with one event that opens in a minute."""

    def __init__(self, *, streams: int = 10) -> None:
        self.postgres = FakePostgres()
        self.lines = FakeWaitingLines(self.postgres)
        self.limit = SubscriberLimit(streams)
        context = build_admission(
            AdmissionPorts(FakeEventDirectory(self.postgres), self.lines, _NoAudit(), self.limit),
            StreamTiming(15, 30),
        )
        self.hub = context.hub
        self.advance = context.advance
        self.join = context.endpoints.join
        self.leave = context.endpoints.leave
        self.get_place = context.endpoints.get_place
        self.watch_line = context.endpoints.watch
        self.postgres.add(an_event(EVENT, dates=EventDates(sale_opens_at=OPENING), admission=TERMS))

    def change(self, **changes: Any) -> None:
        self.lines.change(EVENT, **changes)

    async def move_on(self, period: timedelta) -> None:
        """So much time passes, and everybody's clock shows it."""
        await asyncio.sleep(period.total_seconds())
        self.postgres.now += period
        await self.advance.execute()

    async def watch(self, caller: Caller | None = None, **options: bool) -> LineSubscriber:
        """Watch, while the lines move on."""
        self.hub.wanted.clear()
        watching = start_detached(self.watch_line.execute(known(caller), EVENT, **options))
        await self.hub.wanted.wait()
        await self.advance.execute()
        subscriber = await watching
        assert subscriber is not None
        return subscriber


class _NoAudit(LineAudit):
    async def records(self) -> Any:
        raise NotImplementedError
        yield


@pytest.fixture
def admission() -> Admission:
    return Admission()


async def seen(subscriber: LineSubscriber) -> dict[str, Any]:
    message = await subscriber.next(0)
    assert message
    content: dict[str, Any] = orjson.loads(message.split(b"data: ")[1])
    return content


class TestJoining:
    async def test_gives_a_place(self, admission: Admission) -> None:
        place = await admission.join.execute(BUYER, EVENT)

        assert (place.state, place.entry) == (PlaceState.GATHERING, 1)
        assert await admission.join.execute(BUYER, EVENT) == place
        assert await admission.get_place.execute(BUYER, EVENT) == place

    @pytest.mark.parametrize("use_case", ["join", "get_place", "leave"])
    async def test_is_for_buyers(self, admission: Admission, use_case: str) -> None:
        with pytest.raises(ForbiddenError):
            await getattr(admission, use_case).execute(SELLER, EVENT)

    @pytest.mark.parametrize("use_case", ["join", "get_place", "leave"])
    async def test_needs_an_event_that_one_may_see(
        self, admission: Admission, use_case: str
    ) -> None:
        with pytest.raises(EventNotFoundError):
            await getattr(admission, use_case).execute(BUYER, EventId(2))
        admission.change(is_active=False)
        with pytest.raises(EventNotFoundError):
            await getattr(admission, use_case).execute(BUYER, EVENT)

    @pytest.mark.parametrize("use_case", ["join", "get_place", "leave"])
    async def test_needs_an_event_with_a_line(self, admission: Admission, use_case: str) -> None:
        admission.change(admission=None)

        with pytest.raises(NoWaitingLineError):
            await getattr(admission, use_case).execute(BUYER, EVENT)

    async def test_is_over_with_the_event(self, admission: Admission) -> None:
        admission.change(status=EventStatus.ENDED)

        with pytest.raises(LineOverError):
            await admission.join.execute(BUYER, EVENT)

    async def test_who_is_next_need_not_wait_for_the_next_round(self, admission: Admission) -> None:
        admission.postgres.now = OPENING

        await admission.join.execute(BUYER, EVENT)
        assert admission.hub.wanted.is_set()
        await admission.advance.execute()

        place = await admission.get_place.execute(BUYER, EVENT)
        assert (place.state, place.pass_until) == (
            PlaceState.ADMITTED,
            OPENING + timedelta(seconds=TERMS.pass_seconds),
        )

    async def test_who_is_not_next_disturbs_nobody(self, admission: Admission) -> None:
        admission.postgres.now = OPENING
        await admission.join.execute(BUYER, EVENT)
        admission.hub.wanted.clear()

        assert (await admission.join.execute(OTHER_BUYER, EVENT)).ahead == 1
        assert not admission.hub.wanted.is_set()


class TestLeaving:
    async def test_gives_the_place_up(self, admission: Admission) -> None:
        await admission.join.execute(BUYER, EVENT)

        await admission.leave.execute(BUYER, EVENT)

        with pytest.raises(NotInLineError):
            await admission.get_place.execute(BUYER, EVENT)
        await admission.leave.execute(BUYER, EVENT)


class TestMovingOn:
    @in_no_time
    async def test_goes_on_every_second(self, admission: Admission) -> None:
        assert await admission.advance.execute() == SECOND

    @in_no_time
    async def test_is_there_when_a_line_opens(self, admission: Admission) -> None:
        await admission.join.execute(BUYER, EVENT)
        admission.postgres.now = OPENING - timedelta(milliseconds=200)

        assert await admission.advance.execute() == timedelta(milliseconds=200)

    @in_no_time
    async def test_opens_and_serves_in_the_same_round(self, admission: Admission) -> None:
        await admission.join.execute(BUYER, EVENT)

        await admission.move_on(OPENING - NOW)

        place = await admission.get_place.execute(BUYER, EVENT)
        assert (place.state, place.number) == (PlaceState.ADMITTED, 1)

    @in_no_time
    async def test_serves_one_after_the_other(self, admission: Admission) -> None:
        buyers = [Caller(UserId(100 + n), Role.BUYER) for n in range(5)]
        for buyer in buyers:
            await admission.join.execute(buyer, EVENT)
        await admission.move_on(OPENING - NOW)

        served = []
        for _ in range(5):
            places = [await admission.get_place.execute(buyer, EVENT) for buyer in buyers]
            served.append(sum(place.state is PlaceState.ADMITTED for place in places))
            await admission.move_on(SECOND)

        assert served == [1, 2, 3, 4, 5]

    @in_no_time
    async def test_goes_on_at_once_while_more_is_due(self, admission: Admission) -> None:
        admission.change(admission=AdmissionTerms(60_000, 30), dates=EventDates())
        for number in range(1000):
            await admission.join.execute(Caller(UserId(100 + number), Role.BUYER), EVENT)
        admission.postgres.now += SECOND

        assert await admission.advance.execute() == timedelta()
        while not await admission.advance.execute():
            pass
        assert admission.lines.lines[EVENT].serving == 1000

    @in_no_time
    async def test_knows_how_many_wait(self, admission: Admission) -> None:
        for buyer in (BUYER, OTHER_BUYER):
            await admission.join.execute(buyer, EVENT)
        await admission.advance.execute()
        assert admission.advance.waiting == {EVENT: 2}

        await admission.move_on(OPENING - NOW)
        assert admission.advance.waiting == {EVENT: 1}

        await admission.move_on(SECOND)
        assert admission.advance.waiting == {}


class TestWatching:
    @in_no_time
    async def test_shows_the_line(self, admission: Admission) -> None:
        await admission.join.execute(BUYER, EVENT)

        message = await seen(await admission.watch())

        assert message == {
            "event_id": 1,
            "phase": "gathering",
            "opens_at": "2026-01-01T00:01:00Z",
            "joined": 1,
            "gathered": 1,
            "serving": 0,
            "per_minute": 60,
            "seed_hash": message["seed_hash"],
            "seed": None,
        }

    @in_no_time
    async def test_sends_at_most_one_message_a_second(self, admission: Admission) -> None:
        subscriber = await admission.watch()
        await seen(subscriber)
        await admission.join.execute(BUYER, EVENT)
        await admission.move_on(SECOND / 2)
        assert await subscriber.next(0) is None

        await admission.move_on(SECOND / 2)

        assert (await seen(subscriber))["joined"] == 1

    @in_no_time
    async def test_keeps_the_seed_until_the_opening(self, admission: Admission) -> None:
        subscriber = await admission.watch()
        before = await seen(subscriber)
        seed = admission.lines.lines[EVENT].seed.hex()
        assert seed not in str(before)

        await admission.move_on(OPENING - NOW)

        after = await seen(subscriber)
        assert (after["phase"], after["seed"]) == ("open", seed)
        assert after["seed_hash"] == before["seed_hash"]

    @in_no_time
    async def test_sends_nothing_when_nothing_has_changed(self, admission: Admission) -> None:
        subscriber = await admission.watch()
        await seen(subscriber)

        await admission.move_on(SECOND)

        assert await subscriber.next(0) is None

    @in_no_time
    async def test_sends_the_same_bytes_to_everybody(self, admission: Admission) -> None:
        one = await admission.watch()
        other = await admission.watch_line.execute(known(None), EVENT)
        assert other is not None
        await one.next(0), await other.next(0)
        await admission.join.execute(BUYER, EVENT)

        await admission.move_on(SECOND)

        message = await one.next(0)
        assert message
        assert await other.next(0) is message

    @in_no_time
    async def test_ends_with_the_sale(self, admission: Admission) -> None:
        subscriber = await admission.watch()
        await seen(subscriber)
        admission.change(status=EventStatus.ENDED)

        await admission.move_on(SECOND)

        assert (await seen(subscriber))["phase"] == "over"
        assert subscriber.ended

    @in_no_time
    async def test_that_is_over_ends_at_once_for_who_knows_it(self, admission: Admission) -> None:
        admission.change(status=EventStatus.ENDED)
        subscriber = await admission.watch()
        assert (await subscriber.next(0) or b"").startswith(b"id: over\n")

        again = await admission.watch_line.execute(known(None), EVENT, has_seen_the_end=True)

        assert again is None

    @in_no_time
    async def test_ends_when_the_line_is_taken_away(self, admission: Admission) -> None:
        subscriber = await admission.watch()
        await seen(subscriber)
        admission.change(admission=None)

        await admission.move_on(SECOND)

        assert await subscriber.next(0) == b""

    @in_no_time
    async def test_ends_for_strangers_when_the_event_is_hidden(self, admission: Admission) -> None:
        stranger = await admission.watch()
        await stranger.next(0)
        admission.change(is_active=False)
        await admission.move_on(SECOND)
        assert await stranger.next(0) == b""
        stranger.close()

        owner = await admission.watch(SELLER)
        assert (await seen(owner))["phase"] == "gathering"
        with pytest.raises(EventNotFoundError):
            await admission.watch_line.execute(known(OTHER_SELLER), EVENT)

    @in_no_time
    async def test_fails_with_the_store(self, admission: Admission) -> None:
        admission.lines.fails_with["read"] = StoreUnavailableError("PostgreSQL")

        watching = start_detached(admission.watch_line.execute(known(None), EVENT))
        await admission.hub.wanted.wait()
        with pytest.raises(StoreUnavailableError):
            await admission.advance.execute()

        with pytest.raises(StoreUnavailableError):
            await watching
        assert admission.limit.count == 0
        del admission.lines.fails_with["read"]
        assert await seen(await admission.watch())

    @in_no_time
    async def test_is_bounded(self) -> None:
        admission = Admission(streams=1)
        subscriber = await admission.watch()

        with pytest.raises(TooManySubscribersError):
            await admission.watch_line.execute(known(None), EVENT)
        subscriber.close()
        assert admission.limit.count == 0
        assert list(admission.hub.watched) == []

    @in_no_time
    async def test_ends_at_shutdown(self, admission: Admission) -> None:
        subscriber = await admission.watch()
        await seen(subscriber)

        admission.hub.shut_down()

        assert await subscriber.next(0) == b""
        with pytest.raises(TooManySubscribersError):
            await admission.watch_line.execute(known(None), EVENT)
