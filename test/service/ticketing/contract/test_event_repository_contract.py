"""What EventTicketingRepository promises, of PostgreSQL and of the fake that stands for it."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
import pytest_asyncio
from sqlalchemy import text

from src.platform.database import Database, make_engine
from src.service.integration.app.interface.outbox import Outbox
from src.service.integration.driven_adapter.postgres_outbox import PostgresOutbox
from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.idempotency import (
    IdempotencyInFlightError,
    IdempotencyKey,
    IdempotencyMismatchError,
)
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.message_type import Listener
from src.service.shared_kernel.outbox_sql import KAFKA_SETTING
from src.service.shared_kernel.seating import SeatingConfig, Section
from src.service.shared_kernel.text import search_words
from src.service.ticketing.app.interface.event_list import EventCursor, EventFilter
from src.service.ticketing.app.interface.event_ticketing_repository import (
    EventState,
    EventTicketingRepository,
)
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import (
    Event,
    EventDetails,
    NewEvent,
)
from src.service.ticketing.domain.errors import CreationOverdueError, StatusChangeError
from src.service.ticketing.domain.event_dates import NO_DATES, EventDates
from src.service.ticketing.driven_adapter.repo.postgres_event_ticketing_repository import (
    PostgresEventTicketingRepository,
)
from test.fake.messages import FakeOutbox
from test.fake.people import HOUSE
from test.fake.postgres import FakeEventTicketingRepository, FakePostgres

SELLER, OTHER, REMOVED = UserId(1), UserId(2), UserId(3)
UNKNOWN = EventId(10**9)
NO_IDS = [EventId(0), EventId(-1), EventId(2**63), EventId(10**30)]

ON_SALE = EventFilter(None, only_purchasable=True)
ALL_OF_SELLER = EventFilter(SELLER, only_purchasable=False)


class Store(Protocol):
    """A repository in which SELLER and OTHER have accounts and REMOVED has none any more, and an outbox
    that is empty. Kafka listens."""

    @property
    def repository(self) -> EventTicketingRepository: ...

    @property
    def outbox(self) -> Outbox: ...

    async def make_older(self, event_id: EventId, period: timedelta) -> None: ...


class FakeStore:
    def __init__(self) -> None:
        self._postgres = FakePostgres()
        self._postgres.removed_accounts.add(REMOVED)
        self._postgres.kafka_listens = True
        self.repository = FakeEventTicketingRepository(self._postgres)
        self.outbox = FakeOutbox(self._postgres, uuid.uuid4())

    async def make_older(self, event_id: EventId, period: timedelta) -> None:
        event = self._postgres.events[event_id]
        self._postgres.events[event_id] = replace(event, created_at=event.created_at - period)


class PostgresStore:
    def __init__(self, database_url: str) -> None:
        self.engine = make_engine(
            database_url, pool_size=2, timeout=10.0, session={KAFKA_SETTING: "on"}
        )
        database = Database(self.engine, timeout=10.0)
        self.repository = PostgresEventTicketingRepository(database, database)
        self.outbox = PostgresOutbox(database, uuid.uuid4())

    async def begin_with_accounts(self) -> None:
        """What other tests have left is gone: all of it belongs to some account."""
        await self._run('TRUNCATE "user", outbox, outbox_turn RESTART IDENTITY CASCADE')
        await self._run(
            """INSERT INTO "user" (email, name, role, password_hash)
               SELECT 'seller' || n, 'A seller', 'seller', '' FROM generate_series(1, 2) n"""
        )

    async def make_older(self, event_id: EventId, period: timedelta) -> None:
        await self._run(
            "UPDATE event SET created_at = created_at - CAST(:period AS interval) WHERE id = :id",
            id=event_id,
            period=period,
        )

    async def _run(self, statement: str, **values: object) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(statement), values)


@pytest.fixture(params=["fake", "postgres"])
def postgres_url(request: pytest.FixtureRequest) -> str | None:
    """None is the fake's."""
    if request.param == "fake":
        return None
    url: str = request.getfixturevalue("database_url")
    return url


