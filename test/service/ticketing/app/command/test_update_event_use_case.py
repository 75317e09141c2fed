"""What a seller may change of an event."""

import asyncio
from collections.abc import Collection

import pytest

from src.service.shared_kernel.deadline import deadline
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    InvalidInputError,
    StoreUnavailableError,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.subscriber import Subscriber, SubscriberLimit
from src.service.ticketing.app.command.update_event_use_case import EventChanges, UpdateEventUseCase
from src.service.ticketing.app.live.event_state_hub import EventStateHub
from src.service.ticketing.app.live.stream_figures import StreamFigures
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event
from src.service.ticketing.domain.errors import PreconditionFailedError, StatusChangeError
from test.fake.announcing import FakeEventStateUpdates
from test.fake.clock import everything_ready
from test.fake.kvrocks import FakeKvrocks, FakeSeatStateQuery
from test.fake.people import BUYER, OTHER_SELLER, SELLER, an_event
from test.fake.postgres import FakeEventDirectory, FakeEventTicketingRepository, FakePostgres


class Seller:
    """The use case with one event, and which events were told to let their holds go."""

    def __init__(self, event: Event) -> None:
        self.postgres = FakePostgres()
        self.event = self.postgres.add(event)
        self.repository = FakeEventTicketingRepository(self.postgres)
        self.directory = FakeEventDirectory(self.postgres)
        self.closed: list[EventId] = []
        self.store_is_quick = asyncio.Event()
        self.store_is_quick.set()
        self.kvrocks = FakeKvrocks()
        self.kvrocks.add(self.event.id, self.event.config)
        self.hub = EventStateHub(
            FakeSeatStateQuery(self.kvrocks),
            FakeEventStateUpdates(),
            self.directory,
            merge_window=0.1,
            figures=StreamFigures(),
            limit=SubscriberLimit(5),
        )

    async def changes(
        self,
        changes: EventChanges,
        *,
        caller: Caller = SELLER,
        event_id: EventId | None = None,
        revisions: Collection[str] | None = None,
    ) -> Event:
        async def release_live_holds(closed: EventId) -> None:
            assert self.postgres.events[closed].status.is_final
            await self.store_is_quick.wait()
            self.closed.append(closed)

        use_case = UpdateEventUseCase(self.repository, self.directory, release_live_holds, self.hub)
        return await use_case.execute(
            caller, event_id or self.event.id, changes, revisions=revisions
        )

    async def watched_by(self, caller: Caller | None) -> Subscriber:
        """Somebody who has the first state of the event."""
        subscriber = await self.hub.watch(self.event.entry, None, lambda *_: b"state", caller)
        await subscriber.next(0)
        return subscriber


@pytest.fixture
def seller() -> Seller:
    return Seller(an_event())


async def test_texts_and_listing_can_be_changed(seller: Seller) -> None:
    changed = await seller.changes(EventChanges(" Ballads ", "Soft", "Legacy", is_active=False))

    assert (changed.details.name, changed.details.description) == ("Ballads", "Soft")
    assert changed.details.venue_name == "Legacy"
    assert not changed.is_active
    assert seller.postgres.events[changed.id] == changed


async def test_what_is_not_mentioned_stays(seller: Seller) -> None:
    changed = await seller.changes(EventChanges(name="Ballads"))

    assert changed.details.description == seller.event.details.description
    assert changed.is_active
    assert changed.config == seller.event.config


async def test_an_empty_text_is_refused_and_changes_nothing(seller: Seller) -> None:
    with pytest.raises(InvalidInputError):
        await seller.changes(EventChanges(name=" ", is_active=False))

    assert seller.postgres.events[seller.event.id] == seller.event


@pytest.mark.parametrize("status", [EventStatus.COMPLETED, EventStatus.ENDED])
async def test_closing_the_sale_lets_the_holds_go(seller: Seller, status: EventStatus) -> None:
    changed = await seller.changes(EventChanges(status=status))

    assert changed.status is status
    assert seller.closed == [changed.id]


async def test_an_event_that_is_as_the_caller_saw_it_is_changed(seller: Seller) -> None:
    changed = await seller.changes(
        EventChanges(name="Ballads"), revisions=["older", seller.event.revision]
    )

    assert changed.details.name == "Ballads"
    assert changed.revision != seller.event.revision


