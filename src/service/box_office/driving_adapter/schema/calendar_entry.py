"""What a buyer has bought as an entry of a calendar (RFC 5545)."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

from src.service.box_office.domain.ticket import Purchase

_PRODUCT = "-//Event Ticketing//EN"


def calendar_entry(purchase: Purchase, starts_at: datetime) -> bytes:
    """A calendar with one event and no end, which nobody knows. Its UID stays the same, so that what is
    added again takes the place of what was there. The first time in a time zone takes a tenth of a second.
    """
    show = purchase.show
    seats = ", ".join(str(own.seat) for own in purchase.seats)
    entry = Event()
    entry.add("uid", str(purchase.id))
    entry.add("dtstamp", show.updated_at)
    entry.add("dtstart", starts_at if show.timezone is None else _local(starts_at, show.timezone))
    entry.add("summary", show.name)
    entry.add("location", show.venue_name)
    entry.add("description", seats)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    if show.timezone is not None:
        calendar.add_component(_zone(show.timezone, starts_at.year))
    calendar.add_component(entry)
    made: bytes = calendar.to_ical()
    return made


def _local(moment: datetime, timezone: str) -> datetime:
    return moment.astimezone(ZoneInfo(timezone))


@lru_cache(maxsize=64)
def _zone(timezone: str, year: int) -> Timezone:
    """The zone's rules around that year: those of all years would be a hundred times as long, and to work
    them out takes long where nothing ever changes."""
    first = datetime(year, 1, 1)
    return Timezone.from_tzid(
        timezone,
        first_date=(first - timedelta(days=2)).date(),
        last_date=(first + timedelta(days=368)).date(),
    )
