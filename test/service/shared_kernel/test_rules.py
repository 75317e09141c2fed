"""Rules that every context shares: idempotency keys, roles, who sees an event, when it is on sale."""

from dataclasses import replace
from datetime import timedelta

import pytest

from src.service.shared_kernel.errors import (
    EventNotFoundError,
    FieldError,
    ForbiddenError,
    InvalidInputError,
    OutcomeUnknownError,
    SeatStateMissingError,
    StoreUnavailableError,
)
from src.service.shared_kernel.event_directory import EventStatus, own_event, visible_event
from src.service.shared_kernel.idempotency import IdempotencyKey, IdempotencyMismatchError
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.sale_window import SaleWindow
from test.fake.people import BUYER, NOW, OTHER_SELLER, SELLER, an_event, known
from test.fake.postgres import FakeEventDirectory, FakePostgres


class TestIdempotencyKey:
    @pytest.mark.parametrize("key", ["a", "x" * 255, "8e03978e-40d5-43dd-bc93-6894a57f9324", "!~"])
    def test_is_visible_ascii(self, key: str) -> None:
        assert IdempotencyKey.checked(key, b"").key == key

    @pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "é", "a\n", "\x7f"], ids=ascii)
    def test_that_is_not_is_refused(self, key: str) -> None:
        with pytest.raises(InvalidInputError) as refused:
            IdempotencyKey.checked(key, b"")

        assert [error.loc for error in refused.value.errors] == [("header", "Idempotency-Key")]

    def test_stands_for_one_request(self) -> None:
        key = IdempotencyKey("a", b"this")

        key.require_same_request(b"this")
        with pytest.raises(IdempotencyMismatchError):
            key.require_same_request(b"that")


class TestRole:
    def test_that_is_required_lets_its_holder_pass(self) -> None:
        SELLER.require(Role.SELLER)
        BUYER.require(Role.BUYER)

    def test_that_the_caller_has_not_is_named(self) -> None:
        with pytest.raises(ForbiddenError, match=r"Only a seller can do this.*as a buyer"):
            BUYER.require(Role.SELLER)


class TestVisibility:
    @pytest.mark.parametrize("caller", [None, BUYER, SELLER, OTHER_SELLER], ids=str)
    @pytest.mark.parametrize("status", [s for s in EventStatus if s is not EventStatus.DRAFT])
    def test_an_active_event_is_there_for_everyone(
        self, status: EventStatus, caller: Caller | None
    ) -> None:
        assert an_event(status=status).entry.visible_to(caller)

    @pytest.mark.parametrize("caller", [None, BUYER, SELLER], ids=str)
    def test_a_draft_is_there_for_nobody(self, caller: Caller | None) -> None:
        assert not an_event(status=EventStatus.DRAFT).entry.visible_to(caller)

    def test_an_inactive_event_is_there_for_its_seller(self) -> None:
        entry = an_event(is_active=False).entry

        assert entry.visible_to(SELLER)
        assert not any(entry.visible_to(caller) for caller in (None, BUYER, OTHER_SELLER))

    async def test_what_is_not_there_is_not_found(self) -> None:
        postgres = FakePostgres()
        event = postgres.add(an_event(is_active=False))
        directory = FakeEventDirectory(postgres)

        assert await visible_event(directory, event.id, known(SELLER)) == event.entry
        with pytest.raises(EventNotFoundError, match="no event 1"):
            await visible_event(directory, event.id, known(BUYER))


