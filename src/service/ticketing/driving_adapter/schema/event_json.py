"""Events as JSON, in the shape of EventResponse."""

from collections.abc import Iterator

import orjson

from src.platform.http.responses import once_per_source
from src.platform.http.seat_text import (
    SEATS_IN_A_PIECE,
    SeatText,
    pieces_of,
)
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.seat_state import SubsectionStats
from src.service.shared_kernel.seating import SubsectionKey
from src.service.shared_kernel.seating_config_json import seating_config_to_json
from src.service.shared_kernel.tasks import Pauses
from src.service.ticketing.app.query.get_event_use_case import EventDetail
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event, TicketSheet
from src.service.ticketing.domain.event_dates import EventDates


def event_body(event: Event) -> bytes:
    """The event as it was created: without tickets, `seating_config` as sent."""
    return orjson.dumps(_event(event), option=orjson.OPT_UTC_Z)


@once_per_source
async def events_body(page: Page[Event]) -> bytes:
    pauses = Pauses()
    bodies = []
    for event in page.items:
        bodies.append(event_body(event))
        await pauses.pause_if_due()
    return b"[%b]" % b",".join(bodies)


def event_detail_pieces(detail: EventDetail) -> Iterator[bytes]:
    """The event with what is left of each subsection, and its tickets when they were asked for.

    In pieces that take a few milliseconds each; a small event is one piece.
    """
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
    text = orjson.dumps(content, option=orjson.OPT_UTC_Z)
    if detail.tickets is None:
        yield text
        return
    texts, seats = [text[:-1], b',"tickets":['], 0
    for more, text in _tickets(event, detail.tickets):
        texts.append(text)
        seats += more
        if seats >= SEATS_IN_A_PIECE:
            yield b"".join(texts)
            texts, seats = [], 0
    yield b"".join([*texts, b"]}"])


def _event(event: Event) -> dict[str, object]:
    return {
        "id": event.id,
        "name": event.details.name,
        "description": event.details.description,
        "seller_id": event.seller_id,
        "venue_name": event.details.venue_name,
        "seating_config": seating_config_to_json(event.config),
        "is_active": event.is_active,
        "status": event.status.value,
        **{name: value for name, value in _dates(event.dates) if value is not None},
        **({"admission": _admission(event.admission)} if event.admission else {}),
    }


def _dates(dates: EventDates) -> Iterator[tuple[str, object]]:
    yield "starts_at", dates.starts_at
    yield "sale_opens_at", dates.sale_opens_at
    yield "sale_closes_at", dates.sale_closes_at
    yield "timezone", dates.timezone


def _admission(terms: AdmissionTerms) -> dict[str, int]:
    limit = {} if terms.max_active is None else {"max_active": terms.max_active}
    return {"per_minute": terms.per_minute, **limit, "pass_seconds": terms.pass_seconds}


def _counts(number: int, stats: SubsectionStats) -> dict[str, int]:
    return {
        "number": number,
        "available": stats.available,
        "reserved": stats.reserved,
        "sold": stats.sold,
        "total": stats.total,
    }


def _tickets(event: Event, sheet: TicketSheet) -> Iterator[tuple[int, bytes]]:
    """Every ticket as JSON text, comma-separated: a piece at a time, with its number of tickets."""
    size = event.config.seats_per_subsection
    separator = ""
    for number, subsection in enumerate(event.config.subsections):
        text = SeatText(event.id, event.config, subsection)
        offset = number * size
        statuses = sheet.statuses[offset : offset + size]
        ids = sheet.ids[offset : offset + size]
        for places in pieces_of(size):
            made = text.span(statuses, places, ids[places.start : places.stop])
            yield len(places), f"{separator}{made}".encode()
            separator = ","
