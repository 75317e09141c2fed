"""What a receiver says in Retry-After."""

from datetime import UTC, datetime, timedelta

import pytest

from src.service.integration.driven_adapter.retry_after import retry_after_of

SENT_AT = datetime(1994, 11, 6, 8, 48, 37, tzinfo=UTC)


def said(text: str, **others: str) -> timedelta | None:
    headers = {"Retry-After": text, **others}
    return retry_after_of([(k.encode(), v.encode()) for k, v in headers.items()], SENT_AT)


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("120", 120), ("0120 ", 120)])
def test_in_seconds(text: str, seconds: int) -> None:
    assert said(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "date",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
)
def test_as_a_date_in_each_form_of_http(date: str) -> None:
    assert said(date) == timedelta(minutes=1)


def test_a_date_is_by_the_receivers_own_clock() -> None:
    date = "Sun, 06 Nov 1994 08:49:37 GMT"

    assert said(date, Date="Sun, 06 Nov 1994 08:49:27 GMT") == timedelta(seconds=10)
    assert said(date, Date="yesterday") == timedelta(minutes=1)


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "soon",
        "-1",
        "1.5",
        "1e3",
        "٣",
        "9" * 50,
        "Sun, 06 Nov 99999 08:49:37 GMT",
        "9" * 24 + " Nov 1994 08:49:37",
    ],
)
def test_what_cannot_be_read_says_nothing(rubbish: str) -> None:
    assert said(rubbish) is None


def test_where_there_is_no_such_header() -> None:
    assert retry_after_of([(b"Date", b"Sun, 06 Nov 1994 08:49:37 GMT")], SENT_AT) is None
