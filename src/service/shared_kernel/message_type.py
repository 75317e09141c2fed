"""What other programs are told of."""

from enum import StrEnum


class MessageType(StrEnum):
    """Each is a fact: it is told once it is so."""

    EVENT_CREATED = "event.created"
    EVENT_UPDATED = "event.updated"
    EVENT_CLOSED = "event.closed"
    EVENT_SOLD_OUT = "event.sold_out"
    EVENT_REOPENED = "event.reopened"
    RESERVATION_RESERVED = "reservation.reserved"
    RESERVATION_CONFIRMED = "reservation.confirmed"
    RESERVATION_RELEASED = "reservation.released"
    RESERVATION_EXPIRED = "reservation.expired"
    RESERVATION_CANCELLED = "reservation.cancelled"
    TICKET_CHECKED_IN = "ticket.checked_in"


class Listener(StrEnum):
    """Who is told. KAFKA hears of everything, WEBHOOKS of what an endpoint of the event's seller wants."""

    KAFKA = "kafka"
    WEBHOOKS = "webhooks"
