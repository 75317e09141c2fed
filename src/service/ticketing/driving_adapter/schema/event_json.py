"""Events as JSON, in the shape of EventResponse."""

from collections.abc import Iterable

import orjson

from src.platform.http.responses import once_per_source
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.seat_state import SubsectionStats
from src.service.shared_kernel.seating import STATUS_OF_CODE, SeatingConfig, SubsectionKey
from src.service.ticketing.app.query.get_event_use_case import EventDetail
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event, TicketSheet

_STATUS_TEXT = {code: status.value for code, status in STATUS_OF_CODE.items()}


def event_body(event: Event) -> bytes:
    """The event as it was created: without tickets, `seating_config` as sent."""
    return orjson.dumps(_event(event))


@once_per_source
def events_body(page: Page[Event]) -> bytes:
    return orjson.dumps([_event(event) for event in page.items])


def event_detail_body(detail: EventDetail) -> bytes:
    """The event with what is left of each subsection, and its tickets when they were asked for."""
    event, config = detail.event, detail.event.config
    content = _event(event)
    stats = detail.seat_state.stats()
    content["seating_config"] = {
        "rows": config.rows,
        "cols": config.cols,
        "sections": [
            {
                "name": section.name,
                "price": section.price,
                "subsections": [
                    _counts(number, stats[SubsectionKey(section.name, number)])
                    for number in range(1, section.subsections + 1)
                ],
            }
            for section in config.sections
        ],
    }
    head = orjson.dumps(content)
    if detail.tickets is None:
        return head
    return b"".join([head[:-1], b',"tickets":[', *_tickets(event, detail.tickets), b"]}"])


def _event(event: Event) -> dict[str, object]:
    return {
        "id": event.id,
        "name": event.details.name,
        "description": event.details.description,
        "seller_id": event.seller_id,
        "venue_name": event.details.venue_name,
        "seating_config": _config(event.config),
        "is_active": event.is_active,
        "status": event.status.value,
    }


def _config(config: SeatingConfig) -> dict[str, object]:
    return {
        "rows": config.rows,
        "cols": config.cols,
        "sections": [
            {"name": s.name, "price": s.price, "subsections": s.subsections}
            for s in config.sections
        ],
    }


def _counts(number: int, stats: SubsectionStats) -> dict[str, int]:
    return {
        "number": number,
        "available": stats.available,
        "reserved": stats.reserved,
        "sold": stats.sold,
        "total": stats.total,
    }


def _tickets(event: Event, sheet: TicketSheet) -> Iterable[bytes]:
    """Every ticket as JSON text, comma-separated, a subsection at a time.

    All but id, row, seat and status is the same within a subsection, so it is encoded once there;
    50,000 tickets cost their text and no objects.
    """
    config = event.config
    cols = config.cols
    size = config.seats_per_subsection
    places = [(i // cols + 1, i % cols + 1) for i in range(size)]
    separator = b""
    for number, block in enumerate(config.blocks):
        name = orjson.dumps(block.section).decode()
        head = f'"event_id":{event.id},"section":{name},"subsection":{block.number},"row":'
        price = f',"price":{config.price_of(block.section)},"status":"'
        label = f'","seat_identifier":{name[:-1]}-{block.number}-'
        start = number * size
        ids = sheet.ids[start : start + size]
        statuses = sheet.statuses[start : start + size]
        yield separator
        yield ",".join(
            [
                f'{{"id":{ticket_id},{head}{row},"seat":{seat}{price}{_STATUS_TEXT[status]}'
                f'{label}{row}-{seat}"}}'
                for ticket_id, status, (row, seat) in zip(ids, statuses, places, strict=True)
            ]
        ).encode()
        separator = b","