@pytest.mark.parametrize("revisions", [["older"], []], ids=["another", "none"])
async def test_an_event_that_has_changed_meanwhile_is_left_alone(
    seller: Seller, revisions: list[str]
) -> None:
    with pytest.raises(PreconditionFailedError, match="Read it again"):
        await seller.changes(EventChanges(name="Ballads"), revisions=revisions)

    assert seller.postgres.events[seller.event.id] == seller.event


async def test_of_two_who_saw_the_same_event_one_is_too_late(seller: Seller) -> None:
    seen = [seller.event.revision]
    await seller.changes(EventChanges(name="Ballads"), revisions=seen)

    with pytest.raises(PreconditionFailedError):
        await seller.changes(EventChanges(name="Rock"), revisions=seen)


async def test_who_may_not_change_the_event_does_not_learn_whether_it_changed(
    seller: Seller,
) -> None:
    with pytest.raises(ForbiddenError):
        await seller.changes(EventChanges(name="x"), caller=OTHER_SELLER, revisions=["older"])


async def test_hiding_ends_the_streams_of_all_but_the_seller(seller: Seller) -> None:
    public, buyer, own = [await seller.watched_by(who) for who in (None, BUYER, SELLER)]

    await seller.changes(EventChanges(is_active=False))

    assert await public.next(0) == await buyer.next(0) == b""
    assert await own.next(0) is None


async def test_what_takes_longer_than_a_request_may_is_done_after_its_answer(
    seller: Seller,
) -> None:
    seller.store_is_quick.clear()

    with deadline(0.001):
        changed = await seller.changes(EventChanges(status=EventStatus.ENDED))

    assert (changed.status, seller.closed) == (EventStatus.ENDED, [])
    seller.store_is_quick.set()
    await everything_ready()
    assert seller.closed == [changed.id]


async def test_other_changes_let_no_hold_go(seller: Seller) -> None:
    await seller.changes(EventChanges(is_active=False))

    assert seller.closed == []


async def test_closing_again_makes_good_what_was_cut_off_the_first_time() -> None:
    seller = Seller(an_event(status=EventStatus.ENDED))

    await seller.changes(EventChanges(status=EventStatus.ENDED))

    assert seller.closed == [seller.event.id]


async def test_what_is_over_stays_over() -> None:
    seller = Seller(an_event(status=EventStatus.ENDED))

    with pytest.raises(StatusChangeError):
        await seller.changes(EventChanges(status=EventStatus.COMPLETED))


async def test_what_this_process_has_cached_of_the_event_is_invalidated(seller: Seller) -> None:
    await seller.changes(EventChanges(is_active=False))

    assert seller.directory.invalidated == [seller.event.id]


async def test_a_buyer_may_not(seller: Seller) -> None:
    with pytest.raises(ForbiddenError, match="Only a seller"):
        await seller.changes(EventChanges(name="Mine"), caller=BUYER)


async def test_another_seller_may_not(seller: Seller) -> None:
    with pytest.raises(ForbiddenError, match="who created this event"):
        await seller.changes(EventChanges(name="Mine"), caller=OTHER_SELLER)


async def test_to_another_seller_an_inactive_event_does_not_exist() -> None:
    seller = Seller(an_event(is_active=False))

    with pytest.raises(EventNotFoundError):
        await seller.changes(EventChanges(name="Mine"), caller=OTHER_SELLER)
    assert (await seller.changes(EventChanges(is_active=True))).is_active


@pytest.mark.parametrize("event_id", [1, 99])
async def test_drafts_and_unknown_events_are_not_found(event_id: int) -> None:
    seller = Seller(an_event(status=EventStatus.DRAFT))

    with pytest.raises(EventNotFoundError):
        await seller.changes(EventChanges(name="Mine"), event_id=EventId(event_id))


async def test_a_store_that_is_down_changes_nothing(seller: Seller) -> None:
    seller.repository.fails_with["update"] = StoreUnavailableError("PostgreSQL")

    with pytest.raises(StoreUnavailableError):
        await seller.changes(EventChanges(status=EventStatus.ENDED))

    assert seller.closed == []
