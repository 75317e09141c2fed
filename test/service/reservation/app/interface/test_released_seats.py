"""What every ledger does with one seat that a buyer gives back."""

import uuid
from datetime import timedelta

import pytest

from src.service.reservation.domain.errors import ReservationNotLiveError, SeatNotFoundError
from src.service.shared_kernel.errors import ReservationNotFoundError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatStatus
from test.fake.people import BUYER, HOUSE, OTHER_BUYER, seat, seats
from test.support.ledgers import SystemOfRecord, a_key, having, hold


class TestOneSeat:
    async def test_is_available_again_and_the_others_stay(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        made = await hold(record, event_id, "A-1-1-1 A-1-1-2 A-1-1-3")

        freed = await record.ledger.release_seat(made.id, BUYER.id, seat("A-1-1-2"))

        assert freed == event_id
        left = await record.ledger.get(made.id, BUYER.id)
        assert left is not None
        assert left.seat_ids == seats("A-1-1-1 A-1-1-3")
        assert (left.status, left.expires_at) == (ReservationStatus.RESERVED, made.expires_at)
        assert await having(record, event_id, SeatStatus.RESERVED) == [*left.seat_ids]
        assert (await record.ledger.check(BUYER.id, event_id, None)).held == 2

    async def test_can_be_taken_by_another_and_is_not_sold_with_the_rest(
        self, record: SystemOfRecord
    ) -> None:
        event_id = await record.add_event()
        made = await hold(record, event_id, "A-1-1-1 A-1-1-2")
        await record.ledger.release_seat(made.id, BUYER.id, seat("A-1-1-2"))
        theirs = await hold(record, event_id, "A-1-1-2", OTHER_BUYER.id)

        bought = await record.ledger.confirm(made.id, BUYER.id)

        assert bought.reservation.seat_ids == seats("A-1-1-1")
        assert await having(record, event_id, SeatStatus.SOLD) == [seat("A-1-1-1")]
        assert await record.ledger.get(theirs.id, OTHER_BUYER.id) == theirs

    async def test_that_is_the_last_ends_the_hold(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        made = await hold(record, event_id, "A-1-1-1 A-1-1-2")

        for name in ("A-1-1-1", "A-1-1-2"):
            assert await record.ledger.release_seat(made.id, BUYER.id, seat(name)) == event_id

        ended = await record.ledger.get(made.id, BUYER.id)
        assert ended is not None
        assert ended.status is ReservationStatus.RELEASED
        assert ended.seat_ids == seats("A-1-1-2")
        assert await having(record, event_id, SeatStatus.RESERVED) == []
        with pytest.raises(ReservationNotLiveError):
            await record.ledger.confirm(made.id, BUYER.id)

    async def test_again_changes_nothing(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        made = await hold(record, event_id, "A-1-1-1 A-1-1-2")
        await record.ledger.release_seat(made.id, BUYER.id, seat("A-1-1-1"))
        await hold(record, event_id, "A-1-1-1", OTHER_BUYER.id)
        before = await record.seats(event_id)

        for _ in range(2):
            again = await record.ledger.release_seat(made.id, BUYER.id, seat("A-1-1-1"))
            assert again is None
            assert await record.seats(event_id) == before
            await record.ledger.confirm(made.id, BUYER.id)
            before = await record.seats(event_id)

    async def test_of_a_hold_that_was_released_was_given_back_too(
        self, record: SystemOfRecord
    ) -> None:
        made = await hold(record, await record.add_event(), "A-1-1-1 A-1-1-2")
        await record.ledger.release(made.id, BUYER.id)

        assert await record.ledger.release_seat(made.id, BUYER.id, seat("A-1-1-1")) is None

    async def test_that_the_hold_never_had_is_not_found(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        made = await hold(record, event_id, "A-1-1-1 A-1-1-2")
        await hold(record, event_id, "A-1-1-3")

        for name in ("A-1-1-3", "B-1-2-3", "Z-1-1-1"):
            with pytest.raises(SeatNotFoundError):
                await record.ledger.release_seat(made.id, BUYER.id, seat(name))

        assert len(await having(record, event_id, SeatStatus.RESERVED)) == 3

    async def test_of_anothers_hold_is_not_found(self, record: SystemOfRecord) -> None:
        event_id = await record.add_event()
        made = await hold(record, event_id, "A-1-1-1")

        for reservation_id, buyer in (
            (made.id, OTHER_BUYER),
            (ReservationId(uuid.UUID(int=0)), BUYER),
        ):
            with pytest.raises(ReservationNotFoundError):
                await record.ledger.release_seat(reservation_id, buyer.id, seat("A-1-1-1"))

        assert await having(record, event_id, SeatStatus.RESERVED) == [seat("A-1-1-1")]

    @pytest.mark.parametrize("how", ["confirmed", "expired"])
    async def test_of_a_hold_that_is_over_is_refused(
        self, record: SystemOfRecord, how: str
    ) -> None:
        event_id = await record.add_event()
        made = await hold(record, event_id, "A-1-1-1 A-1-1-2")
        if how == "confirmed":
            await record.ledger.confirm(made.id, BUYER.id)
        else:
            await record.run_out(made.id)
            await record.ledger.expire_due(100)
        before = await record.seats(event_id)

        with pytest.raises(ReservationNotLiveError):
            await record.ledger.release_seat(made.id, BUYER.id, seat("A-1-1-1"))

        assert await record.seats(event_id) == before


async def test_the_key_of_a_hold_still_stands_for_all_its_seats(record: SystemOfRecord) -> None:
    event_id, key = await record.add_event(), a_key()
    made = await hold(record, event_id, "A-1-1-1 A-1-1-2 A-1-1-3", key=key)
    for name in ("A-1-1-2", "A-1-1-1", "A-1-1-3"):
        await record.ledger.release_seat(made.id, BUYER.id, seat(name))

        assert await record.ledger.find_by_key(BUYER.id, key) == made


async def test_a_seat_that_comes_free_ends_sold_out(record: SystemOfRecord) -> None:
    event_id = await record.add_event()
    every = [str(one) for one in HOUSE.seats()]
    first = await hold(record, event_id, " ".join(every[:9]))
    await hold(record, event_id, " ".join(every[9:]))
    await record.ledger.mark_sold_out(event_id)

    await record.ledger.release_seat(first.id, BUYER.id, seat(every[0]))

    assert await record.status(event_id) is EventStatus.AVAILABLE


async def test_a_hold_of_which_a_seat_was_given_back_ends_as_any_other(
    record: SystemOfRecord,
) -> None:
    event_id = await record.add_event()
    released, expired, closed = [
        await hold(record, event_id, f"A-1-{row}-1 A-1-{row}-2") for row in (1, 2)
    ] + [await hold(record, event_id, "B-1-1-1 B-1-1-2")]
    for made in (released, expired, closed):
        await record.ledger.release_seat(made.id, BUYER.id, made.seat_ids[0])

    await record.run_out(expired.id)
    [ended] = [r for r in await record.ledger.expire_due(100) if r.id == expired.id]
    assert ended.seat_ids == expired.seat_ids[1:]
    freed = (await record.ledger.release(released.id, BUYER.id)).reservation
    assert freed.seat_ids == released.seat_ids[1:]
    [last] = await record.ledger.release_event(event_id)
    assert last.seat_ids == closed.seat_ids[1:]
    assert await having(record, event_id, SeatStatus.RESERVED) == []


async def test_a_seat_that_was_given_back_lately_changed_lately(record: SystemOfRecord) -> None:
    event_id = await record.add_event()
    made = await hold(record, event_id, "A-1-1-1 A-1-1-2")
    await record.pass_time(event_id, timedelta(hours=1))
    assert await record.audit.changed_within(event_id, timedelta(minutes=30)) == set()

    await record.ledger.release_seat(made.id, BUYER.id, seat("A-1-1-1"))

    lately = await record.audit.changed_within(event_id, timedelta(minutes=30))
    assert lately == {*seats("A-1-1-1 A-1-1-2")}
