"""When an event is, and when its seats are sold."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from src.service.shared_kernel.errors import InvalidInputError
from src.service.shared_kernel.sale_window import SaleWindow
from src.service.ticketing.domain.event_dates import NO_DATES, EventDates, GivenDates

TAIPEI = timezone(timedelta(hours=8))
MAY, JUNE = datetime(2027, 5, 1, 4, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)


def test_none_is_needed() -> None:
    assert NO_DATES.changed({}) == NO_DATES
    assert NO_DATES.sale == SaleWindow()


def test_are_kept_in_utc() -> None:
    dates = NO_DATES.changed(
        {
            "starts_at": datetime(2027, 6, 1, 19, 30, tzinfo=TAIPEI),
            "sale_opens_at": MAY.astimezone(TAIPEI),
            "timezone": "Asia/Taipei",
        }
    )

    assert dates == EventDates(datetime(2027, 6, 1, 11, 30, tzinfo=UTC), MAY, None, "Asia/Taipei")
    assert dates.sale_opens_at is not None
    assert dates.sale_opens_at.tzinfo is UTC


def test_that_are_not_given_stay_and_none_takes_one_away() -> None:
    dates = EventDates(JUNE, MAY, JUNE, "Asia/Taipei")

    assert dates.changed({"sale_opens_at": None}) == EventDates(JUNE, None, JUNE, "Asia/Taipei")
    assert dates.changed({"timezone": None, "starts_at": None}) == EventDates(None, MAY, JUNE)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"sale_opens_at": JUNE, "sale_closes_at": MAY}, ["sale_closes_at"]),
        ({"sale_opens_at": MAY, "sale_closes_at": MAY}, ["sale_closes_at"]),
        ({"timezone": "Asia/Nowhere"}, ["timezone"]),
        ({"timezone": ""}, ["timezone"]),
        ({"timezone": "../../etc/passwd"}, ["timezone"]),
        ({"starts_at": datetime(1, 1, 1, tzinfo=TAIPEI)}, ["starts_at"]),
        ({"sale_closes_at": datetime(9999, 12, 31, 23, tzinfo=UTC)}, ["sale_closes_at"]),
        (
            {"starts_at": datetime(1969, 1, 1, tzinfo=UTC), "timezone": "x"},
            ["timezone", "starts_at"],
        ),
    ],
    ids=repr,
)
def test_that_break_a_rule_are_refused(given: GivenDates, fields: list[str]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        NO_DATES.changed(given)

    assert [".".join(map(str, error.loc)) for error in refused.value.errors] == fields


def test_a_window_is_checked_against_what_was_known_before() -> None:
    with pytest.raises(InvalidInputError):
        EventDates(sale_opens_at=JUNE).changed({"sale_closes_at": MAY})


def test_a_time_zone_is_known_where_the_system_has_no_database_of_them() -> None:
    script = (
        "from src.service.ticketing.domain.event_dates import NO_DATES\n"
        "print(NO_DATES.changed({'timezone': 'Asia/Taipei'}).timezone)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "Asia/Taipei\n", "")
