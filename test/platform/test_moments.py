"""Moments in bodies."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from src.platform.http.moments import Moment

MOMENT = TypeAdapter(Moment)


@pytest.mark.parametrize(
    "sent",
    [
        "2027-05-01T12:00:00Z",
        "2027-05-01t12:00:00z",
        "2027-05-01T20:00:00+08:00",
        "2027-05-01T06:30:00-05:30",
        "2027-05-01T12:00:00.000Z",
        "2027-05-01T12:00:00.0000000001+00:00",
    ],
)
def test_are_rfc_3339_with_an_offset(sent: str) -> None:
    assert MOMENT.validate_python(sent) == datetime(2027, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "sent",
    [
        *("2027-05-01", "2027-05-01T12:00:00", "2027-05-01 12:00:00Z", "2027-05-01T12:00Z"),
        *(
            "2027-02-30T12:00:00Z",
            "2027-05-01T24:00:00Z",
            "2027-05-01T12:00:60Z",
            "20270501T120000Z",
        ),
        *("2027-05-01T12:00:00+0800", "2027-05-01T12:00:00+25:00", "٢٠٢٧-05-01T12:00:00Z"),
        *("", "tomorrow", "1809172800", 1_809_172_800, True, [], {}),
    ],
    ids=repr,
)
def test_are_nothing_else(sent: object) -> None:
    with pytest.raises(ValidationError) as refused:
        MOMENT.validate_python(sent)

    assert [error["type"] for error in refused.value.errors()] == ["moment"]
