"""Seat state as Server-Sent Events: the REST answers' shapes plus `event_type`."""

from weakref import WeakKeyDictionary

import orjson

from src.platform.http.gzip_stream import SharedMessage
from src.platform.http.seat_text import (
    SEATS_IN_A_PIECE,
    CachedSeatText,
    SeatText,
)
from src.service.shared_kernel.seating import SubsectionKey
from src.service.ticketing.app.live.event_snapshot import EventSnapshot, SubsectionSnapshot
from src.service.ticketing.driving_adapter.schema.seat_state_json import (
    around_seats,
    section_status_json,
)

_EVERYTHING = -1


def whole_state(
    snapshot: EventSnapshot, subsection: SubsectionKey | None, since: int | None
) -> bytes:
    """A message with the complete state, whatever the client has seen (`since` None: nothing)."""
    return _frame(snapshot, subsection, first=since is None, since=_EVERYTHING)


def changes(snapshot: EventSnapshot, subsection: SubsectionKey | None, since: int | None) -> bytes:
    """A message with what changed since a revision; counts are always whole."""
    return _frame(
        snapshot, subsection, first=since is None, since=_EVERYTHING if since is None else since
    )


async def prepare(snapshot: EventSnapshot, subsection: SubsectionKey) -> None:
    """Make most of a message about a very large subsection, and let others be served meanwhile."""
    shown = snapshot.subsections[subsection]
    if (cached := _cached_text(snapshot, subsection, shown)) is not None:
        await cached.prepare(shown.seats)


def _frame(
    snapshot: EventSnapshot, subsection: SubsectionKey | None, *, first: bool, since: int
) -> bytes:
    event_type = "initial_status" if first else "status_update"
    members = (
        _event(snapshot, since) if subsection is None else _subsection(snapshot, subsection, since)
    )
    head = f'id: {snapshot.version}\nevent: {event_type}\ndata: {{"event_type":"{event_type}",'
    return SharedMessage(b"".join((head.encode(), *members, b"}\n\n")))


def _event(snapshot: EventSnapshot, since: int) -> tuple[bytes, ...]:
    content = {
        "event_id": snapshot.event_id,
        "version": snapshot.version.version,
        "sections": [
            section_status_json(snapshot.config, subsection, seats.stats)
            for subsection, seats in snapshot.subsections.items()
            if seats.changed_at > since
        ],
        "total_sections": len(snapshot.subsections),
    }
    return (orjson.dumps(content)[1:-1],)


def _subsection(
    snapshot: EventSnapshot, subsection: SubsectionKey, since: int
) -> tuple[bytes, ...]:
    shown = snapshot.subsections[subsection]
    before, after = around_seats(snapshot.event_id, subsection, shown.stats)
    if since != _EVERYTHING:
        text = SeatText(snapshot.event_id, snapshot.config, subsection)
        return before, text.each(shown.seats, shown.changed_since(since)).encode(), after
    if (cached := _cached_text(snapshot, subsection, shown)) is not None:
        return before, cached.all(shown.seats), after
    text = SeatText(snapshot.event_id, snapshot.config, subsection)
    return before, text.all(shown.seats).encode(), after


# What was made of a very large subsection, for as long as somebody watches it.
_cached: WeakKeyDictionary[SubsectionSnapshot, CachedSeatText] = WeakKeyDictionary()


def _cached_text(
    snapshot: EventSnapshot, subsection: SubsectionKey, shown: SubsectionSnapshot
) -> CachedSeatText | None:
    """None for a subsection that is small enough to be made each time."""
    size = len(shown.seats)
    if size <= SEATS_IN_A_PIECE:
        return None
    if (cached := _cached.get(shown)) is None:
        text = SeatText(snapshot.event_id, snapshot.config, subsection)
        cached = _cached[shown] = CachedSeatText(text, size)
    return cached
