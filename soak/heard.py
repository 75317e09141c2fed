"""What a program knows of every event and seat that is told of it in messages alone."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]

AVAILABLE, RESERVED, SOLD = "available", "reserved", "sold"

# What a seat must have been, and is then. Whose it was it must be still.
_CHANGES = {
    "reservation.reserved": (AVAILABLE, RESERVED),
    "reservation.confirmed": (RESERVED, SOLD),
    "reservation.released": (RESERVED, AVAILABLE),
    "reservation.expired": (RESERVED, AVAILABLE),
    "reservation.cancelled": (SOLD, AVAILABLE),
    "ticket.checked_in": (SOLD, SOLD),
}


@dataclass(slots=True)
class HeardEvent:
    """`seats` has those that are not available: what they are, and by which reservation."""

    status: str
    seats: dict[str, tuple[str, str]] = field(default_factory=dict)


class Heard:
    """Drops what it had by `id`. `wrong` has what does not follow on what was told before: something was
    lost, or came in another order than it happened."""

    def __init__(self) -> None:
        self.events: dict[int, HeardEvent] = {}
        self.count = 0
        self.again = 0
        self.wrong: list[str] = []
        self._had: dict[int, set[str]] = defaultdict(set)

    def take(self, message: Json) -> None:
        event_id = message["data"]["event_id"]
        if message["id"] in self._had[event_id]:
            self.again += 1
            return
        self.count += 1
        self._had[event_id].add(message["id"])
        if message["type"] == "event.created":
            self.events[event_id] = HeardEvent(message["data"]["status"])
        elif event_id not in self.events:
            self.wrong.append(f"{_named(message)} is about an event that nobody was told of")
        elif message["type"].startswith("event."):
            self.events[event_id].status = message["data"]["status"]
        else:
            self._take_seats(message, self.events[event_id].seats)

    def _take_seats(self, message: Json, seats: dict[str, tuple[str, str]]) -> None:
        before, after = _CHANGES[message["type"]]
        reservation = message["data"]["reservation_id"]
        for seat in (seat["seat_identifier"] for seat in message["data"]["seats"]):
            was, by = seats.pop(seat, (AVAILABLE, reservation))
            if (was, by) != (before, reservation):
                self.wrong.append(f"{_named(message)}: seat {seat} is {was} by {by} until then")
            if after != AVAILABLE:
                seats[seat] = after, reservation

    def differs_from(self, event: Json) -> list[str]:
        """Where this is not what `GET /api/event/{id}` answers."""
        known = self.events.get(event["id"])
        if known is None:
            return [f"event {event['id']} is there, and nobody was told of it"]
        lines = [
            f"event {event['id']}, seat {name}: {status}, and heard is {heard}"
            for name, status, heard in (
                (
                    ticket["seat_identifier"],
                    ticket["status"],
                    known.seats.get(ticket["seat_identifier"], (AVAILABLE, ""))[0],
                )
                for ticket in event["tickets"]
            )
            if status != heard
        ]
        if event["status"] != known.status:
            lines.append(f"event {event['id']} is {event['status']}, and heard is {known.status}")
        return lines


def _named(message: Json) -> str:
    return f"message {message['id']}, {message['type']} of {message['subject']}"
