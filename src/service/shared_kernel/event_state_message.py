"""The message on an event's Pub/Sub channel, which other programs read too."""

import json
from typing import Any

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate, StateVersion
from src.service.shared_kernel.seating import SeatStatus, SubsectionKey


def encode_update(update: EventStateUpdate) -> str:
    message = {
        "event_id": update.event_id,
        "epoch": update.version.epoch,
        "version": update.version.version,
        "subsections": [
            {"section": block.section, "subsection": block.number, "seats": seats}
            for block, seats in update.seats.items()
        ],
    }
    if update.closed:
        message["closed"] = True
    return json.dumps(message, separators=(",", ":"))


def decode_update(message: str | bytes) -> EventStateUpdate:
    """Raise ValueError for anything that is not such a message."""
    try:
        return _decode(json.loads(message))
    except (KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a seat update: {error!r}") from error


def _decode(content: Any) -> EventStateUpdate:
    return EventStateUpdate(
        EventId(int(content["event_id"])),
        StateVersion(int(content["epoch"]), int(content["version"])),
        {
            SubsectionKey(part["section"], int(part["subsection"])): tuple(
                (int(index), SeatStatus(status)) for index, status in part["seats"]
            )
            for part in content["subsections"]
        },
        closed=content.get("closed", False),
    )
