"""When a receiver wants to be asked again, as RFC 9110 has it say so."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_SECONDS = re.compile("[0-9]{1,10}")


def retry_after_of(headers: Iterable[tuple[bytes, bytes]], sent_at: datetime) -> timedelta | None:
    """What `Retry-After` says, in seconds or as a date; None where it says nothing that can be read. A date is
    taken by the receiver's own clock, or from when the message was sent if the answer does not tell that."""
    named = {name.lower(): value.decode("latin-1").strip() for name, value in headers}
    text = named.get(b"retry-after", "")
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=int(text))
    then = _date(text)
    return then - (_date(named.get(b"date", "")) or sent_at) if then else None


def _date(text: str) -> datetime | None:
    """One of the three forms of a date in HTTP. Each is in UTC, whether it says so or not."""
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