@pytest_asyncio.fixture
async def store(postgres_url: str | None) -> AsyncIterator[Store]:
    if postgres_url is None:
        yield FakeStore()
        return
    store = PostgresStore(postgres_url)
    await store.begin_with_accounts()
    yield store
    await store.engine.dispose()


@pytest.fixture
def repository(store: Store) -> EventTicketingRepository:
    return store.repository


def new_event(
    name: str = "Rock Concert",
    *,
    seller: UserId = SELLER,
    config: SeatingConfig = HOUSE,
    is_active: bool = True,
    dates: EventDates = NO_DATES,
) -> NewEvent:
    details = EventDetails(name, "Amazing live rock music show", "Taipei Arena")
    return NewEvent(seller, details, config, is_active, dates)


async def on_sale(
    repository: EventTicketingRepository, name: str = "Rock Concert", *, seller: UserId = SELLER
) -> Event:
    draft = await repository.create_draft(new_event(name, seller=seller), None)
    return await repository.mark_available(draft.id)


async def changed_to(
    repository: EventTicketingRepository,
    event: Event,
    *,
    is_active: bool = True,
    status: EventStatus = EventStatus.AVAILABLE,
    dates: EventDates = NO_DATES,
) -> Event:
    changed = await repository.update(
        event.id, lambda now: replace(now, is_active=is_active, status=status, dates=dates)
    )
    assert changed is not None
    return changed


async def names_of_pages(
    repository: EventTicketingRepository, wanted: EventFilter, *, limit: int = 2
) -> list[list[str]]:
    """The names of the events on each page, from the first page to the last."""
    page = await repository.page(wanted, limit=limit, after=None)
    pages = [page]
    while page.next_cursor is not None:
        after = EventCursor.parse(page.next_cursor, by_start=wanted.by_start)
        page = await repository.page(wanted, limit=limit, after=after)
        pages.append(page)
    return [[event.details.name for event in page.items] for page in pages]


async def names_of(
    repository: EventTicketingRepository, wanted: EventFilter, *, limit: int = 2
) -> list[str]:
    return [name for page in await names_of_pages(repository, wanted, limit=limit) for name in page]


def key(name: str = "once", request: bytes = b"this") -> IdempotencyKey:
    return IdempotencyKey(name, request)


class TestCreating:
    async def test_makes_a_draft_with_all_that_was_asked_for(
        self, repository: EventTicketingRepository
    ) -> None:
        wanted = new_event(config=SeatingConfig(1, 2, (Section("搖滾區", 7, 3),)), is_active=False)

        draft = await repository.create_draft(wanted, None)

        assert draft.status is EventStatus.DRAFT
        assert (draft.seller_id, draft.details) == (wanted.seller_id, wanted.details)
        assert (draft.config, draft.is_active) == (wanted.config, False)
        assert await repository.get(draft.id) == draft

    async def test_gives_later_events_larger_ids(
        self, repository: EventTicketingRepository
    ) -> None:
        drafts = [await repository.create_draft(new_event(), None) for _ in range(3)]

        assert [d.id for d in drafts] == sorted({d.id for d in drafts})

    async def test_makes_a_free_ticket_for_every_seat(
        self, repository: EventTicketingRepository
    ) -> None:
        draft = await repository.create_draft(new_event(), None)

        sheet = await repository.tickets(draft.id)

        assert sheet.statuses == b"0" * HOUSE.total_seats
        assert list(sheet.ids) == sorted(set(sheet.ids))

    async def test_for_an_account_that_is_gone_makes_nothing(
        self, repository: EventTicketingRepository
    ) -> None:
        with pytest.raises(NotSignedInError):
            await repository.create_draft(new_event(seller=REMOVED), key())

        assert await repository.find_by_key(REMOVED, key()) is None

    async def test_puts_a_draft_on_sale_once(self, repository: EventTicketingRepository) -> None:
        draft = await repository.create_draft(new_event(), None)

        event = await repository.mark_available(draft.id)

        assert event.status is EventStatus.AVAILABLE
        assert await repository.get(draft.id) == event
        with pytest.raises(CreationOverdueError):
            await repository.mark_available(draft.id)

    async def test_puts_nothing_on_sale_that_is_gone(
        self, repository: EventTicketingRepository
    ) -> None:
        with pytest.raises(CreationOverdueError):
            await repository.mark_available(UNKNOWN)


