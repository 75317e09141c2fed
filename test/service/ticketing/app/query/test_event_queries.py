"""Who finds which events, with what."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from src.service.reservation.app.interface.reservation_ledger import NewReservation
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    InvalidInputError,
    SeatStateMissingError,
    SubsectionNotFoundError,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.identity import Caller, nobody
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SubsectionKey
from src.service.shared_kernel.subscriber import SubscriberLimit
from src.service.ticketing.app.live.event_snapshot import EventSnapshot
from src.service.ticketing.app.live.event_state_hub import EventStateHub
from src.service.ticketing.app.live.stream_figures import StreamFigures
from src.service.ticketing.app.query.get_event_use_case import GetEventUseCase
from src.service.ticketing.app.query.list_events_use_case import (
    ListEventsUseCase,
    WantedEvents,
)
from src.service.ticketing.app.query.watch_event_use_case import WatchEventUseCase
from src.service.ticketing.domain.event_dates import EventDates
from test.fake.announcing import FakeEventStateUpdates
from test.fake.kvrocks import FakeKvrocks, FakeSeatStateQuery
from test.fake.people import (
    BUYER,
    HOUSE,
    NOW,
    OTHER_BUYER,
    OTHER_SELLER,
    SELLER,
    an_event,
    known,
    seats,
)
from test.fake.postgres import (
    FakeEventDirectory,
    FakeEventTicketingRepository,
    FakePostgres,
    FakeReservationLedger,
)


@pytest.fixture
def postgres() -> FakePostgres:
    """SELLER has one event in each state and an inactive one; OTHER_SELLER has one on sale."""
    postgres = FakePostgres()
    for number, status in enumerate(EventStatus, start=1):
        postgres.add(an_event(number, status=status))
    postgres.add(an_event(6, is_active=False))
    postgres.add(an_event(7, seller=OTHER_SELLER))
    return postgres


@pytest.fixture
def repository(postgres: FakePostgres) -> FakeEventTicketingRepository:
    return FakeEventTicketingRepository(postgres)


@pytest.fixture
def ledger(postgres: FakePostgres) -> FakeReservationLedger:
    return FakeReservationLedger(postgres)


class TestList:
    @pytest.mark.parametrize(
        ("caller", "seller", "found"),
        [
            (None, None, [7, 2]),
            (BUYER, None, [7, 2]),
            (SELLER, None, [7, 2]),
            (None, SELLER, [2]),
            (BUYER, SELLER, [2]),
            (OTHER_SELLER, SELLER, [2]),
            (SELLER, SELLER, [6, 5, 4, 3, 2]),
            (SELLER, OTHER_SELLER, [7]),
        ],
    )
    async def test_shows_what_is_on_sale_and_to_sellers_all_of_their_own_but_drafts(
        self,
        repository: FakeEventTicketingRepository,
        caller: Caller | None,
        seller: Caller | None,
        found: list[int],
    ) -> None:
        page = await ListEventsUseCase(repository).execute(
            known(caller), WantedEvents(seller.id if seller else None), limit=50, cursor=None
        )

        assert [event.id for event in page.items] == found

    async def test_goes_on_at_the_cursor(self, repository: FakeEventTicketingRepository) -> None:
        use_case = ListEventsUseCase(repository)

        first = await use_case.execute(known(SELLER), WantedEvents(SELLER.id), limit=3, cursor=None)
        rest = await use_case.execute(
            known(SELLER), WantedEvents(SELLER.id), limit=3, cursor=first.next_cursor
        )

        assert [event.id for event in first.items] == [6, 5, 4]
        assert [event.id for event in rest.items] == [3, 2]
        assert rest.next_cursor is None

    async def test_of_an_unknown_seller_is_empty(
        self, repository: FakeEventTicketingRepository
    ) -> None:
        page = await ListEventsUseCase(repository).execute(
            nobody, WantedEvents(UserId(99)), limit=50, cursor=None
        )

        assert page.items == ()

    @pytest.mark.parametrize("cursor", ["", "x", "-1", "1.0", " 1", "٣", "9" * 19])
    async def test_refuses_what_is_no_cursor(
        self, repository: FakeEventTicketingRepository, cursor: str
    ) -> None:
        with pytest.raises(InvalidInputError) as refused:
            await ListEventsUseCase(repository).execute(
                nobody, WantedEvents(), limit=50, cursor=cursor
            )

        assert [error.loc for error in refused.value.errors] == [("query", "cursor")]

    async def test_by_start_goes_on_at_a_cursor_of_its_own(
        self, postgres: FakePostgres, repository: FakeEventTicketingRepository
    ) -> None:
        for number in (10, 11, 12):
            starts_at = NOW + timedelta(days=20 - number, microseconds=1)
            postgres.add(an_event(number, dates=EventDates(starts_at)))
        use_case, found, cursor = ListEventsUseCase(repository), [], None
        while True:
            page = await use_case.execute(
                nobody, WantedEvents(by_start=True), limit=1, cursor=cursor
            )
            found += [event.id for event in page.items]
            if (cursor := page.next_cursor) is None:
                break
            with pytest.raises(InvalidInputError):
                await use_case.execute(nobody, WantedEvents(), limit=1, cursor=cursor)

        assert found == [12, 11, 10, 7, 2]

    @pytest.mark.parametrize("cursor", ["", "7", "none", "none-", "-7", "1.5-7", "9" * 18 + "-7"])
    async def test_by_start_refuses_what_is_no_cursor_of_it(
        self, repository: FakeEventTicketingRepository, cursor: str
    ) -> None:
        with pytest.raises(InvalidInputError) as refused:
            await ListEventsUseCase(repository).execute(
                nobody, WantedEvents(by_start=True), limit=50, cursor=cursor
            )

        assert [error.loc for error in refused.value.errors] == [("query", "cursor")]

    @pytest.mark.parametrize(
        ("caller", "wanted", "found"),
        [
            (None, WantedEvents(), [8, 7, 2]),
            (None, WantedEvents(by_start=True), [7, 2]),
            (None, WantedEvents(by_start=True, starts_after=NOW - timedelta(days=2)), [8]),
            (SELLER, WantedEvents(SELLER.id, by_start=True), [8, 6, 5, 4, 3, 2]),
            (None, WantedEvents(SELLER.id, by_start=True), [2]),
        ],
    )
    async def test_by_start_has_no_events_that_have_begun_for_who_looks_for_one_to_go_to(
        self,
        postgres: FakePostgres,
        repository: FakeEventTicketingRepository,
        caller: Caller | None,
        wanted: WantedEvents,
        found: list[int],
    ) -> None:
        postgres.add(an_event(8, dates=EventDates(NOW - timedelta(days=1))))

        page = await ListEventsUseCase(repository).execute(
            known(caller), wanted, limit=50, cursor=None
        )

        assert [event.id for event in page.items] == found

    @pytest.mark.parametrize("q", [None, "", "  ", "\u3000", " ROCK  concert ", "taipei"])
    async def test_searches_for_words_however_they_are_spaced(
        self, repository: FakeEventTicketingRepository, q: str | None
    ) -> None:
        page = await ListEventsUseCase(repository).execute(
            nobody, WantedEvents(q=q), limit=50, cursor=None
        )

        assert [event.id for event in page.items] == [7, 2]

    async def test_names_every_mistake(self, repository: FakeEventTicketingRepository) -> None:
        late = datetime(9999, 1, 1, tzinfo=UTC)
        for wanted, mistakes in (
            (WantedEvents(q="x" * 201), {"q": "must have at most 200 characters"}),
            (WantedEvents(q="a\x00"), {"q": "must not contain control characters"}),
            (
                WantedEvents(starts_after=late),
                {"starts_after": "must be in the years 1970 to 9998"},
            ),
            (
                WantedEvents(starts_after=NOW, starts_before=NOW),
                {"starts_before": "must be after starts_after"},
            ),
            (
                WantedEvents(q="e" + "\u0301" * 40, starts_before=late),
                {
                    "q": "must not have more than 30 marks on one character",
                    "starts_before": "must be in the years 1970 to 9998",
                },
            ),
        ):
            with pytest.raises(InvalidInputError) as refused:
                await ListEventsUseCase(repository).execute(nobody, wanted, limit=50, cursor=None)
            assert {e.loc: e.msg for e in refused.value.errors} == {
                ("query", name): message for name, message in mistakes.items()
            }


class TestGet:
    @pytest.fixture
    def get(
        self,
        postgres: FakePostgres,
        repository: FakeEventTicketingRepository,
        ledger: FakeReservationLedger,
    ) -> GetEventUseCase:
        kvrocks = FakeKvrocks()
        for event_id in postgres.events:
            kvrocks.add(event_id, HOUSE)
        return GetEventUseCase(repository, FakeSeatStateQuery(kvrocks), ledger.has_seats)

    async def test_gives_the_event_its_seats_and_its_tickets(self, get: GetEventUseCase) -> None:
        detail = await get.execute(None, EventId(2), with_tickets=True)

        assert detail.event == an_event(2)
        assert list(detail.seat_state.seats) == list(HOUSE.subsections)
        assert detail.tickets is not None
        assert len(detail.tickets.ids) == HOUSE.total_seats

    async def test_leaves_the_tickets_out_when_they_are_not_wanted(
        self, get: GetEventUseCase, repository: FakeEventTicketingRepository
    ) -> None:
        detail = await get.execute(None, EventId(2), with_tickets=False)

        assert detail.tickets is None
        assert repository.journal == ["get"]

    @pytest.mark.parametrize(
        ("caller", "event_id"),
        [(None, 99), (None, 1), (SELLER, 1), (None, 6), (BUYER, 6), (OTHER_SELLER, 6)],
    )
    async def test_does_not_find_what_the_caller_may_not_see(
        self, get: GetEventUseCase, caller: Caller | None, event_id: int
    ) -> None:
        with pytest.raises(EventNotFoundError):
            await get.execute(caller, EventId(event_id), with_tickets=True)

    async def test_finds_a_sellers_own_inactive_event(self, get: GetEventUseCase) -> None:
        detail = await get.execute(SELLER, EventId(6), with_tickets=False)

        assert detail.event.id == 6

    async def test_finds_a_hidden_event_of_which_the_caller_has_seats(
        self, postgres: FakePostgres, get: GetEventUseCase, ledger: FakeReservationLedger
    ) -> None:
        for event_id in (EventId(1), EventId(6)):
            shown = an_event(event_id)
            hidden = postgres.events[event_id]
            postgres.events[event_id] = shown
            new = NewReservation(ReservationId(uuid4()), event_id, BUYER.id, seats("A-1-1-1"))
            await ledger.record(new, HoldTerms(timedelta(minutes=15), seat_limit=20), None)
            postgres.events[event_id] = hidden

        detail = await get.execute(BUYER, EventId(6), with_tickets=False)

        assert (detail.event.id, detail.event.is_active) == (6, False)
        for caller, unseen in ((OTHER_BUYER, 6), (None, 6), (BUYER, 1)):
            with pytest.raises(EventNotFoundError):
                await get.execute(caller, EventId(unseen), with_tickets=False)

    async def test_looks_for_nobodys_seats_where_everybody_may_see(
        self, get: GetEventUseCase, ledger: FakeReservationLedger
    ) -> None:
        await get.execute(BUYER, EventId(2), with_tickets=False)
        await get.execute(SELLER, EventId(6), with_tickets=False)

        assert ledger.journal == []

    async def test_fails_when_kvrocks_has_lost_the_seats(
        self, repository: FakeEventTicketingRepository, ledger: FakeReservationLedger
    ) -> None:
        get = GetEventUseCase(repository, FakeSeatStateQuery(FakeKvrocks()), ledger.has_seats)

        with pytest.raises(SeatStateMissingError):
            await get.execute(None, EventId(2), with_tickets=True)


class TestWatch:
    @pytest.fixture
    def kvrocks(self) -> FakeKvrocks:
        return FakeKvrocks()

    @pytest.fixture
    def watch(self, postgres: FakePostgres, kvrocks: FakeKvrocks) -> WatchEventUseCase:
        for event_id in postgres.events:
            kvrocks.add(event_id, HOUSE)
        directory = FakeEventDirectory(postgres)
        hub = EventStateHub(
            FakeSeatStateQuery(kvrocks),
            FakeEventStateUpdates(),
            directory,
            merge_window=0.1,
            figures=StreamFigures(),
            limit=SubscriberLimit(5),
        )
        return WatchEventUseCase(directory, hub)

    @staticmethod
    def render(
        snapshot: EventSnapshot, subsection: SubsectionKey | None, since: int | None
    ) -> bytes:
        return f"{snapshot.event_id} {subsection}".encode()

    async def test_begins_with_the_state_of_the_event(self, watch: WatchEventUseCase) -> None:
        subscriber = await watch.execute(nobody, EventId(2), None, self.render)

        assert subscriber is not None
        assert await subscriber.next(0) == b"2 None"

    @pytest.mark.parametrize("subsection", [None, SubsectionKey("A", 1)])
    async def test_gives_nothing_to_who_has_the_last_state_of_an_event_that_is_over(
        self, watch: WatchEventUseCase, kvrocks: FakeKvrocks, subsection: SubsectionKey | None
    ) -> None:
        last = StateVersion(1, 1)
        going_on = await watch.execute(nobody, EventId(2), subsection, self.render, last_seen=last)
        assert going_on is not None

        going_on.close()
        kvrocks.close(EventId(2))
        closed = kvrocks.events[EventId(2)].version
        last = StateVersion(1, closed)

        assert (
            await watch.execute(nobody, EventId(2), subsection, self.render, last_seen=last) is None
        )
        for seen in (None, StateVersion(1, closed - 1), StateVersion(2, closed)):
            subscriber = await watch.execute(
                nobody, EventId(2), subsection, self.render, last_seen=seen
            )
            assert subscriber is not None
            subscriber.close()

    @pytest.mark.parametrize(("caller", "event_id"), [(None, 99), (None, 1), (BUYER, 6)])
    async def test_does_not_find_what_the_caller_may_not_see(
        self, watch: WatchEventUseCase, caller: Caller | None, event_id: int
    ) -> None:
        with pytest.raises(EventNotFoundError):
            await watch.execute(known(caller), EventId(event_id), None, self.render)

    async def test_does_not_find_a_subsection_that_the_event_has_not(
        self, watch: WatchEventUseCase
    ) -> None:
        with pytest.raises(SubsectionNotFoundError):
            await watch.execute(nobody, EventId(2), SubsectionKey("Z", 1), self.render)
