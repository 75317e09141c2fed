"""The message on an event's Pub/Sub channel, which other programs read too."""

import json
from typing import Any, TypeVar

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate, StateVersion
from src.service.shared_kernel.seating import SeatStatus, SubsectionKey

_T = TypeVar("_T")


def encode_update(update: EventStateUpdate) -> str:
    message = {
        "event_id": update.event_id,
        "epoch": update.version.epoch,
        "version": update.version.version,
        "subsections": [
            {"section": subsection.section, "subsection": subsection.number, "seats": seats}
            for subsection, seats in update.seats.items()
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
        EventId(_typed(int, content["event_id"])),
        StateVersion(_typed(int, content["epoch"]), _typed(int, content["version"])),
        {
            SubsectionKey(_typed(str, part["section"]), _typed(int, part["subsection"])): tuple(
                (_typed(int, index), SeatStatus(status))
                for index, status in _typed(list, part["seats"])
            )
            for part in _typed(list, content["subsections"])
        },
        closed=_typed(bool, content.get("closed", False)),
    )


def _typed(kind: type[_T], value: Any) -> _T:
    # Of just this type: a JSON true is no number.
    if type(value) is not kind:
        raise TypeError(f"{value!r} for {kind.__name__}")
    return value