class TestKeys:
    async def test_lead_to_the_event_that_was_created_with_them(
        self, repository: EventTicketingRepository
    ) -> None:
        draft = await repository.create_draft(new_event(), key())

        assert await repository.find_by_key(SELLER, key()) == draft
        assert await repository.find_by_key(SELLER, key("another")) is None
        assert await repository.find_by_key(OTHER, key()) is None

    async def test_stand_for_one_request(self, repository: EventTicketingRepository) -> None:
        await repository.create_draft(new_event(), key(request=b"this"))

        with pytest.raises(IdempotencyMismatchError):
            await repository.find_by_key(SELLER, key(request=b"that"))

    async def test_create_one_event(self, repository: EventTicketingRepository) -> None:
        event = await repository.create_draft(new_event(), key())
        await repository.mark_available(event.id)

        with pytest.raises(IdempotencyInFlightError):
            await repository.create_draft(new_event(), key())

        page = await repository.page(ALL_OF_SELLER, limit=10, after=None)
        assert [found.id for found in page.items] == [event.id]
        assert await repository.stale_drafts(timedelta(days=-1)) == ()

    async def test_of_different_sellers_are_different(
        self, repository: EventTicketingRepository
    ) -> None:
        first = await repository.create_draft(new_event(), key())
        second = await repository.create_draft(new_event(seller=OTHER), key())

        assert first.id != second.id


class TestRemovingADraft:
    async def test_leaves_nothing_of_it(self, repository: EventTicketingRepository) -> None:
        draft = await repository.create_draft(new_event(), key())

        await repository.delete_draft(draft.id)

        assert await repository.get(draft.id) is None
        assert await repository.find_by_key(SELLER, key()) is None
        assert len((await repository.tickets(draft.id)).ids) == 0

    async def test_makes_its_key_free(self, repository: EventTicketingRepository) -> None:
        draft = await repository.create_draft(new_event(), key())
        await repository.delete_draft(draft.id)

        again = await repository.create_draft(new_event(), key())

        assert await repository.find_by_key(SELLER, key()) == again

    async def test_leaves_an_event_that_is_on_sale(
        self, repository: EventTicketingRepository
    ) -> None:
        event = await on_sale(repository)

        await repository.delete_draft(event.id)

        assert await repository.get(event.id) == event

    async def test_that_is_gone_does_nothing(self, repository: EventTicketingRepository) -> None:
        await repository.delete_draft(UNKNOWN)


class TestReading:
    @pytest.mark.parametrize("event_id", [UNKNOWN, *NO_IDS])
    async def test_finds_nothing_where_nothing_is(
        self, repository: EventTicketingRepository, event_id: EventId
    ) -> None:
        assert await repository.get(event_id) is None

    async def test_many_gives_those_that_there_are_in_order(
        self, repository: EventTicketingRepository
    ) -> None:
        events = [await on_sale(repository) for _ in range(3)]
        ids = [event.id for event in events]

        assert list(await repository.get_all([ids[2], UNKNOWN, ids[0], ids[1], ids[0]])) == events
        assert list(await repository.get_all([])) == []

    async def test_states_gives_what_can_change_of_those_that_there_are(
        self, repository: EventTicketingRepository
    ) -> None:
        shown, hidden, ended = [await on_sale(repository) for _ in range(3)]
        await changed_to(repository, hidden, is_active=False)
        await changed_to(repository, ended, status=EventStatus.ENDED)

        assert await repository.states([shown.id, hidden.id, ended.id, UNKNOWN]) == {
            shown.id: EventState(True, EventStatus.AVAILABLE),
            hidden.id: EventState(False, EventStatus.AVAILABLE),
            ended.id: EventState(True, EventStatus.ENDED),
        }

    async def test_tickets_of_an_unknown_event_gives_none(
        self, repository: EventTicketingRepository
    ) -> None:
        sheet = await repository.tickets(UNKNOWN)

        assert (len(sheet.ids), sheet.statuses) == (0, b"")


