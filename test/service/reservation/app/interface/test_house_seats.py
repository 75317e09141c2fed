"""What every ledger of house seats does, and what the one of reservations does with them."""

import re
from datetime import timedelta

import pytest

from src.service.reservation.app.interface.reservation_ledger import (
    HoldRefusedError,
    NewReservation,
)
from src.service.shared_kernel.errors import ReservationNotFoundError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatStatus
from test.fake.people import BUYER, HOUSE, OTHER_BUYER, SELLER, seat, seats
from test.support.ledgers import SystemOfRecord, having, hold, new

A1, A2, B1 = HOUSE.subsections
EVERY_SEAT = " ".join(map(str, HOUSE.seats()))


async def take(record: SystemOfRecord, event_id: EventId, identifiers: str) -> NewReservation:
    wanted = new(event_id, identifiers, SELLER.id)
    await record.house.hold(wanted)
    return wanted


async def contradictions(
    record: SystemOfRecord, event_id: EventId, *holds: NewReservation
) -> list[str]:
    """What is wrong with this event and these holds; other tests leave events behind."""
    names = re.compile("|".join([rf"event {event_id}\b", *(str(hold.id) for hold in holds)]))
    return [line for line in await record.audit.contradictions() if names.search(line)]


class TestTaking:
    async def test_reserves_any_number_of_seats(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()

        taken = await take(record, event_id, EVERY_SEAT)

        assert await having(record, event_id, SeatStatus.RESERVED) == [*HOUSE.seats()]
        assert await record.ledger.mark_sold_out(event_id)
        assert await contradictions(record, event_id, taken) == []

    async def test_takes_no_seat_when_one_is_not_available(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        await hold(record, event_id, "A-1-1-2")

        with pytest.raises(HoldRefusedError) as refused:
            await take(record, event_id, "A-1-1-1 A-1-1-2")

        assert refused.value.on_sale
        assert refused.value.statuses == {
            seat("A-1-1-1"): SeatStatus.AVAILABLE,
            seat("A-1-1-2"): SeatStatus.RESERVED,
        }
        assert await having(record, event_id, SeatStatus.RESERVED) == [seat("A-1-1-2")]

    @pytest.mark.parametrize("status", EventStatus)
    async def test_asks_that_the_event_is_open(
        self, record: SystemOfRecord, status: EventStatus
    ) -> None:
        event_id = await record.add_event(status, is_active=False, opens_in=timedelta(days=1))

        if status.is_open:
            await take(record, event_id, "A-1-1-1")
        else:
            with pytest.raises(HoldRefusedError) as refused:
                await take(record, event_id, "A-1-1-1")
            assert not refused.value.on_sale

    async def test_leaves_a_buyer_none_of_them(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        await take(record, event_id, "A-1-1-1")

        with pytest.raises(HoldRefusedError):
            await hold(record, event_id, "A-1-1-1")


class TestAHold:
    async def test_is_no_reservation_of_anybody(self, record: SystemOfRecord) -> None:
        """It could not be confirmed or released by its id, whoever had it."""
        event_id = await record.add_event()
        taken = await take(record, event_id, "A-1-1-1")

        for owner in (SELLER.id, BUYER.id):
            assert await record.ledger.get(taken.id, owner) is None
            for change in (record.ledger.confirm, record.ledger.release):
                with pytest.raises(ReservationNotFoundError):
                    await change(taken.id, owner)
            with pytest.raises(ReservationNotFoundError):
                await record.ledger.release_seat(taken.id, owner, seat("A-1-1-1"))
            with pytest.raises(ReservationNotFoundError):
                await record.ledger.cancel(taken.id, owner, None)
            page = await record.ledger.page(owner, limit=200, cursor=None)
            assert taken.id not in [listed.id for listed in page.items]
            assert (await record.ledger.check(owner, event_id, None)).held == 0
        assert await having(record, event_id, SeatStatus.RESERVED) == [seat("A-1-1-1")]

    async def test_never_expires(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        taken = await take(record, event_id, "A-1-1-1")
        await record.pass_time(event_id, timedelta(days=1000))

        assert taken.id not in [ended.id for ended in await record.ledger.expire_due(100)]

        assert await having(record, event_id, SeatStatus.RESERVED) == [seat("A-1-1-1")]

    async def test_ends_with_its_event(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        taken = await take(record, event_id, "A-1-1-1 B-1-2-3")
        await record.change_event(event_id, EventStatus.ENDED)
        assert event_id in await record.audit.closed_events_with_holds()

        [released] = await record.ledger.release_event(event_id)

        assert (released.id, released.seat_ids) == (taken.id, taken.seats)
        assert await having(record, event_id, SeatStatus.RESERVED) == []
        assert await record.house.places(event_id, HOUSE) == {}


class TestFreeing:
    async def test_frees_the_house_seats_and_leaves_others_alone(
        self, record: SystemOfRecord
    ) -> None:
        event_id = await record.add_event()
        taken = await take(record, event_id, "A-1-1-1 A-1-1-2 A-2-1-1")
        whole = await take(record, event_id, "B-1-1-1")
        held = await hold(record, event_id, "A-1-1-3")
        wanted = seats("A-1-1-2 A-1-1-3 A-1-2-1 B-1-1-1")

        freed = await record.house.free(event_id, wanted)

        assert {*freed} == {*seats("A-1-1-2 B-1-1-1")}
        assert await record.house.places(event_id, HOUSE) == {A1: (0,), A2: (0,)}
        assert await record.ledger.get(held.id, BUYER.id) == held
        assert await record.house.free(event_id, wanted) == ()
        assert (await hold(record, event_id, "A-1-1-2", OTHER_BUYER.id)).seat_ids
        assert await contradictions(record, event_id, taken, whole) == []

    async def test_frees_a_subsection_in_steps(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        taken = await take(record, event_id, "A-1-1-1 A-1-1-2 A-2-1-1")
        whole = await take(record, event_id, "A-1-2-3")

        first = await record.house.free_in(event_id, A1, most=2)
        second = await record.house.free_in(event_id, A1, most=2)

        assert ({*first}, {*second}) == ({*seats("A-1-1-1 A-1-1-2")}, {seat("A-1-2-3")})
        assert await record.house.free_in(event_id, A1, most=2) == ()
        assert await record.house.places(event_id, HOUSE) == {A2: (0,)}
        assert await contradictions(record, event_id, taken, whole) == []

    async def test_ends_sold_out(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        await take(record, event_id, EVERY_SEAT)
        await record.ledger.mark_sold_out(event_id)

        await record.house.free(event_id, seats("A-1-1-1"))

        assert await record.status(event_id) is EventStatus.AVAILABLE

    async def test_is_a_change_of_these_seats(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        await take(record, event_id, "A-1-1-1 A-1-1-2")
        await record.pass_time(event_id, timedelta(hours=1))

        await record.house.free(event_id, seats("A-1-1-1"))

        lately = await record.audit.changed_within(event_id, timedelta(minutes=30))
        assert seat("A-1-1-1") in lately

    async def test_of_no_event_frees_nothing(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        await take(record, event_id, "A-1-1-1")
        other = await record.add_event()

        assert await record.house.free(other, seats("A-1-1-1")) == ()
        assert await record.house.free_in(other, A1, most=10) == ()
        assert await having(record, event_id, SeatStatus.RESERVED) == [seat("A-1-1-1")]


async def test_places_are_in_layout_order_and_of_house_seats_alone(record: SystemOfRecord) -> None:
    event_id = await record.add_event()
    await take(record, event_id, "B-1-2-3 A-1-2-1 A-1-1-3")
    await hold(record, event_id, "A-1-1-1")

    places = await record.house.places(event_id, HOUSE)

    assert list(places.items()) == [(A1, (2, 3)), (B1, (5,))]
