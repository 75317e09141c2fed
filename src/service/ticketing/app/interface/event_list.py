"""Which events a list has, in which order, and where one of its pages begins."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.ids import EventId, UserId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NEWEST_CURSOR = re.compile("([0-9]{1,18})")
_START_CURSOR = re.compile("([0-9]{1,18}|none)-([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to list: one seller's or anyone's; only those on sale or all; with all of these words
    (of `search_words`) in name or venue; that start at or after, and before, a moment; without those
    that have begun. `by_start` lists the soonest first, those without a date last, else the newest."""

    seller_id: UserId | None
    only_purchasable: bool
    words: tuple[str, ...] = ()
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    not_begun: bool = False
    by_start: bool = False


@dataclass(frozen=True, slots=True)
class EventCursor:
    """The last event of a page, from which the next one goes on. `starts_at` matters by start only."""

    id: EventId
    starts_at: datetime | None = None

    @classmethod
    def parse(cls, text: str, *, by_start: bool) -> "EventCursor":
        """Raise InvalidInputError for what is no cursor of such a list."""
        if by_start and (match := _START_CURSOR.fullmatch(text)):
            return cls(EventId(int(match[2])), _moment(match[1]))
        if not by_start and (match := _NEWEST_CURSOR.fullmatch(text)):
            return cls(EventId(int(match[1])))
        raise _no_cursor()

    def text(self, *, by_start: bool) -> str:
        if not by_start:
            return str(self.id)
        start = "none" if self.starts_at is None else (self.starts_at - _EPOCH) // _MICROSECOND
        return f"{start}-{self.id}"


def _moment(microseconds: str) -> datetime | None:
    if microseconds == "none":
        return None
    try:
        return _EPOCH + int(microseconds) * _MICROSECOND
    except OverflowError:
        raise _no_cursor() from None


def _no_cursor() -> InvalidInputError:
    return InvalidInputError(FieldError(("query", "cursor"), "is not a cursor of this list"))