class TestDates:
    DATES = EventDates(
        datetime(2027, 6, 1, 12, tzinfo=UTC),
        datetime(2027, 5, 1, 4, tzinfo=UTC),
        datetime(2027, 5, 31, tzinfo=UTC),
        "Asia/Taipei",
    )

    async def test_are_kept(self, repository: EventTicketingRepository) -> None:
        draft = await repository.create_draft(new_event(dates=self.DATES), None)
        event = await repository.mark_available(draft.id)

        assert draft.dates == event.dates == self.DATES
        assert await repository.get(event.id) == event
        assert (await repository.page(ON_SALE, limit=1, after=None)).items == (event,)

    async def test_can_be_changed_and_taken_away(
        self, repository: EventTicketingRepository
    ) -> None:
        event = await on_sale(repository)
        assert event.dates == NO_DATES
        for dates in (self.DATES, replace(self.DATES, sale_closes_at=None), NO_DATES):
            changed = await changed_to(repository, event, dates=dates)
            assert changed.dates == dates
            assert await repository.get(event.id) == changed


class TestPages:
    async def test_have_what_will_be_on_sale_and_not_what_was(
        self, repository: EventTicketingRepository
    ) -> None:
        past, future = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
        to_come, over = [await on_sale(repository) for _ in range(2)]
        to_come = await changed_to(repository, to_come, dates=EventDates(sale_opens_at=future))
        await changed_to(repository, over, dates=EventDates(sale_closes_at=past))

        page = await repository.page(ON_SALE, limit=10, after=None)

        assert list(page.items) == [to_come]

    async def test_are_the_newest_events_first_and_lead_on_to_older_ones(
        self, repository: EventTicketingRepository
    ) -> None:
        events = [await on_sale(repository, f"Event {n}") for n in range(5)]

        assert await names_of_pages(repository, ON_SALE) == [
            ["Event 4", "Event 3"],
            ["Event 2", "Event 1"],
            ["Event 0"],
        ]
        whole = await repository.page(ON_SALE, limit=5, after=None)
        assert list(whole.items) == events[::-1]
        assert whole.next_cursor is None

    async def test_of_what_is_on_sale_have_nothing_else(
        self, repository: EventTicketingRepository
    ) -> None:
        shown = await on_sale(repository)
        await changed_to(repository, await on_sale(repository), is_active=False)
        await changed_to(repository, await on_sale(repository), status=EventStatus.SOLD_OUT)
        await changed_to(repository, await on_sale(repository), status=EventStatus.ENDED)
        await repository.create_draft(new_event(), None)

        page = await repository.page(ON_SALE, limit=10, after=None)

        assert list(page.items) == [shown]

    async def test_of_a_seller_have_all_of_theirs_but_drafts(
        self, repository: EventTicketingRepository
    ) -> None:
        hidden = await changed_to(repository, await on_sale(repository), is_active=False)
        ended = await changed_to(
            repository, await on_sale(repository), status=EventStatus.COMPLETED
        )
        await on_sale(repository, seller=OTHER)
        await repository.create_draft(new_event(), None)

        page = await repository.page(ALL_OF_SELLER, limit=10, after=None)

        assert list(page.items) == [ended, hidden]

    @pytest.mark.parametrize("seller", [UserId(99), *map(UserId, NO_IDS)])
    async def test_of_nobody_are_empty(
        self, repository: EventTicketingRepository, seller: UserId
    ) -> None:
        await on_sale(repository)

        page = await repository.page(EventFilter(seller, True), limit=10, after=None)

        assert (list(page.items), page.next_cursor) == ([], None)

    async def test_show_every_change_at_once(self, repository: EventTicketingRepository) -> None:
        event = await on_sale(repository)
        assert (await repository.page(ON_SALE, limit=10, after=None)).items == (event,)

        renamed = await repository.update(
            event.id, lambda now: replace(now, details=now.details.changed("Jazz"))
        )
        assert (await repository.page(ON_SALE, limit=10, after=None)).items == (renamed,)

        await changed_to(repository, event, is_active=False)
        assert (await repository.page(ON_SALE, limit=10, after=None)).items == ()


