"""Seat state as Server-Sent Events: the REST answers' shapes plus `event_type`."""

from weakref import WeakKeyDictionary

import orjson

from src.service.shared_kernel.seating import SubsectionKey
from src.service.ticketing.app.live.event_picture import BlockPicture, EventPicture
from src.service.ticketing.driving_adapter.schema.seat_state_json import (
    around_seats,
    section_status_json,
)
from src.service.ticketing.driving_adapter.schema.seat_text import (
    SEATS_IN_A_PIECE,
    KeptSeatText,
    SeatText,
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


async def prepare(picture: EventPicture, block: SubsectionKey) -> None:
    """Make most of a message about a very large subsection, and let others be served meanwhile."""
    shown = picture.blocks[block]
    if (kept := _kept_text(picture, block, shown)) is not None:
        await kept.prepare(shown.seats)


def _frame(picture: EventPicture, block: SubsectionKey | None, *, first: bool, since: int) -> bytes:
    event_type = "initial_status" if first else "status_update"
    members = _event(picture, since) if block is None else _block(picture, block, since)
    head = f'id: {picture.version}\nevent: {event_type}\ndata: {{"event_type":"{event_type}",'
    return b"".join((head.encode(), *members, b"}\n\n"))


def _event(picture: EventPicture, since: int) -> tuple[bytes, ...]:
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
    return (orjson.dumps(content)[1:-1],)


def _block(picture: EventPicture, block: SubsectionKey, since: int) -> tuple[bytes, ...]:
    shown = picture.blocks[block]
    before, after = around_seats(picture.event_id, block, shown.stats)
    if since != _EVERYTHING:
        text = SeatText(picture.event_id, picture.config, block)
        return before, text.each(shown.seats, shown.changed_since(since)).encode(), after
    if (kept := _kept_text(picture, block, shown)) is not None:
        return before, kept.all(shown.seats), after
    text = SeatText(picture.event_id, picture.config, block)
    return before, text.all(shown.seats).encode(), after


# What was made of a very large subsection, for as long as somebody watches it.
_kept: WeakKeyDictionary[BlockPicture, KeptSeatText] = WeakKeyDictionary()


def _kept_text(
    picture: EventPicture, block: SubsectionKey, shown: BlockPicture
) -> KeptSeatText | None:
    """None for a subsection that is quickly made."""
    size = len(shown.seats)
    if size <= SEATS_IN_A_PIECE:
        return None
    if (kept := _kept.get(shown)) is None:
        text = SeatText(picture.event_id, picture.config, block)
        kept = _kept[shown] = KeptSeatText(text, size)
    return kept
