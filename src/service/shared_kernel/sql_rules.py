"""Rules about events and seats as SQL, for the statements that have to repeat a rule.

Each function names the rule that it repeats; a test holds the two together. `event` is the name that
the table `event` has in the statement.
"""

from collections.abc import Iterable
from enum import StrEnum

from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.seating import SeatStatus


def one_of(column: str, values: Iterable[StrEnum]) -> str:
    """Whether the column has one of these values."""
    quoted = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({quoted})"


def is_open(event: str = "event") -> str:
    """`EventStatus.is_open`"""
    return one_of(f"{event}.status", (s for s in EventStatus if s.is_open))


def is_final(event: str = "event") -> str:
    """`EventStatus.is_final`"""
    return one_of(f"{event}.status", (s for s in EventStatus if s.is_final))


def on_sale(event: str = "event") -> str:
    """`EventEntry.on_sale`"""
    return (
        f"({event}.is_active AND {is_open(event)} AND NOT {sale_is_to_come(event)}"
        f" AND NOT {sale_is_over(event)})"
    )


def sale_is_to_come(event: str = "event") -> str:
    """`SaleWindow.is_to_come`"""
    return f"coalesce(now() < {event}.sale_opens_at, false)"


def sale_is_over(event: str = "event") -> str:
    """`SaleWindow.is_over`"""
    return f"coalesce({event}.sale_closes_at <= now(), false)"


def has_begun(event: str = "event") -> str:
    """`EventDates.has_begun`; as a start that an index finds."""
    return f"{starts_at(event)} <= now()"


def starts_at(event: str = "event") -> str:
    """When the event starts, without a date after all others; as the index `event_by_start` has it."""
    return f"coalesce({event}.starts_at, 'infinity')"


def purchasable(event: str = "event") -> str:
    """`EventEntry.purchasable`; but for the sale's end, as the index `event_purchasable` has it."""
    available = f"{event}.status = '{EventStatus.AVAILABLE}'"
    return f"({event}.is_active AND {available} AND NOT {sale_is_over(event)})"


def seats_left(event: str = "event") -> str:
    """`seats_left` of `EventStatus.following`"""
    free = f"t.event_id = {event}.id AND t.status = '{SeatStatus.AVAILABLE}'"
    return f"EXISTS (SELECT FROM ticket AS t WHERE {free})"  # nosec B608 - made of constants


def contradicts_seats(event: str = "event") -> str:
    """Whether `EventStatus.following` gives another status than the event has."""
    sold_out = f"{event}.status = '{EventStatus.SOLD_OUT}'"
    return f"({is_open(event)} AND ({sold_out}) = {seats_left(event)})"


def seat_code(status: str) -> str:
    """`SeatStatus.code` of a column of statuses, as a text of one character."""
    *others, last = SeatStatus
    cases = " ".join(f"WHEN '{one}' THEN '{chr(one.code)}'" for one in others)
    return f"CASE {status} {cases} ELSE '{chr(last.code)}' END"


def confirmed_at(reservation: str) -> str:
    """When a confirmed or cancelled reservation was confirmed. The versions before 0007 did not write
    `confirmed_at`, and nothing changed a row after they had confirmed it."""
    return f"coalesce({reservation}.confirmed_at, {reservation}.updated_at)"


def is_house_seat(ticket: str, event: str) -> str:
    """`Reservation.is_house` of the reservation that holds the seat: a seller reserves nothing else."""
    return f"({ticket}.status = '{SeatStatus.RESERVED}' AND {ticket}.buyer_id = {event}.seller_id)"