class TestSearching:
    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("jazz", ["Late Jazz"]),
            ("JAZZ late", ["Late Jazz"]),
            ("az", ["Late Jazz"]),
            ("jazz rock", []),
            ("arena", ["50%_off\\", "五月天 演唱會", "Late Jazz", "Straße"]),
            ("arena ärena", []),
            ("STRASSE", ["Straße"]),
            ("straße taipei", ["Straße"]),
            ("五月", ["五月天 演唱會"]),
            ("演唱 taipei", ["五月天 演唱會"]),
            ("ＪＡＺＺ", ["Late Jazz"]),
            ("%", ["50%_off\\"]),
            ("0%_o", ["50%_off\\"]),
            ("off\\", ["50%_off\\"]),
            ("_", ["50%_off\\"]),
            ("l_te", []),
            ("'; DROP TABLE event; --", []),
        ],
    )
    async def test_finds_all_words_in_name_or_venue(
        self, repository: EventTicketingRepository, words: str, found: list[str]
    ) -> None:
        for name in ("Straße", "Late Jazz", "五月天 演唱會", "50%_off\\"):
            await on_sale(repository, name)
        await repository.create_draft(new_event("A draft of jazz in an arena"), None)

        wanted = replace(ON_SALE, words=search_words(words))

        assert await names_of(repository, wanted, limit=3) == found

    async def test_finds_what_an_event_is_called_now(
        self, repository: EventTicketingRepository
    ) -> None:
        event = await on_sale(repository, "Rock")
        wanted = replace(ON_SALE, words=("rock",))
        assert await names_of_pages(repository, wanted) == [["Rock"]]

        await repository.update(
            event.id, lambda now: replace(now, details=now.details.changed("Jazz"))
        )

        assert await names_of_pages(repository, wanted) == [[]]
        assert await names_of_pages(repository, replace(wanted, words=("jazz",))) == [["Jazz"]]

    async def test_of_a_seller_finds_theirs(self, repository: EventTicketingRepository) -> None:
        await on_sale(repository, "Jazz here", seller=OTHER)
        hidden = await on_sale(repository, "Jazz there")
        await changed_to(repository, hidden, is_active=False)

        wanted = replace(ALL_OF_SELLER, words=("jazz",))

        assert await names_of_pages(repository, wanted) == [["Jazz there"]]
        assert await names_of_pages(repository, replace(ON_SALE, words=("jazz",))) == [
            ["Jazz here"]
        ]


class TestByStart:
    PAST, FIRST, SECOND = (datetime(year, 5, 1, 12, tzinfo=UTC) for year in (2020, 2090, 2091))

    @pytest_asyncio.fixture
    async def dated(self, repository: EventTicketingRepository) -> EventTicketingRepository:
        for name, starts_at in (
            ("second", self.SECOND),
            ("older, undated", None),
            ("past", self.PAST),
            ("first", self.FIRST),
            ("first too", self.FIRST),
            ("undated", None),
        ):
            draft = await repository.create_draft(
                new_event(name, dates=EventDates(starts_at)), None
            )
            await repository.mark_available(draft.id)
        return repository

    @pytest.mark.parametrize("limit", [1, 2, 3, 10])
    async def test_comes_the_soonest_first_and_what_has_no_date_last(
        self, dated: EventTicketingRepository, limit: int
    ) -> None:
        pages = await names_of_pages(dated, replace(ON_SALE, by_start=True), limit=limit)

        names = ["past", "first too", "first", "second", "undated", "older, undated"]
        assert pages == [names[i : i + limit] for i in range(0, len(names), limit)]

    async def test_leaves_out_what_has_begun_when_asked_to(
        self, dated: EventTicketingRepository
    ) -> None:
        pages = await names_of_pages(dated, replace(ON_SALE, by_start=True, not_begun=True))

        assert pages == [["first too", "first"], ["second", "undated"], ["older, undated"]]

    @pytest.mark.parametrize(
        ("after", "before", "found"),
        [
            (FIRST, None, ["first too", "first", "second"]),
            (FIRST + timedelta(microseconds=1), None, ["second"]),
            (None, SECOND, ["first too", "first", "past"]),
            (PAST, SECOND, ["first too", "first", "past"]),
            (SECOND, SECOND + timedelta(microseconds=1), ["second"]),
            (SECOND + timedelta(days=1), None, []),
        ],
    )
    async def test_is_not_needed_to_ask_for_a_time(
        self,
        dated: EventTicketingRepository,
        after: datetime | None,
        before: datetime | None,
        found: list[str],
    ) -> None:
        wanted = replace(ON_SALE, starts_after=after, starts_before=before)

        assert await names_of(dated, wanted) == found
        by_start = await names_of(dated, replace(wanted, by_start=True))
        assert sorted(by_start) == sorted(found)

    async def test_shows_every_change_at_once(self, dated: EventTicketingRepository) -> None:
        wanted = replace(ON_SALE, by_start=True, not_begun=True)
        [first, *_] = (await dated.page(wanted, limit=10, after=None)).items

        await changed_to(dated, first, dates=EventDates(self.SECOND + timedelta(days=1)))

        assert await names_of(dated, wanted) == [
            "first",
            "second",
            "first too",
            "undated",
            "older, undated",
        ]


