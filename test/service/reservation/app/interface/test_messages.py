"""What every ledger writes into the outbox, with each change and in its order."""

import pytest

from src.service.integration.domain.message import Message
from src.service.reservation.app.interface.reservation_ledger import HoldRefusedError
from src.service.shared_kernel.event_directory import EventStatus
from test.fake.people import BUYER, HOUSE, OTHER_BUYER, SELLER, seat, seats
from test.support.ledgers import (
    SystemOfRecord,
    hold,
    messages_of,
    new,
)

ONE, TWO = "A-1-1-1", "A-1-1-2"


def told(messages: list[Message]) -> list[tuple[str, list[str]]]:
    """The types of messages, and the seats that each is about."""
    return [(m.type, [s["seat_identifier"] for s in m.data.get("seats", ())]) for m in messages]


async def test_a_reservation_is_told_from_its_beginning_to_its_end(record: SystemOfRecord) -> None:
    event_id = await record.add_event()
    held = await hold(record, event_id, f"{ONE} {TWO}")
    with pytest.raises(HoldRefusedError):
        await hold(record, event_id, ONE, OTHER_BUYER.id)
    await record.ledger.release_seat(held.id, BUYER.id, seat(TWO))
    await record.ledger.release_seat(held.id, BUYER.id, seat(TWO))
    await record.ledger.confirm(held.id, BUYER.id)
    await record.ledger.confirm(held.id, BUYER.id)
    await record.ledger.cancel(held.id, SELLER.id, "Moved")

    messages = await messages_of(record, event_id)

    assert told(messages) == [
        ("reservation.reserved", [ONE, TWO]),
        ("reservation.released", [TWO]),
        ("reservation.confirmed", [ONE]),
        ("reservation.cancelled", [ONE]),
    ]
    assert [m.id for m in messages] == sorted({m.id for m in messages})
    assert messages[0].seller_id == SELLER.id
    assert messages[0].data == {
        "reservation_id": str(held.id),
        "buyer_id": BUYER.id,
        "house": False,
        "seats": [
            {
                "seat_identifier": str(s.seat),
                **s.seat._asdict(),
                "price": s.price,
            }
            for s in held.seats
        ],
        "total_price": held.total_price,
        "expires_at": held.expires_at,
    }
    assert messages[-1].data["reason"] == "Moved"
    assert "expires_at" not in messages[-1].data


async def test_holds_that_end_are_told_with_the_seats_that_they_still_had(
    record: SystemOfRecord,
) -> None:
    event_id = await record.add_event()
    given_up = await hold(record, event_id, ONE)
    due = await hold(record, event_id, f"{ONE[:-1]}3 {TWO}")
    await record.ledger.release_seat(due.id, BUYER.id, seat(TWO))
    over = await hold(record, event_id, TWO)
    await messages_of(record, event_id)

    await record.ledger.release(given_up.id, BUYER.id)
    await record.run_out(due.id)
    await record.ledger.expire_due(100)
    await record.ledger.release_event(event_id)
    await record.ledger.release(over.id, BUYER.id)

    assert told(await messages_of(record, event_id)) == [
        ("reservation.released", [ONE]),
        ("reservation.expired", ["A-1-1-3"]),
        ("reservation.released", [TWO]),
    ]


async def test_house_seats_are_told_as_the_sellers(record: SystemOfRecord) -> None:
    event_id = await record.add_event()
    await record.house.hold(new(event_id, f"{ONE} {TWO}", SELLER.id))
    await record.house.free(event_id, seats(TWO))
    await record.house.free_in(event_id, seat(ONE).subsection_key, most=5)

    messages = await messages_of(record, event_id)

    assert told(messages) == [
        ("reservation.reserved", [ONE, TWO]),
        ("reservation.released", [TWO]),
        ("reservation.released", [ONE]),
    ]
    for message in messages:
        assert message.data["house"] is True
        assert message.data["buyer_id"] == SELLER.id
        assert "expires_at" not in message.data


async def test_a_house_that_is_full_and_has_seats_again_is_told(record: SystemOfRecord) -> None:
    event_id = await record.add_event()
    [first, *_] = [await hold(record, event_id, str(s)) for s in HOUSE.seats()]
    await messages_of(record, event_id)

    await record.ledger.mark_sold_out(event_id)
    await record.ledger.mark_sold_out(event_id)
    await record.ledger.release(first.id, BUYER.id)

    messages = await messages_of(record, event_id)
    assert [m.type for m in messages] == [
        "event.sold_out",
        "reservation.released",
        "event.reopened",
    ]
    assert [messages[0].data, messages[2].data] == [{"status": "sold_out"}, {"status": "available"}]


async def test_a_status_that_is_put_right_is_told(record: SystemOfRecord) -> None:
    event_id = await record.add_event(EventStatus.SOLD_OUT)

    await record.audit.correct_statuses()
    await record.audit.correct_statuses()

    assert told(await messages_of(record, event_id)) == [("event.reopened", [])]
