"""What every door does, and where buyers' purchases and the keys of their tickets come from."""

import asyncio
import uuid

from src.service.box_office.domain.door import DoorCounts, SoldSeat
from src.service.reservation.domain.reservation import Reservation
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.reservation_status import ReservationStatus
from test.fake.people import BUYER, OTHER_BUYER, SELLER, seat, seats
from test.support.box_offices import BoxOffice
from test.support.ledgers import buy, hold


async def sold(office: BoxOffice, identifiers: str) -> tuple[EventId, Reservation]:
    """An event with its key, and an order."""
    event_id = await office.record.add_event()
    await office.purchases.key_of(event_id)
    return event_id, await buy(office.record, event_id, identifiers)


async def found(office: BoxOffice, event_id: EventId, identifier: str) -> SoldSeat:
    seat_found = await office.door.find(event_id, seat(identifier))
    assert seat_found is not None
    return seat_found


class TestFinding:
    async def test_says_whose_the_seat_is(self, office: BoxOffice) -> None:
        event_id, order = await sold(office, "A-1-1-1 A-1-1-2")

        one = await found(office, event_id, "A-1-1-2")

        assert one.reservation_id == order.id
        assert (one.buyer_name, one.price) == ("A person", 2000)
        assert one.key == await office.purchases.key_of(event_id)

    async def test_finds_only_what_is_sold(self, office: BoxOffice) -> None:
        event_id, order = await sold(office, "A-1-1-1")
        await hold(office.record, event_id, "A-1-1-2")
        await office.take_for_house(event_id, "A-1-1-3")

        for identifier in ("A-1-1-2", "A-1-1-3", "B-1-1-1"):
            assert await office.door.find(event_id, seat(identifier)) is None
        await office.record.ledger.cancel(order.id, SELLER.id, None)
        assert await office.door.find(event_id, seat("A-1-1-1")) is None

    async def test_finds_nothing_where_no_ticket_was_ever_made(self, office: BoxOffice) -> None:
        event_id = await office.record.add_event()
        await buy(office.record, event_id, "A-1-1-1")

        assert await office.door.find(event_id, seat("A-1-1-1")) is None


class TestCheckingIn:
    async def test_is_done_once(self, office: BoxOffice) -> None:
        event_id, _ = await sold(office, "A-1-1-1 A-1-1-2")
        one = await found(office, event_id, "A-1-1-1")

        first = await office.door.check_in(one)
        again = await office.door.check_in(one)

        assert first is not None
        assert first[1]
        assert again == (first[0], False)
        assert await office.door.counts(event_id) == DoorCounts(checked_in=1, sold=2)

    async def test_is_done_once_by_many_doors(self, office: BoxOffice) -> None:
        event_id, _ = await sold(office, "A-1-1-1 A-1-1-2")
        both = [await found(office, event_id, name) for name in ("A-1-1-1", "A-1-1-2")]

        outcomes = await asyncio.gather(*(office.door.check_in(one) for one in both * 8))

        assert [outcome is not None and outcome[1] for outcome in outcomes].count(True) == 2
        assert len({outcome and outcome[0] for outcome in outcomes[::2]}) == 1
        assert await office.door.counts(event_id) == DoorCounts(checked_in=2, sold=2)

    async def test_comes_too_late_when_the_sale_is_cancelled(self, office: BoxOffice) -> None:
        event_id, order = await sold(office, "A-1-1-1")
        one = await found(office, event_id, "A-1-1-1")
        await office.record.ledger.cancel(order.id, SELLER.id, None)
        await buy(office.record, event_id, "A-1-1-1")

        assert await office.door.check_in(one) is None
        assert await office.door.counts(event_id) == DoorCounts(checked_in=0, sold=1)

    async def test_and_cancelling_at_the_same_moment_are_never_both_done(
        self, office: BoxOffice
    ) -> None:
        for number in range(4):
            event_id, order = await sold(office, "A-1-1-1 A-1-1-2")
            ones = [await found(office, event_id, name) for name in ("A-1-1-1", "A-1-1-2")]
            steps = [office.door.check_in(one) for one in ones]
            cancelling = office.record.ledger.cancel(order.id, SELLER.id, None)

            both = [cancelling, *steps] if number % 2 else [*steps, cancelling]
            await asyncio.gather(*both, return_exceptions=True)

            counts = await office.door.counts(event_id)
            after = await office.purchases.find(order.id, BUYER.id)
            assert after is not None
            used = [own for own in after.seats if own.checked_in_at is not None]
            if after.status is ReservationStatus.CANCELLED:
                assert (counts, used) == (DoorCounts(0, 0), [])
            else:
                assert after.status is ReservationStatus.CONFIRMED
                assert (counts, len(used)) == (DoorCounts(2, 2), 2)


class TestPurchases:
    async def test_are_their_buyers(self, office: BoxOffice) -> None:
        event_id, order = await sold(office, "A-1-1-2 A-1-1-1")

        purchase = await office.purchases.find(order.id, BUYER.id)

        assert purchase is not None
        assert (purchase.id, purchase.event_id) == (order.id, event_id)
        assert purchase.status is ReservationStatus.CONFIRMED
        assert [own.seat for own in purchase.seats] == [*seats("A-1-1-1 A-1-1-2")]
        assert purchase.show.starts_at is None
        assert await office.purchases.find(order.id, OTHER_BUYER.id) is None
        nothing = ReservationId(uuid.uuid4())
        assert await office.purchases.find(nothing, BUYER.id) is None

    async def test_say_which_tickets_were_used(self, office: BoxOffice) -> None:
        event_id, order = await sold(office, "A-1-1-1 A-1-1-2")
        used = await office.door.check_in(await found(office, event_id, "A-1-1-2"))

        purchase = await office.purchases.find(order.id, BUYER.id)

        assert purchase is not None
        assert used is not None
        assert [own.checked_in_at for own in purchase.seats] == [None, used[0]]


class TestKeys:
    async def test_are_made_once_whoever_asks_first(self, office: BoxOffice) -> None:
        event_id = await office.record.add_event()

        keys = await asyncio.gather(*(office.purchases.key_of(event_id) for _ in range(16)))

        assert len({key.secret for key in keys}) == 1
        assert await office.purchases.key_of(event_id) == keys[0]

    async def test_are_another_for_each_event(self, office: BoxOffice) -> None:
        events = [await office.record.add_event() for _ in range(2)]

        first, second = [await office.purchases.key_of(event_id) for event_id in events]

        assert first.secret != second.secret
