"""Seat state as JSON, for REST answers and stream messages alike.

Plain dicts for orjson: these are the hottest answers, and a model per seat would cost more than
all the rest.
"""

from collections.abc import Iterable

import orjson

from src.platform.http.responses import once_per_source
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, SubsectionStats
from src.service.shared_kernel.seating import STATUS_OF_CODE, SeatingConfig, SubsectionKey

_STATUS_TEXT = {code: status.value for code, status in STATUS_OF_CODE.items()}


def section_status_json(
    config: SeatingConfig, block: SubsectionKey, stats: SubsectionStats
) -> dict[str, object]:
    return {
        "section": block.section,
        "subsection": block.number,
        "price": config.price_of(block.section),
        "total": stats.total,
        "available": stats.available,
        "reserved": stats.reserved,
        "sold": stats.sold,
    }


def subsection_json(
    event_id: EventId,
    config: SeatingConfig,
    block: SubsectionKey,
    stats: SubsectionStats,
    seats: bytes | bytearray,
    indexes: Iterable[int],
) -> dict[str, object]:
    """A SectionStatsResponse with the seats at these indexes; the counts are of all."""
    section, number = block
    price = config.price_of(section)
    cols = config.cols
    tickets = []
    for index in indexes:
        row, seat = divmod(index, cols)
        row += 1
        seat += 1
        tickets.append(
            {
                "event_id": event_id,
                "section": section,
                "subsection": number,
                "row": row,
                "seat": seat,
                "price": price,
                "status": _STATUS_TEXT[seats[index]],
                "seat_identifier": f"{section}-{number}-{row}-{seat}",
            }
        )
    return {
        "event_id": event_id,
        "section": section,
        "subsection": number,
        "total": stats.total,
        "available": stats.available,
        "reserved": stats.reserved,
        "sold": stats.sold,
        "tickets": tickets,
        "total_count": stats.total,
    }


@once_per_source
def all_subsection_status_body(state: EventSeatState) -> bytes:
    """The answer of `all_subsection_status`."""
    return orjson.dumps(
        {
            "event_id": state.event_id,
            "version": state.version.version,
            "sections": [
                section_status_json(state.config, block, stats)
                for block, stats in state.stats().items()
            ],
            "total_sections": len(state.seats),
        }
    )


@once_per_source
def subsection_body(state: EventSeatState) -> bytes:
    """The answer of `.../seats`, of the one subsection in `state`: a SectionStatsResponse."""
    [(block, seats)] = state.seats.items()
    return orjson.dumps(
        subsection_json(
            state.event_id,
            state.config,
            block,
            SubsectionStats.count(seats),
            seats,
            range(len(seats)),
        )
    )
