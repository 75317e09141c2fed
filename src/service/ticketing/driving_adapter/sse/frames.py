"""Seat state as Server-Sent Events: the REST answers' shapes plus `event_type`."""

import orjson

from src.service.shared_kernel.seating import SubsectionKey
from src.service.ticketing.app.live.event_picture import EventPicture
from src.service.ticketing.driving_adapter.schema.seat_state_json import (
    section_status_json,
    subsection_members,
)

_EVERYTHING = -1


def whole_state(picture: EventPicture, block: SubsectionKey | None, since: int | None) -> bytes:
    """A message with the complete state, whatever the client has seen (`since` None: nothing)."""
    return _frame(picture, block, first=since is None, since=_EVERYTHING)


def changes(picture: EventPicture, block: SubsectionKey | None, since: int | None) -> bytes:
    """A message with what changed since a revision; counts are always whole."""
    return _frame(
        picture, block, first=since is None, since=_EVERYTHING if since is None else since
    )


def _frame(picture: EventPicture, block: SubsectionKey | None, *, first: bool, since: int) -> bytes:
    event_type = "initial_status" if first else "status_update"
    members = _event(picture, since) if block is None else _block(picture, block, since)
    return (
        f"id: {picture.version}\nevent: {event_type}\n"
        f'data: {{"event_type":"{event_type}",{members}}}\n\n'
    ).encode()


def _event(picture: EventPicture, since: int) -> str:
    content = {
        "event_id": picture.event_id,
        "version": picture.version.version,
        "sections": [
            section_status_json(picture.config, block, seats.stats)
            for block, seats in picture.blocks.items()
            if seats.changed_at > since
        ],
        "total_sections": len(picture.blocks),
    }
    return orjson.dumps(content)[1:-1].decode()


def _block(picture: EventPicture, block: SubsectionKey, since: int) -> str:
    shown = picture.blocks[block]
    indexes = None if since == _EVERYTHING else shown.changed_since(since)
    return subsection_members(
        picture.event_id, picture.config, block, shown.stats, shown.seats, indexes
    )
