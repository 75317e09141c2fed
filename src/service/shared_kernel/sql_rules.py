"""Rules about events and seats as SQL, for the statements that have to repeat a rule.

Each function names the rule that it repeats; a test holds the two together. `event` is the name that
the table `event` has in the statement.
"""

from collections.abc import Iterable
from enum import StrEnum

from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.seating import SeatStatus


def is_open(event: str = "event") -> str:
    """`EventStatus.is_open`"""
    return f"{event}.status IN ({_quoted(status for status in EventStatus if status.is_open)})"


def is_final(event: str = "event") -> str:
    """`EventStatus.is_final`"""
    return f"{event}.status IN ({_quoted(status for status in EventStatus if status.is_final)})"


def on_sale(event: str = "event") -> str:
    """`EventEntry.on_sale`"""
    return f"({event}.is_active AND {is_open(event)})"


def purchasable(event: str = "event") -> str:
    """`EventEntry.purchasable`, as the index `event_purchasable` has it."""
    return f"({event}.is_active AND {event}.status = {_quoted([EventStatus.AVAILABLE])})"


def seats_left(event: str = "event") -> str:
    """`seats_left` of `EventStatus.following`"""
    available = _quoted([SeatStatus.AVAILABLE])
    free = f"SELECT FROM ticket AS t WHERE t.event_id = {event}.id AND t.status = {available}"  # nosec B608 - made of constants
    return f"EXISTS ({free})"


def contradicts_seats(event: str = "event") -> str:
    """Whether `EventStatus.following` gives another status than the event has."""
    sold_out = _quoted([EventStatus.SOLD_OUT])
    return f"({is_open(event)} AND ({event}.status = {sold_out}) = {seats_left(event)})"


def seat_code(status: str) -> str:
    """`SeatStatus.code` of a column of statuses, as a text of one character."""
    *others, last = SeatStatus
    cases = " ".join(f"WHEN '{one}' THEN '{chr(one.code)}'" for one in others)
    return f"CASE {status} {cases} ELSE '{chr(last.code)}' END"


def _quoted(statuses: Iterable[StrEnum]) -> str:
    return ", ".join(f"'{status}'" for status in statuses)
