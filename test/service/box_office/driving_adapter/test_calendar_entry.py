"""What is bought as an entry of a calendar."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from icalendar import Calendar

from src.service.box_office.domain.ticket import OrderedSeat, Purchase, Show
from src.service.box_office.driving_adapter.schema.calendar_entry import calendar_entry
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.reservation_status import ReservationStatus
from test.fake.people import NOW, seats

STARTS = datetime(2027, 7, 1, 18, 30, tzinfo=UTC)
BOUGHT = Purchase(
    ReservationId(UUID(int=7)),
    EventId(1),
    ReservationStatus.CONFIRMED,
    Show("Rock", "Taipei Arena", STARTS, "Europe/London", NOW),
    tuple(OrderedSeat(seat, 2000) for seat in seats("A-1-1-1 A-1-1-2")),
)


def with_show(**changes: object) -> Purchase:
    return replace(BOUGHT, show=replace(BOUGHT.show, **changes))  # type: ignore[arg-type]


def test_says_what_where_and_when() -> None:
    [entry] = Calendar.from_ical(calendar_entry(BOUGHT, STARTS)).events

    assert entry["SUMMARY"] == "Rock"
    assert entry["LOCATION"] == "Taipei Arena"
    assert entry["DESCRIPTION"] == "A-1-1-1, A-1-1-2"
    assert entry.start == STARTS
    assert entry["UID"] == str(BOUGHT.id)
    assert "DTEND" not in entry
    assert "DURATION" not in entry


def test_is_in_the_events_own_time_zone_with_its_rules() -> None:
    text = calendar_entry(BOUGHT, STARTS).decode()

    assert "DTSTART;TZID=Europe/London:20270701T193000\r\n" in text
    [zone] = Calendar.from_ical(text).timezones
    assert zone.tz_name == "Europe/London"
    assert len(text) < 1_500


@pytest.mark.parametrize(
    ("starts_at", "timezone", "local"),
    [
        (datetime(2027, 12, 31, 23, tzinfo=UTC), "Asia/Taipei", "20280101T070000"),
        (datetime(2028, 1, 1, 1, tzinfo=UTC), "America/New_York", "20271231T200000"),
        (datetime(9998, 12, 31, 23, tzinfo=UTC), "Pacific/Apia", "99990101T120000"),
        (datetime(1970, 1, 1, tzinfo=UTC), "Africa/Casablanca", "19700101T000000"),
    ],
)
def test_the_rules_reach_around_the_end_of_a_year(
    starts_at: datetime, timezone: str, local: str
) -> None:
    text = calendar_entry(with_show(timezone=timezone), starts_at).decode()

    assert f"DTSTART;TZID={timezone}:{local}\r\n" in text
    [zone] = Calendar.from_ical(text).timezones
    observances = [part.DTSTART for part in zone.subcomponents]
    assert min(observances) <= datetime.strptime(local, "%Y%m%dT%H%M%S")


def test_without_a_time_zone_is_in_utc() -> None:
    text = calendar_entry(with_show(timezone=None), STARTS).decode()

    assert "DTSTART:20270701T183000Z\r\n" in text
    assert "VTIMEZONE" not in text


def test_no_text_of_a_seller_becomes_a_line_of_its_own() -> None:
    name = "Rock, Pop; \\ \n" + "臺北小巨蛋" * 30 + "\r\nEND:VEVENT\r\nX-EVIL:1"
    made = calendar_entry(with_show(name=name), STARTS)

    lines = made.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert made.replace(b"\r\n", b"").count(b"\n") == 0
    assert not any(line.startswith(b"X-EVIL") for line in lines)
    [entry] = Calendar.from_ical(made).events
    assert str(entry["SUMMARY"]) == name.replace("\r\n", "\n")


def test_the_same_order_is_the_same_entry() -> None:
    first = calendar_entry(BOUGHT, STARTS)

    assert calendar_entry(BOUGHT, STARTS) == first
