"""Tickets and check-ins as JSON."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import orjson

from src.platform.http.seats import seat_json
from src.service.box_office.domain.door import CheckIn, DoorCounts
from src.service.box_office.domain.ticket import Ticket
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatStatus


def tickets_body(tickets: Iterable[Ticket]) -> bytes:
    return orjson.dumps([_ticket(ticket) for ticket in tickets], option=orjson.OPT_UTC_Z)


def _ticket(ticket: Ticket) -> dict[str, Any]:
    seat = quote(str(ticket.seat), safe="")
    body = {
        **seat_json(ticket.event_id, ticket.seat, ticket.price, SeatStatus.SOLD),
        "code": str(ticket.code),
        "qr": f"/api/reservation/{ticket.reservation_id}/ticket/{seat}/qr.svg",
    }
    if ticket.checked_in_at is not None:
        body["checked_in_at"] = ticket.checked_in_at
    return body


def check_in_body(event_id: EventId, entered: CheckIn) -> bytes:
    content = {
        "event_id": event_id,
        "reservation_id": str(entered.reservation_id),
        "buyer_name": entered.buyer_name,
        "seat": seat_json(event_id, entered.seat, entered.price, SeatStatus.SOLD),
        "checked_in_at": entered.checked_in_at,
    }
    return orjson.dumps(content, option=orjson.OPT_UTC_Z)


def door_body(event_id: EventId, counts: DoorCounts) -> bytes:
    return orjson.dumps(
        {"event_id": event_id, "checked_in": counts.checked_in, "sold": counts.sold}
    )