class TestOwnEvent:
    @pytest.mark.parametrize(
        ("caller", "is_active", "refusal"),
        [
            (BUYER, True, ForbiddenError),
            (BUYER, False, ForbiddenError),
            (OTHER_SELLER, True, ForbiddenError),
            (OTHER_SELLER, False, EventNotFoundError),
        ],
    )
    async def test_is_nobody_elses(
        self, caller: Caller, is_active: bool, refusal: type[Exception]
    ) -> None:
        postgres = FakePostgres()
        event = postgres.add(an_event(is_active=is_active))

        with pytest.raises(refusal):
            await own_event(FakeEventDirectory(postgres), caller, event.id)

    @pytest.mark.parametrize("is_active", [True, False])
    async def test_is_its_sellers(self, is_active: bool) -> None:
        postgres = FakePostgres()
        event = postgres.add(an_event(is_active=is_active))

        assert await own_event(FakeEventDirectory(postgres), SELLER, event.id) == event.entry

    async def test_is_no_draft_and_no_event_that_is_not_there(self) -> None:
        postgres = FakePostgres()
        draft = postgres.add(an_event(status=EventStatus.DRAFT))

        for event_id in (draft.id, EventId(99)):
            with pytest.raises(EventNotFoundError):
                await own_event(FakeEventDirectory(postgres), SELLER, event_id)

    async def test_who_is_calling_is_not_asked_when_everybody_may(self) -> None:
        postgres = FakePostgres()
        event = postgres.add(an_event())

        async def ask() -> Caller | None:
            raise AssertionError("nobody has to know")

        assert await visible_event(FakeEventDirectory(postgres), event.id, ask) == event.entry

    @pytest.mark.parametrize("status", EventStatus)
    def test_an_event_is_over_when_completed_or_ended(self, status: EventStatus) -> None:
        assert status.is_final is (status.value in {"completed", "ended"})


class TestSale:
    @pytest.mark.parametrize("status", EventStatus)
    def test_an_event_is_open_for_changes_of_seats(self, status: EventStatus) -> None:
        assert status.is_open is (status.value in {"available", "sold_out"})

    @pytest.mark.parametrize("status", EventStatus)
    def test_an_active_open_event_is_on_sale(self, status: EventStatus) -> None:
        assert an_event(status=status).entry.on_sale(NOW) is status.is_open
        assert not an_event(status=status, is_active=False).entry.on_sale(NOW)

    @pytest.mark.parametrize(
        ("opens_in", "closes_in", "is_to_come", "is_over"),
        [
            (None, None, False, False),
            (1, None, True, False),
            (0, None, False, False),
            (-1, 1, False, False),
            (None, 0, False, True),
            (None, -1, False, True),
        ],
    )
    def test_it_is_on_sale_from_the_opening_until_just_before_the_close(
        self, opens_in: int | None, closes_in: int | None, is_to_come: bool, is_over: bool
    ) -> None:
        opens_at, closes_at = (
            None if seconds is None else NOW + timedelta(seconds=seconds)
            for seconds in (opens_in, closes_in)
        )
        sale = SaleWindow(opens_at, closes_at)
        entry = replace(an_event().entry, sale=sale)

        assert (sale.is_to_come(NOW), sale.is_over(NOW)) == (is_to_come, is_over)
        assert entry.on_sale(NOW) is not (is_to_come or is_over)
        # What is to come is shown as well.
        assert entry.purchasable(NOW) is not is_over

    @pytest.mark.parametrize("status", [EventStatus.AVAILABLE, EventStatus.SOLD_OUT])
    def test_an_open_event_is_sold_out_while_no_seat_is_available(
        self, status: EventStatus
    ) -> None:
        assert status.following(seats_left=False) is EventStatus.SOLD_OUT
        assert status.following(seats_left=True) is EventStatus.AVAILABLE

    @pytest.mark.parametrize("seats_left", [True, False])
    @pytest.mark.parametrize("status", [s for s in EventStatus if not s.is_open])
    def test_other_statuses_do_not_follow_the_seats(
        self, status: EventStatus, seats_left: bool
    ) -> None:
        assert status.following(seats_left=seats_left) is status


class TestErrors:
    def test_input_names_every_field(self) -> None:
        error = InvalidInputError(
            FieldError(("seats", 2), "is named twice"), FieldError(("name",), "must not be empty")
        )

        assert str(error) == "seats.2: is named twice; name: must not be empty"

    @pytest.mark.parametrize(
        "error", [OutcomeUnknownError("PostgreSQL"), SeatStateMissingError(7)], ids=repr
    )
    def test_of_a_store_are_all_a_store_that_is_unavailable(
        self, error: StoreUnavailableError
    ) -> None:
        assert isinstance(error, StoreUnavailableError)
        assert error.store
        assert str(error)