class TestUpdating:
    async def test_stores_what_is_made_of_the_event(
        self, repository: EventTicketingRepository
    ) -> None:
        event = await on_sale(repository)
        details = EventDetails("Jazz", "Quiet", "A bar")

        changed = await repository.update(
            event.id,
            lambda now: replace(
                now, details=details, is_active=False, status=EventStatus.COMPLETED
            ),
        )

        assert changed is not None
        assert (changed.details, changed.is_active) == (details, False)
        assert changed.status is EventStatus.COMPLETED
        assert changed.config == event.config
        assert await repository.get(event.id) == changed

    async def test_gives_the_event_as_it_is_now(self, repository: EventTicketingRepository) -> None:
        event = await changed_to(repository, await on_sale(repository), is_active=False)
        seen = []

        def note(now: Event) -> Event:
            seen.append(now)
            return now

        await repository.update(event.id, note)

        assert seen == [event]

    async def test_stores_nothing_when_the_change_is_refused(
        self, repository: EventTicketingRepository
    ) -> None:
        event = await on_sale(repository)

        def refuse(_: Event) -> Event:
            raise StatusChangeError("No.")

        with pytest.raises(StatusChangeError):
            await repository.update(event.id, refuse)

        assert await repository.get(event.id) == event

    @pytest.mark.parametrize("event_id", [UNKNOWN, *NO_IDS])
    async def test_of_an_unknown_event_is_none(
        self, repository: EventTicketingRepository, event_id: EventId
    ) -> None:
        assert await repository.update(event_id, lambda now: now) is None


async def test_stale_drafts_are_old_and_still_drafts(store: Store) -> None:
    repository = store.repository
    old = await repository.create_draft(new_event(), None)
    await repository.create_draft(new_event(), None)
    sold = await on_sale(repository)
    for event in (old, sold):
        await store.make_older(event.id, timedelta(minutes=10))

    found = await repository.stale_drafts(timedelta(minutes=5))

    assert [draft.id for draft in found] == [old.id]


class TestTelling:
    async def test_an_event_is_told_when_it_is_there_and_what_changes_of_it(
        self, store: Store
    ) -> None:
        draft = await store.repository.create_draft(new_event(), None)
        assert await store.outbox.next(Listener.KAFKA) == []
        event = await store.repository.mark_available(draft.id)
        await store.repository.update(event.id, lambda now: now)
        await changed_to(store.repository, event, is_active=False)
        await changed_to(store.repository, event, status=EventStatus.ENDED)

        messages = await store.outbox.next(Listener.KAFKA)

        shown = [(m.type, m.data.get("name"), m.data.get("is_active")) for m in messages]
        assert shown == [
            ("event.created", "Rock Concert", True),
            ("event.updated", "Rock Concert", False),
            ("event.updated", "Rock Concert", True),
            ("event.closed", None, None),
        ]
        assert messages[-1].data == {"status": "ended"}
        assert {m.event_id for m in messages} == {event.id}
        assert [m.id for m in messages] == sorted({m.id for m in messages})

    async def test_a_draft_that_is_removed_was_never_told(self, store: Store) -> None:
        draft = await store.repository.create_draft(new_event(), None)
        await store.repository.delete_draft(draft.id)

        assert await store.outbox.next(Listener.KAFKA) == []
