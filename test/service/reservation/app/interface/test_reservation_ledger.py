"""What every ledger of reservations does."""

import uuid
from datetime import timedelta

import pytest

from src.service.reservation.app.interface.reservation_ledger import (
    HoldRefusedError,
)
from src.service.reservation.domain.errors import (
    ReservationNotLiveError,
    TooManySeatsHeldError,
)
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.domain.reservation import Reservation
from src.service.reservation.driven_adapter import postgres_reservation_ledger
from src.service.shared_kernel.errors import (
    InvalidInputError,
    NotSignedInError,
    ReservationNotFoundError,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.idempotency import (
    IdempotencyInFlightError,
    IdempotencyKey,
    IdempotencyMismatchError,
)
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatStatus
from test.fake.people import BUYER, HOUSE, NOW, OTHER_BUYER, an_event, seat, seats
from test.support.ledgers import (
    NOBODY,
    NOWHERE,
    TERMS,
    SystemOfRecord,
    a_key,
    having,
    hold,
    new,
)

EVERY_SEAT = " ".join(map(str, HOUSE.seats()))
UNKNOWN = ReservationId(uuid.UUID(int=0))


async def fill(record: SystemOfRecord, event_id: EventId) -> list[Reservation]:
    """Hold every seat, ten at most in each reservation."""
    every = EVERY_SEAT.split()
    return [
        await hold(record, event_id, " ".join(every[start : start + 10]))
        for start in range(0, len(every), 10)
    ]


class TestRecording:
    async def test_reserves_exactly_the_seats(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        wanted = new(event_id, "B-1-2-3 A-1-1-2")

        reservation = await record.ledger.record(wanted, TERMS, None)

        assert (reservation.id, reservation.event_id, reservation.buyer_id) == (
            wanted.id,
            event_id,
            BUYER.id,
        )
        assert reservation.status is ReservationStatus.RESERVED
        assert reservation.seat_ids == seats("A-1-1-2 B-1-2-3"), "in layout order"
        assert [held.price for held in reservation.seats] == [2000, 1500]
        assert reservation.expires_at == reservation.created_at + TERMS.lasts
        assert await having(record, event_id, SeatStatus.RESERVED) == [*reservation.seat_ids]
        assert await record.ledger.get(wanted.id, BUYER.id) == reservation

    async def test_takes_no_seat_when_one_is_not_available(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        await hold(record, event_id, "A-1-1-2", OTHER_BUYER.id)
        before = await record.seats(event_id)
        wanted = new(event_id, "A-1-1-1 A-1-1-2")

        with pytest.raises(HoldRefusedError) as refused:
            await record.ledger.record(wanted, TERMS, None)

        assert refused.value.on_sale
        assert refused.value.statuses == {
            seat("A-1-1-1"): SeatStatus.AVAILABLE,
            seat("A-1-1-2"): SeatStatus.RESERVED,
        }
        assert await record.seats(event_id) == before
        assert await record.ledger.get(wanted.id, BUYER.id) is None

    async def test_refuses_seats_of_an_event_that_is_not_there(
        self, record: SystemOfRecord
    ) -> None:
        with pytest.raises(HoldRefusedError) as refused:
            await hold(record, NOWHERE, "A-1-1-1")

        assert not refused.value.on_sale
        assert refused.value.statuses == {}

    async def test_needs_an_account(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()

        with pytest.raises(NotSignedInError):
            await hold(record, event_id, "A-1-1-1", NOBODY)

        assert not await having(record, event_id, SeatStatus.RESERVED)

    async def test_lets_a_buyer_hold_no_more_than_the_limit(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        terms = HoldTerms(timedelta(minutes=15), seat_limit=3)
        await record.ledger.record(new(event_id, "A-1-1-1 A-1-1-2"), terms, None)
        await record.ledger.record(new(event_id, "A-1-2-1", OTHER_BUYER.id), terms, None)

        with pytest.raises(TooManySeatsHeldError) as refused:
            await record.ledger.record(new(event_id, "B-1-1-1 B-1-1-2"), terms, None)

        assert (refused.value.held, refused.value.limit) == (2, 3)
        assert refused.value.first_ends_in is not None
        assert timedelta(0) < refused.value.first_ends_in <= terms.lasts
        await record.ledger.record(new(event_id, "B-1-1-1"), terms, None)

    async def test_says_of_more_than_the_limit_that_no_waiting_helps(
        self, record: SystemOfRecord
    ) -> None:
        event_id = await record.add_event()
        terms = HoldTerms(timedelta(minutes=15), seat_limit=1)

        with pytest.raises(TooManySeatsHeldError) as refused:
            await record.ledger.record(new(event_id, "A-1-1-1 A-1-1-2"), terms, None)

        assert (refused.value.held, refused.value.first_ends_in) == (0, None)


class TestSale:
    """The check, the record and the confirmation hold to the one rule, EventEntry.on_sale."""

    @pytest.mark.parametrize("is_active", [True, False])
    @pytest.mark.parametrize("status", EventStatus)
    async def test_only_of_an_event_on_sale(
        self, record: SystemOfRecord, status: EventStatus, is_active: bool
    ) -> None:
        on_sale = an_event(status=status, is_active=is_active).entry.on_sale(NOW)
        event_id = await record.add_event(status, is_active=is_active)

        standing = await record.ledger.check(BUYER.id, event_id, None)

        assert standing.on_sale is on_sale
        if on_sale:
            assert await hold(record, event_id, "A-1-1-1")
            return
        with pytest.raises(HoldRefusedError) as refused:
            await hold(record, event_id, "A-1-1-1")
        assert not refused.value.on_sale
        assert refused.value.statuses == {seat("A-1-1-1"): SeatStatus.AVAILABLE}

    async def test_opens_at_a_time_that_the_check_tells(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event(opens_in=timedelta(minutes=5))

        standing = await record.ledger.check(BUYER.id, event_id, None)

        assert not standing.on_sale
        assert standing.opens is not None
        assert timedelta(minutes=4) < standing.opens.wait <= timedelta(minutes=5)
        assert standing.opens.at.utcoffset() == timedelta()
        with pytest.raises(HoldRefusedError) as refused:
            await hold(record, event_id, "A-1-1-1")
        assert not refused.value.on_sale

    async def test_is_over_when_it_has_closed(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event(
            opens_in=-timedelta(minutes=9), closes_in=-timedelta(minutes=5)
        )

        standing = await record.ledger.check(BUYER.id, event_id, None)

        assert (standing.on_sale, standing.opens) == (False, None)
        with pytest.raises(HoldRefusedError) as refused:
            await hold(record, event_id, "A-1-1-1")
        assert not refused.value.on_sale

    async def test_goes_on_within_its_window(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event(
            opens_in=-timedelta(minutes=5), closes_in=timedelta(minutes=5)
        )

        standing = await record.ledger.check(BUYER.id, event_id, None)

        assert (standing.on_sale, standing.opens) == (True, None)
        assert await hold(record, event_id, "A-1-1-1")

    @pytest.mark.parametrize("is_active", [True, False])
    @pytest.mark.parametrize("status", EventStatus)
    async def test_is_confirmed_while_the_event_is_open(
        self, record: SystemOfRecord, status: EventStatus, is_active: bool
    ) -> None:
        event_id = await record.add_event()
        reservation = await hold(record, event_id, "A-1-1-1")
        await record.change_event(event_id, status, is_active=is_active)

        if status.is_open:
            outcome = await record.ledger.confirm(reservation.id, BUYER.id)
            assert outcome.changed
        else:
            with pytest.raises(ReservationNotLiveError, match="or the event is over"):
                await record.ledger.confirm(reservation.id, BUYER.id)


class TestChecking:
    async def test_says_what_is_held_and_until_when(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        await hold(record, event_id, "A-1-1-1 A-1-1-2")
        released = await hold(record, event_id, "A-1-1-3")
        await record.ledger.release(released.id, BUYER.id)

        owner = await record.ledger.check(BUYER.id, event_id, None)
        other = await record.ledger.check(OTHER_BUYER.id, event_id, None)

        assert owner.held == 2
        assert owner.first_ends_in is not None
        assert timedelta(0) < owner.first_ends_in <= TERMS.lasts
        assert (other.held, other.first_ends_in) == (0, None)

    async def test_counts_no_hold_whose_time_is_up(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        await record.run_out((await hold(record, event_id, "A-1-1-1")).id)

        standing = await record.ledger.check(BUYER.id, event_id, None)

        assert (standing.held, standing.first_ends_in) == (0, None)

    async def test_says_whether_there_is_such_an_account(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()

        assert (await record.ledger.check(BUYER.id, event_id, None)).account_exists
        assert not (await record.ledger.check(NOBODY, event_id, None)).account_exists

    async def test_says_whether_the_waiting_line_has_let_the_buyer_in(
        self, record: SystemOfRecord
    ) -> None:
        with_line, without = await record.add_event(), await record.add_event()
        assert (await record.ledger.check(BUYER.id, without, None)).admitted

        await record.add_line(with_line)
        assert not (await record.ledger.check(BUYER.id, with_line, None)).admitted
        await record.give_pass(with_line, BUYER.id, timedelta(minutes=1))
        assert (await record.ledger.check(BUYER.id, with_line, None)).admitted
        assert not (await record.ledger.check(OTHER_BUYER.id, with_line, None)).admitted
        await record.give_pass(with_line, OTHER_BUYER.id, timedelta(0))
        assert not (await record.ledger.check(OTHER_BUYER.id, with_line, None)).admitted

    async def test_says_of_an_event_that_is_not_there_that_it_is_not_on_sale(
        self, record: SystemOfRecord
    ) -> None:
        assert not (await record.ledger.check(BUYER.id, NOWHERE, None)).on_sale


class TestIdempotencyKey:
    async def test_stands_for_the_reservation_as_it_was_made(self, record: SystemOfRecord) -> None:
        event_id, key = await record.add_event(), a_key()
        assert await record.ledger.find_by_key(BUYER.id, key) is None
        assert (await record.ledger.check(BUYER.id, event_id, key)).made is None
        made = await hold(record, event_id, "A-1-1-1 A-1-1-2", key=key)
        await record.ledger.confirm(made.id, BUYER.id)

        assert await record.ledger.find_by_key(BUYER.id, key) == made
        assert (await record.ledger.check(BUYER.id, event_id, key)).made == made

    async def test_is_its_owners_alone(self, record: SystemOfRecord) -> None:
        event_id, key = await record.add_event(), a_key()
        await hold(record, event_id, "A-1-1-1", key=key)

        assert await record.ledger.find_by_key(OTHER_BUYER.id, key) is None

    async def test_makes_one_reservation(self, record: SystemOfRecord) -> None:
        event_id, key = await record.add_event(), a_key()
        await hold(record, event_id, "A-1-1-1", key=key)

        with pytest.raises(IdempotencyInFlightError):
            await hold(record, event_id, "A-1-1-2", key=key)

        assert await having(record, event_id, SeatStatus.RESERVED) == [seat("A-1-1-1")]

    async def test_stands_for_no_other_request(self, record: SystemOfRecord) -> None:
        event_id, key = await record.add_event(), a_key()
        await hold(record, event_id, "A-1-1-1", key=key)
        other = IdempotencyKey(key.key, b"another request")

        with pytest.raises(IdempotencyMismatchError):
            await record.ledger.find_by_key(BUYER.id, other)
        with pytest.raises(IdempotencyMismatchError):
            await record.ledger.check(BUYER.id, event_id, other)

    async def test_of_what_was_refused_is_free_again(self, record: SystemOfRecord) -> None:
        event_id, key = await record.add_event(), a_key()
        await hold(record, event_id, "A-1-1-1", OTHER_BUYER.id)
        with pytest.raises(HoldRefusedError):
            await hold(record, event_id, "A-1-1-1", key=key)

        assert (await hold(record, event_id, "A-1-1-2", key=key)).seat_ids == seats("A-1-1-2")


class TestConfirming:
    async def test_sells_the_seats_once(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        reservation = await hold(record, event_id, "A-1-1-1 A-1-1-2")

        first = await record.ledger.confirm(reservation.id, BUYER.id)
        again = await record.ledger.confirm(reservation.id, BUYER.id)

        assert (first.changed, again.changed) == (True, False)
        assert first.reservation == again.reservation
        assert first.reservation.status is ReservationStatus.CONFIRMED
        assert await having(record, event_id, SeatStatus.SOLD) == [*reservation.seat_ids]

    async def test_is_too_late_when_the_time_is_up(self, record: SystemOfRecord) -> None:
        reservation = await hold(record, await record.add_event(), "A-1-1-1")
        await record.run_out(reservation.id)

        with pytest.raises(ReservationNotLiveError, match="its time is up"):
            await record.ledger.confirm(reservation.id, BUYER.id)

    async def test_is_too_late_after_the_release(self, record: SystemOfRecord) -> None:
        reservation = await hold(record, await record.add_event(), "A-1-1-1")
        await record.ledger.release(reservation.id, BUYER.id)

        with pytest.raises(ReservationNotLiveError, match="it is released"):
            await record.ledger.confirm(reservation.id, BUYER.id)

    async def test_is_for_the_buyer_alone(self, record: SystemOfRecord) -> None:
        reservation = await hold(record, await record.add_event(), "A-1-1-1")

        for reservation_id, buyer in ((reservation.id, OTHER_BUYER.id), (UNKNOWN, BUYER.id)):
            with pytest.raises(ReservationNotFoundError, match=str(reservation_id)):
                await record.ledger.confirm(reservation_id, buyer)


class TestReleasing:
    async def test_frees_the_seats_once(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        reservation = await hold(record, event_id, "A-1-1-1 A-1-1-2")

        first = await record.ledger.release(reservation.id, BUYER.id)
        again = await record.ledger.release(reservation.id, BUYER.id)

        assert (first.changed, again.changed) == (True, False)
        assert first.reservation == again.reservation
        assert first.reservation.status is ReservationStatus.RELEASED
        assert first.reservation.seats == reservation.seats
        assert not await having(record, event_id, SeatStatus.RESERVED)

    async def test_of_what_is_sold_is_refused(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        reservation = await hold(record, event_id, "A-1-1-1")
        await record.ledger.confirm(reservation.id, BUYER.id)

        with pytest.raises(ReservationNotLiveError, match="its seats are sold"):
            await record.ledger.release(reservation.id, BUYER.id)

        assert await having(record, event_id, SeatStatus.SOLD) == [seat("A-1-1-1")]

    async def test_is_for_the_buyer_alone(self, record: SystemOfRecord) -> None:
        reservation = await hold(record, await record.add_event(), "A-1-1-1")

        for reservation_id, buyer in ((reservation.id, OTHER_BUYER.id), (UNKNOWN, BUYER.id)):
            with pytest.raises(ReservationNotFoundError, match=str(reservation_id)):
                await record.ledger.release(reservation_id, buyer)

    async def test_of_an_event_ends_all_that_is_live(self, record: SystemOfRecord) -> None:
        event_id, other_event = await record.add_event(), await record.add_event()
        live = await hold(record, event_id, "A-1-1-1")
        sold = await hold(record, event_id, "A-1-1-2")
        await hold(record, other_event, "A-1-1-1")
        await record.ledger.confirm(sold.id, BUYER.id)

        released = await record.ledger.release_event(event_id)

        assert [(r.id, r.status) for r in released] == [(live.id, ReservationStatus.RELEASED)]
        assert await record.ledger.release_event(event_id) == ()
        assert await having(record, event_id, SeatStatus.SOLD) == [seat("A-1-1-2")]
        assert not await having(record, event_id, SeatStatus.RESERVED)
        assert await having(record, other_event, SeatStatus.RESERVED) == [seat("A-1-1-1")]

    async def test_in_steps_frees_all_of_them(
        self, record: SystemOfRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres_reservation_ledger, "_RELEASED_AT_ONCE", 3)
        event_id = await record.add_event()
        await fill(record, event_id)
        bought = await hold(record, await record.add_event(), "A-1-1-1")

        while await record.ledger.release_event(event_id):
            pass

        assert await having(record, event_id, SeatStatus.RESERVED) == []
        assert await record.ledger.get(bought.id, BUYER.id) == bought


class TestExpiring:
    async def test_ends_what_is_due_and_nothing_else(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        due = await hold(record, event_id, "A-1-1-1")
        await record.run_out(due.id)
        live = await hold(record, event_id, "A-1-1-2")
        sold = await hold(record, event_id, "A-1-1-3")
        await record.ledger.confirm(sold.id, BUYER.id)
        await record.run_out(sold.id)

        ended = await record.ledger.expire_due(100)

        states = {r.id: r.status for r in ended}
        assert states[due.id] is ReservationStatus.EXPIRED
        assert live.id not in states
        assert sold.id not in states

    async def test_ends_no_more_than_the_limit(self, record: SystemOfRecord) -> None:
        await record.ledger.expire_due(200)
        event_id = await record.add_event()
        for number in (1, 2, 3):
            await record.run_out((await hold(record, event_id, f"A-1-1-{number}")).id)

        ended = [await record.ledger.expire_due(2), await record.ledger.expire_due(2)]

        assert [len(some) for some in ended] == [2, 1]
        assert await record.ledger.expire_due(2) == ()


class TestSoldOut:
    """EventStatus.following is the rule."""

    async def test_is_an_event_without_an_available_seat(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        await fill(record, event_id)

        assert await record.ledger.mark_sold_out(event_id)

        assert await record.status(event_id) is EventStatus.SOLD_OUT
        assert not await record.ledger.mark_sold_out(event_id), "it is already"

    async def test_is_not_an_event_with_a_seat_left(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        await hold(record, event_id, "A-1-1-1")

        assert not await record.ledger.mark_sold_out(event_id)
        assert await record.status(event_id) is EventStatus.AVAILABLE

    @pytest.mark.parametrize("status", [s for s in EventStatus if not s.is_open])
    async def test_is_never_said_of_an_event_that_is_not_open(
        self, record: SystemOfRecord, status: EventStatus
    ) -> None:
        event_id = await record.add_event()
        await fill(record, event_id)
        await record.change_event(event_id, status)

        assert not await record.ledger.mark_sold_out(event_id)
        assert await record.status(event_id) is status

    @pytest.mark.parametrize("how", ["released", "expired"])
    async def test_ends_with_the_first_seat_that_comes_free(
        self, record: SystemOfRecord, how: str
    ) -> None:
        event_id = await record.add_event()
        first, *_ = await fill(record, event_id)
        await record.ledger.mark_sold_out(event_id)

        if how == "released":
            await record.ledger.release(first.id, BUYER.id)
        else:
            await record.run_out(first.id)
            await record.ledger.expire_due(100)

        assert await record.status(event_id) is EventStatus.AVAILABLE

    async def test_outlives_a_sale(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        first, *_ = await fill(record, event_id)
        await record.ledger.mark_sold_out(event_id)

        await record.ledger.confirm(first.id, BUYER.id)

        assert await record.status(event_id) is EventStatus.SOLD_OUT


class TestReading:
    async def test_a_buyer_sees_their_own_only(self, record: SystemOfRecord) -> None:
        reservation = await hold(record, await record.add_event(), "A-1-1-1")

        assert await record.ledger.get(reservation.id, BUYER.id) == reservation
        assert await record.ledger.get(reservation.id, OTHER_BUYER.id) is None
        assert await record.ledger.get(UNKNOWN, BUYER.id) is None

    async def test_who_has_seats_holds_or_has_bought_them(self, record: SystemOfRecord) -> None:
        event_id, another = [await record.add_event() for _ in range(2)]

        async def have_seats(buyer: UserId = BUYER.id) -> bool:
            return await record.ledger.has_seats(buyer, event_id)

        await hold(record, another, "A-1-1-1")
        assert not await have_seats()
        first = await hold(record, event_id, "A-1-1-1")
        assert await have_seats()
        assert not await have_seats(OTHER_BUYER.id)

        await record.run_out(first.id)
        assert not await have_seats()

        second = await hold(record, event_id, "A-1-1-2")
        await record.ledger.release(second.id, BUYER.id)
        assert not await have_seats()

        third = await hold(record, event_id, "A-1-1-3")
        await record.ledger.confirm(third.id, BUYER.id)
        assert await have_seats()

    async def test_pages_follow_one_another_newest_first(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        made = [await hold(record, event_id, f"A-1-1-{number}") for number in (1, 2, 3)]
        await hold(record, event_id, "B-1-1-1", OTHER_BUYER.id)
        before = (await record.ledger.page(BUYER.id, limit=200, cursor=None)).items[3:]

        first = await record.ledger.page(BUYER.id, limit=2, cursor=None)
        second = await record.ledger.page(BUYER.id, limit=200, cursor=first.next_cursor)

        assert first.items == (made[2], made[1])
        assert second.items == (made[0], *before)
        assert (first.next_cursor is None, second.next_cursor) == (False, None)

    async def test_a_page_that_is_just_full_is_the_last(self, record: SystemOfRecord) -> None:
        await hold(record, await record.add_event(), "A-1-1-1")
        everything = await record.ledger.page(BUYER.id, limit=200, cursor=None)

        page = await record.ledger.page(BUYER.id, limit=len(everything.items), cursor=None)

        assert page == everything

    async def test_another_lists_cursor_is_none_of_it(self, record: SystemOfRecord) -> None:
        for cursor in ("nonsense", "7", "2026-01-01_nonsense"):
            with pytest.raises(InvalidInputError):
                await record.ledger.page(BUYER.id, limit=2, cursor=cursor)
