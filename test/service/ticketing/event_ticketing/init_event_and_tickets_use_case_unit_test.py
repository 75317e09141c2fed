"""Creating an event: who may, what exists afterwards, and what is left when a step fails."""

import asyncio
from dataclasses import replace

import pytest

from src.service.shared_kernel.deadline import until_deadline
from src.service.shared_kernel.errors import (
    ForbiddenError,
    InvalidInputError,
    OutcomeUnknownError,
    StoreUnavailableError,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.idempotency import (
    IdempotencyInFlightError,
    IdempotencyKey,
    IdempotencyMismatchError,
)
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.lane import Lane
from src.service.shared_kernel.seating import SeatingConfig, SeatingLimits, Section
from src.service.ticketing.app.command.create_event_and_tickets_use_case import (
    CreateEvent,
    CreateEventAndTicketsUseCase,
)
from src.service.ticketing.app.interface.event_topic_setup import EventTopicSetupError
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event
from src.service.ticketing.domain.errors import CreationOverdueError
from test.fake.announcing import FakeEventTopicSetup
from test.fake.clock import everything_ready
from test.fake.kvrocks import FakeInitState, FakeKvrocks
from test.fake.people import BUYER, OTHER_SELLER, SELLER
from test.fake.postgres import FakeEventTicketingRepository, FakePostgres

COMMAND = CreateEvent(
    name=" Rock Concert ",
    description="Amazing live rock music show",
    venue_name="Taipei Arena",
    rows=2,
    cols=3,
    sections=(Section("A", 2000, 2), Section("B", 1500, 1)),
    is_active=True,
)
LARGE = replace(COMMAND, rows=1_667, cols=1)
KEY = IdempotencyKey("a-key", b"digest of the request")


class Creation:
    """The use case over fakes, and what the stores hold."""

    def __init__(self) -> None:
        self.journal: list[str] = []
        self.postgres = FakePostgres()
        self.kvrocks = FakeKvrocks()
        self.repository = FakeEventTicketingRepository(self.postgres, self.journal)
        self.seat_state = FakeInitState(self.kvrocks, self.journal)
        self.topic = FakeEventTopicSetup(self.journal)
        self.use_case = CreateEventAndTicketsUseCase(
            self.repository,
            self.seat_state,
            self.topic,
            limits=SeatingLimits(10_000),
            small=Lane("create events", at_once=2, timeout=60),
            large=Lane("create large events", at_once=1, timeout=60),
        )

    async def run(self, command: CreateEvent = COMMAND, key: IdempotencyKey | None = None) -> Event:
        return await self.use_case.execute(SELLER, command, key)

    @property
    def left_in_postgres(self) -> list[EventStatus]:
        return [event.status for event in self.postgres.events.values()]

    @property
    def left_in_kvrocks(self) -> int:
        return len(self.kvrocks.events)


@pytest.fixture
def creation() -> Creation:
    return Creation()


async def test_a_created_event_is_on_sale_in_both_stores(creation: Creation) -> None:
    event = await creation.run()

    assert event.status is EventStatus.AVAILABLE
    assert event.seller_id == SELLER.id
    assert event.details.name == "Rock Concert"
    assert event.config == SeatingConfig(2, 3, COMMAND.sections)
    assert creation.left_in_postgres == [EventStatus.AVAILABLE]
    assert creation.kvrocks.seat_bytes(event.id) == creation.postgres.seat_bytes(event.id)


async def test_there_is_a_ticket_for_every_seat_at_its_sections_price(creation: Creation) -> None:
    event = await creation.run()

    tickets = creation.postgres.tickets[event.id]
    assert len(tickets) == 2 * 3 * (2 + 1)
    assert {(seat.section, ticket.price) for seat, ticket in tickets.items()} == {
        ("A", 2000),
        ("B", 1500),
    }


async def test_kvrocks_is_filled_before_anybody_can_see_the_event(creation: Creation) -> None:
    await creation.run()
    await everything_ready()

    assert creation.journal == [
        "create_draft",
        "initialize_seats",
        "mark_available",
        "set_up_topic",
    ]


async def test_an_event_can_be_created_inactive(creation: Creation) -> None:
    event = await creation.run(replace(COMMAND, is_active=False))

    assert not event.is_active
    assert event.status is EventStatus.AVAILABLE


async def test_a_buyer_cannot_create_an_event(creation: Creation) -> None:
    with pytest.raises(ForbiddenError, match="Only a seller"):
        await creation.use_case.execute(BUYER, COMMAND)

    assert creation.journal == []


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (replace(COMMAND, name="  "), ("name",)),
        (replace(COMMAND, description=""), ("description",)),
        (replace(COMMAND, venue_name="\t"), ("venue_name",)),
        (replace(COMMAND, rows=0), ("seating_config", "rows")),
        (replace(COMMAND, sections=()), ("seating_config", "sections")),
        (
            replace(COMMAND, sections=(Section("A", -1, 1),)),
            ("seating_config", "sections", 0, "price"),
        ),
        (replace(COMMAND, rows=3_334, cols=1), ("seating_config",)),
    ],
)
async def test_what_breaks_a_rule_is_refused_before_any_store_is_asked(
    creation: Creation, command: CreateEvent, field: tuple[str | int, ...]
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await creation.run(command)

    assert [error.loc for error in refused.value.errors] == [field]
    assert creation.journal == []


class TestTopic:
    async def test_is_seen_to_once_for_each_event(self, creation: Creation) -> None:
        await creation.run()
        await everything_ready()

        assert creation.topic.times == 1

    async def test_is_waited_for_by_nobody(self, creation: Creation) -> None:
        creation.topic.may_answer.clear()

        event = await creation.run()

        assert event.status is EventStatus.AVAILABLE

    async def test_that_fails_never_fails_the_creation(
        self, creation: Creation, caplog: pytest.LogCaptureFixture
    ) -> None:
        creation.topic.fails_with["set_up_topic"] = EventTopicSetupError("Kafka is down.")

        event = await creation.run()
        await everything_ready()

        assert "Kafka is down." in caplog.text
        assert event.status is EventStatus.AVAILABLE
        assert creation.left_in_postgres == [EventStatus.AVAILABLE]
        assert creation.left_in_kvrocks == 1

    async def test_is_left_alone_when_the_creation_failed(self, creation: Creation) -> None:
        creation.seat_state.fails_with["initialize_seats"] = StoreUnavailableError("Kvrocks")

        with pytest.raises(StoreUnavailableError):
            await creation.run()
        await everything_ready()

        assert creation.topic.times == 0


class TestCompensation:
    @pytest.mark.parametrize("step", ["initialize_seats", "mark_available"])
    async def test_leaves_nothing_in_either_store(self, creation: Creation, step: str) -> None:
        failure = StoreUnavailableError("a store")
        creation.seat_state.fails_with[step] = failure
        creation.repository.fails_with[step] = failure

        with pytest.raises(StoreUnavailableError) as raised:
            await creation.run()

        assert raised.value is failure
        assert creation.left_in_postgres == []
        assert creation.postgres.tickets == {}
        assert creation.left_in_kvrocks == 0

    async def test_follows_a_creation_that_took_so_long_that_its_draft_is_gone(
        self, creation: Creation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write = creation.seat_state.initialize_seats

        async def write_late(event_id: EventId, config: SeatingConfig) -> None:
            await creation.repository.delete_draft(event_id)  # by the reconciler
            await write(event_id, config)

        monkeypatch.setattr(creation.seat_state, "initialize_seats", write_late)

        with pytest.raises(CreationOverdueError):
            await creation.run()

        assert creation.left_in_postgres == []
        assert creation.left_in_kvrocks == 0

    async def test_waits_hardly_for_postgres_where_that_was_waited_for_in_vain(
        self, creation: Creation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left: list[float | None] = []

        async def note_the_time_left(_event_id: EventId) -> None:
            left.append(until_deadline())
            raise StoreUnavailableError("PostgreSQL")

        creation.repository.fails_with["mark_available"] = StoreUnavailableError("PostgreSQL")
        monkeypatch.setattr(creation.repository, "delete_draft", note_the_time_left)

        with pytest.raises(StoreUnavailableError):
            await creation.run()

        [seconds] = left
        assert seconds is not None
        assert seconds < 0.5

    async def test_follows_a_creation_that_was_cancelled(self, creation: Creation) -> None:
        creation.seat_state.fails_with["initialize_seats"] = asyncio.CancelledError()

        with pytest.raises(asyncio.CancelledError):
            await creation.run()

        assert creation.left_in_postgres == []

    async def test_asks_both_stores_at_once_since_one_of_them_may_be_silent(
        self, creation: Creation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deleted = asyncio.Event()
        delete = creation.repository.delete_draft

        async def delete_and_tell(event_id: EventId) -> None:
            await delete(event_id)
            deleted.set()

        async def remove_after_that(_event_id: EventId, _config: SeatingConfig) -> None:
            await deleted.wait()

        creation.seat_state.fails_with["initialize_seats"] = StoreUnavailableError("Kvrocks")
        monkeypatch.setattr(creation.repository, "delete_draft", delete_and_tell)
        monkeypatch.setattr(creation.seat_state, "remove_seats", remove_after_that)

        with pytest.raises(StoreUnavailableError):
            await creation.run()

        assert creation.left_in_postgres == []

    async def test_that_cannot_reach_kvrocks_leaves_nothing_in_postgres(
        self, creation: Creation
    ) -> None:
        failure = StoreUnavailableError("Kvrocks")
        creation.seat_state.fails_with = {"initialize_seats": failure, "remove_seats": failure}

        with pytest.raises(StoreUnavailableError) as raised:
            await creation.run()

        assert raised.value is failure
        assert creation.left_in_postgres == []

    async def test_that_cannot_reach_postgres_leaves_a_draft_without_keys(
        self, creation: Creation
    ) -> None:
        failure = StoreUnavailableError("Kvrocks")
        creation.seat_state.fails_with["initialize_seats"] = failure
        creation.repository.fails_with["delete_draft"] = StoreUnavailableError("PostgreSQL")

        with pytest.raises(StoreUnavailableError) as raised:
            await creation.run()

        assert raised.value is failure
        assert creation.left_in_postgres == [EventStatus.DRAFT]
        assert creation.left_in_kvrocks == 0

    async def test_is_left_out_when_the_event_may_be_on_sale_already(
        self, creation: Creation
    ) -> None:
        creation.repository.loses_answer_of.add("mark_available")

        with pytest.raises(OutcomeUnknownError):
            await creation.run()

        assert creation.left_in_postgres == [EventStatus.AVAILABLE]
        assert creation.left_in_kvrocks == 1

    async def test_is_left_out_when_there_may_be_no_draft(self, creation: Creation) -> None:
        creation.repository.loses_answer_of.add("create_draft")

        with pytest.raises(OutcomeUnknownError):
            await creation.run()

        assert creation.left_in_postgres == [EventStatus.DRAFT]
        assert creation.journal == ["create_draft"]

    async def test_frees_the_idempotency_key_so_that_trying_again_works(
        self, creation: Creation
    ) -> None:
        creation.seat_state.fails_with["initialize_seats"] = StoreUnavailableError("Kvrocks")
        with pytest.raises(StoreUnavailableError):
            await creation.run(key=KEY)
        creation.seat_state.fails_with.clear()

        event = await creation.run(key=KEY)

        assert event.status is EventStatus.AVAILABLE


class TestIdempotency:
    async def test_the_same_request_again_makes_no_second_event(self, creation: Creation) -> None:
        first = await creation.run(key=KEY)

        again = await creation.run(key=KEY)

        assert again == first
        assert len(creation.postgres.events) == 1
        assert creation.topic.times == 1

    async def test_the_answer_is_the_first_one_whatever_became_of_the_event(
        self, creation: Creation
    ) -> None:
        first = await creation.run(key=KEY)
        creation.postgres.events[first.id] = replace(
            first, is_active=False, status=EventStatus.ENDED
        )

        again = await creation.run(key=KEY)

        assert again == first

    async def test_the_key_with_another_request_is_a_mismatch(self, creation: Creation) -> None:
        await creation.run(key=KEY)

        with pytest.raises(IdempotencyMismatchError):
            await creation.run(key=IdempotencyKey(KEY.key, b"digest of another request"))

    async def test_while_the_first_request_is_under_way_the_second_is_refused(
        self, creation: Creation
    ) -> None:
        creation.repository.loses_answer_of.add("create_draft")
        with pytest.raises(OutcomeUnknownError):
            await creation.run(key=KEY)

        with pytest.raises(IdempotencyInFlightError):
            await creation.run(key=KEY)

    async def test_two_sellers_may_use_the_same_key(self, creation: Creation) -> None:
        first = await creation.run(key=KEY)

        other = await creation.use_case.execute(OTHER_SELLER, COMMAND, KEY)

        assert other.id != first.id


class TestInLine:
    """Kvrocks takes its time, so creations are under way at the same time."""

    @pytest.fixture
    def kvrocks_answers(self, creation: Creation, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
        answers = asyncio.Event()
        write = creation.seat_state.initialize_seats

        async def write_when_allowed(event_id: EventId, config: SeatingConfig) -> None:
            if config.total_seats > COMMAND.rows * COMMAND.cols * 3:
                await answers.wait()
            await write(event_id, config)

        monkeypatch.setattr(creation.seat_state, "initialize_seats", write_when_allowed)
        return answers

    async def test_nobody_with_a_small_event_stands_behind_large_ones(
        self, creation: Creation, kvrocks_answers: asyncio.Event
    ) -> None:
        large = [asyncio.ensure_future(creation.run(LARGE)) for _ in range(5)]
        await everything_ready()
        assert creation.left_in_postgres == [EventStatus.DRAFT]

        small = await creation.run()

        assert small.status is EventStatus.AVAILABLE
        kvrocks_answers.set()
        assert {event.status for event in await asyncio.gather(*large)} == {EventStatus.AVAILABLE}

    async def test_a_creation_whose_client_left_is_dropped(
        self, creation: Creation, kvrocks_answers: asyncio.Event
    ) -> None:
        under_way, gone = (asyncio.ensure_future(creation.run(LARGE)) for _ in range(2))
        await everything_ready()

        gone.cancel()
        kvrocks_answers.set()
        await under_way
        await everything_ready()

        assert creation.left_in_postgres == [EventStatus.AVAILABLE]

    async def test_a_creation_that_has_begun_is_finished_without_its_client(
        self, creation: Creation, kvrocks_answers: asyncio.Event
    ) -> None:
        gone = asyncio.ensure_future(creation.run(LARGE))
        await everything_ready()

        gone.cancel()
        await everything_ready()
        assert gone.cancelled()
        kvrocks_answers.set()
        await everything_ready()

        assert creation.left_in_postgres == [EventStatus.AVAILABLE]
        assert creation.left_in_kvrocks == 1

    async def test_the_same_request_behind_itself_gets_the_first_answer(
        self, creation: Creation, kvrocks_answers: asyncio.Event
    ) -> None:
        first, again = (asyncio.ensure_future(creation.run(LARGE, KEY)) for _ in range(2))
        await everything_ready()

        kvrocks_answers.set()

        assert await first == await again
        assert len(creation.postgres.events) == 1
