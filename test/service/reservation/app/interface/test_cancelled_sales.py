"""What every ledger does with a sale that its seller takes back."""

import uuid
from dataclasses import replace

import pytest

from src.service.reservation.domain.errors import (
    EventOverError,
    ReservationNotLiveError,
    TicketUsedError,
)
from src.service.reservation.domain.reservation import Cancellation
from src.service.shared_kernel.errors import NotConfirmedError, ReservationNotFoundError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatStatus
from test.fake.people import BUYER, HOUSE, OTHER_BUYER, OTHER_SELLER, SELLER, seat, seats
from test.support.ledgers import SystemOfRecord, a_key, buy, having, hold


async def test_its_seats_are_available_again(record: SystemOfRecord) -> None:
    event_id = await record.add_event()
    sold = await buy(record, event_id, "A-1-1-1 B-1-2-3")
    kept = await buy(record, event_id, "A-1-1-2")

    outcome = await record.ledger.cancel(sold.id, SELLER.id, "Rained off")

    cancelled = outcome.reservation
    assert outcome.changed
    assert cancelled.cancellation is not None
    assert cancelled == replace(
        sold,
        status=ReservationStatus.CANCELLED,
        cancellation=Cancellation(cancelled.cancellation.at, "Rained off"),
    )
    assert await record.ledger.get(sold.id, BUYER.id) == cancelled
    assert cancelled in (await record.ledger.page(BUYER.id, limit=200, cursor=None)).items
    assert await having(record, event_id, SeatStatus.SOLD) == [*kept.seat_ids]
    theirs = await hold(record, event_id, "A-1-1-1", OTHER_BUYER.id)
    assert theirs.seat_ids == seats("A-1-1-1")


async def test_again_changes_nothing_and_the_first_reason_stays(record: SystemOfRecord) -> None:
    event_id = await record.add_event()
    sold = await buy(record, event_id, "A-1-1-1")
    first = await record.ledger.cancel(sold.id, SELLER.id, None)
    await hold(record, event_id, "A-1-1-1", OTHER_BUYER.id)

    again = await record.ledger.cancel(sold.id, SELLER.id, "Another reason")

    assert (again.changed, again.reservation) == (False, first.reservation)
    assert await having(record, event_id, SeatStatus.RESERVED) == [seat("A-1-1-1")]


async def test_what_is_over_is_only_said_again(record: SystemOfRecord) -> None:
    """An event that ended, and a door that opened, come too late to undo it."""
    event_id = await record.add_event()
    sold = await buy(record, event_id, "A-1-1-1")
    first = await record.ledger.cancel(sold.id, SELLER.id, "Rained off")
    await record.change_event(event_id, EventStatus.ENDED)

    assert await record.ledger.cancel(sold.id, SELLER.id, None) == replace(first, changed=False)


@pytest.mark.parametrize("how", ["held", "released", "expired"])
async def test_of_what_is_not_sold_is_refused(record: SystemOfRecord, how: str) -> None:
    event_id = await record.add_event()
    made = await hold(record, event_id, "A-1-1-1")
    if how == "released":
        await record.ledger.release(made.id, BUYER.id)
    elif how == "expired":
        await record.run_out(made.id)
        await record.ledger.expire_due(100)
    before = await record.seats(event_id)

    with pytest.raises(NotConfirmedError):
        await record.ledger.cancel(made.id, SELLER.id, None)

    assert await record.seats(event_id) == before


@pytest.mark.parametrize("status", [s for s in EventStatus if not s.is_open])
async def test_at_an_event_that_is_over_is_refused(
    record: SystemOfRecord, status: EventStatus
) -> None:
    event_id = await record.add_event()
    sold = await buy(record, event_id, "A-1-1-1")
    await record.change_event(event_id, status)

    with pytest.raises(EventOverError):
        await record.ledger.cancel(sold.id, SELLER.id, None)

    assert await having(record, event_id, SeatStatus.SOLD) == [seat("A-1-1-1")]


async def test_after_a_ticket_of_it_was_used_is_refused(record: SystemOfRecord) -> None:
    event_id = await record.add_event()
    sold = await buy(record, event_id, "A-1-1-1 A-1-1-2")
    await record.use_a_ticket(sold.id)

    with pytest.raises(TicketUsedError):
        await record.ledger.cancel(sold.id, SELLER.id, None)

    assert await having(record, event_id, SeatStatus.SOLD) == [*sold.seat_ids]


async def test_is_its_sellers_alone(record: SystemOfRecord) -> None:
    event_id = await record.add_event()
    sold = await buy(record, event_id, "A-1-1-1")

    for reservation_id, caller in (
        (sold.id, OTHER_SELLER),
        (sold.id, BUYER),
        (ReservationId(uuid.UUID(int=0)), SELLER),
    ):
        with pytest.raises(ReservationNotFoundError):
            await record.ledger.cancel(reservation_id, caller.id, None)

    assert await having(record, event_id, SeatStatus.SOLD) == [seat("A-1-1-1")]


async def test_what_is_cancelled_is_neither_bought_nor_released_again(
    record: SystemOfRecord,
) -> None:
    sold = await buy(record, await record.add_event(), "A-1-1-1")
    await record.ledger.cancel(sold.id, SELLER.id, None)

    for change in (record.ledger.confirm, record.ledger.release):
        with pytest.raises(ReservationNotLiveError):
            await change(sold.id, BUYER.id)
    with pytest.raises(ReservationNotLiveError):
        await record.ledger.release_seat(sold.id, BUYER.id, seat("A-1-1-1"))


async def test_the_key_of_it_stands_for_what_was_first_answered(record: SystemOfRecord) -> None:
    event_id, key = await record.add_event(), a_key()
    made = await hold(record, event_id, "A-1-1-1", key=key)
    await record.ledger.confirm(made.id, BUYER.id)
    await record.ledger.cancel(made.id, SELLER.id, "Rained off")

    assert await record.ledger.find_by_key(BUYER.id, key) == made


async def test_ends_sold_out(record: SystemOfRecord) -> None:
    event_id = await record.add_event()
    every = [str(one) for one in HOUSE.seats()]
    sold = await buy(record, event_id, " ".join(every[:9]))
    await buy(record, event_id, " ".join(every[9:]))
    await record.ledger.mark_sold_out(event_id)

    await record.ledger.cancel(sold.id, SELLER.id, None)

    assert await record.status(event_id) is EventStatus.AVAILABLE
