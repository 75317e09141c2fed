"""A program that knows the events, seats and reservations by messages alone."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from simulation.broken import BrokenPromiseError
from src.service.shared_kernel.message_type import MessageType
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatStatus

_RESERVATION_IS = {
    MessageType.RESERVATION_RESERVED: ReservationStatus.RESERVED,
    MessageType.RESERVATION_CONFIRMED: ReservationStatus.CONFIRMED,
    MessageType.RESERVATION_RELEASED: ReservationStatus.RELEASED,
    MessageType.RESERVATION_EXPIRED: ReservationStatus.EXPIRED,
    MessageType.RESERVATION_CANCELLED: ReservationStatus.CANCELLED,
}


@dataclass(slots=True)
class KnownEvent:
    name: str
    is_active: bool
    status: str = "available"


@dataclass(slots=True)
class KnownReservation:
    """With the seats that it still has."""

    status: ReservationStatus
    seats: set[str] = field(default_factory=set)


class Consumer:
    """Takes no notice of a message that it has had, as everybody has to who is told at least once."""

    def __init__(self) -> None:
        self.had: set[int] = set()
        self.events: dict[int, KnownEvent] = {}
        self.reservations: dict[str, KnownReservation] = {}
        self.seats: dict[tuple[int, str], SeatStatus] = {}
        # The last message about each of them.
        self._last: dict[object, int] = {}

    def receive(self, value: bytes) -> bool:
        """Return whether it is new."""
        message = orjson.loads(value)
        message_id, kind, data = int(message["id"]), MessageType(message["type"]), message["data"]
        if message_id in self.had:
            return False
        self.had.add(message_id)
        if kind in _RESERVATION_IS:
            self._reservation(message_id, kind, data)
        else:
            self._event(message_id, kind, data)
        return True

    def _event(self, message_id: int, kind: MessageType, data: dict[str, Any]) -> None:
        event_id = data["event_id"]
        self._follows(message_id, event_id)
        if kind is MessageType.EVENT_CREATED:
            self.events[event_id] = KnownEvent(data["name"], data["is_active"])
            return
        known = self.events.get(event_id)
        if known is None:
            raise BrokenPromiseError("in order", f"{kind} of event {event_id} before its creation")
        if kind is MessageType.EVENT_UPDATED:
            known.name, known.is_active = data["name"], data["is_active"]
        else:
            known.status = data["status"]

    def _reservation(self, message_id: int, kind: MessageType, data: dict[str, Any]) -> None:
        event_id, reservation_id = data["event_id"], data["reservation_id"]
        status = _RESERVATION_IS[kind]
        seats = {seat["seat_identifier"] for seat in data["seats"]}
        self._follows(message_id, reservation_id)
        for seat in sorted(seats):
            self._follows(message_id, (event_id, seat))
            self.seats[event_id, seat] = status.seat_status
        known = self.reservations.setdefault(reservation_id, KnownReservation(status))
        if status.seat_status is SeatStatus.AVAILABLE:
            known.seats -= seats
        else:
            known.seats |= seats
        if status.seat_status is not SeatStatus.AVAILABLE or not known.seats:
            known.status = status

    def _follows(self, message_id: int, thing: object) -> None:
        last = self._last.get(thing, 0)
        if message_id < last:
            raise BrokenPromiseError("in order", f"{thing}: message {message_id} after {last}")
        self._last[thing] = message_id
