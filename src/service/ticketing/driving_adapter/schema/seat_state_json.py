"""Seat state as JSON, for REST answers and stream messages alike.

Plain dicts for orjson, and text where there is one for each seat: these are the hottest answers,
and a model per seat would cost more than all the rest.
"""

from collections.abc import Iterator

import orjson

from src.platform.http.seat_text import SeatText, pieces_of
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, SubsectionStats
from src.service.shared_kernel.seating import SeatingConfig, SubsectionKey


def section_status_json(
    config: SeatingConfig, subsection: SubsectionKey, stats: SubsectionStats
) -> dict[str, object]:
    return {
        "section": subsection.section,
        "subsection": subsection.number,
        "price": config.price_of(subsection.section),
        "total": stats.total,
        "available": stats.available,
        "reserved": stats.reserved,
        "sold": stats.sold,
    }


def around_seats(
    event_id: EventId, subsection: SubsectionKey, stats: SubsectionStats
) -> tuple[bytes, bytes]:
    """The members of a SectionStatsResponse, up to its seats and from there on."""
    before = (
        f'"event_id":{event_id},"section":{orjson.dumps(subsection.section).decode()}'
        f',"subsection":{subsection.number},"total":{stats.total},"available":{stats.available}'
        f',"reserved":{stats.reserved},"sold":{stats.sold},"tickets":['
    )
    return before.encode(), f'],"total_count":{stats.total}'.encode()


def subsection_pieces(state: EventSeatState) -> Iterator[bytes]:
    """A SectionStatsResponse of the one subsection in `state`, piece by piece: for very many seats."""
    [(subsection, seats)] = state.seats.items()
    before, after = around_seats(state.event_id, subsection, SubsectionStats.count(seats))
    text = SeatText(state.event_id, state.config, subsection)
    separator = b"{" + before
    for places in pieces_of(len(seats)):
        yield separator + text.span(seats, places).encode()
        separator = b","
    yield after + b"}"
