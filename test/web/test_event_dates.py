"""Local times and instants, where clocks change and where they do not."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from test.web.conftest import Library

ZONES = {
    "Asia/Taipei": datetime(2026, 6, 1, 12),
    "Europe/Berlin": datetime(2026, 10, 25, 2),
    "America/New_York": datetime(2027, 3, 14, 2),
    "America/St_Johns": datetime(2027, 11, 7, 1),
    "Australia/Lord_Howe": datetime(2027, 4, 4, 1, 30),  # half an hour
    "Pacific/Apia": datetime(2011, 12, 30, 0),  # a day that was left out
    "Africa/Casablanca": datetime(2025, 2, 23, 3),
    "UTC": datetime(2000, 1, 1),
}


def meant(local: datetime, zone: str) -> list[int]:
    """The instants at which clocks show `local`, by Python's own rules."""
    there = ZoneInfo(zone)
    found = {local.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(
        int(instant.timestamp() * 1000)
        for instant in found
        if instant.astimezone(there).replace(tzinfo=None) == local
    )


async def test_a_local_time_means_what_clocks_there_show(library: Library) -> None:
    """Every quarter of an hour for three days around a change of the clocks."""
    asked = [
        (f"{middle + timedelta(minutes=15 * step):%Y-%m-%dT%H:%M}", zone)
        for zone, middle in ZONES.items()
        for step in range(-150, 150)
    ]
    expected = [meant(datetime.fromisoformat(local), zone) for local, zone in asked]
    assert {len(instants) for instants in expected} == {0, 1, 2}

    found, back = await library(
        "model/zoned_time",
        """(() => {
          const found = a.map(([local, zone]) => m.instantsOf(local, zone));
          const back = a.map(([, zone], index) => found[index].map((instant) => m.localOf(instant, zone)));
          return [found, back];
        })()""",
        asked,
    )

    assert found == expected
    for (local, _), instants in zip(asked, back, strict=True):
        assert instants == [{"local": local, "which": which} for which in range(len(instants))]


@pytest.mark.parametrize("text", ["", "soon", "2026-06-01", "2026-06-01 12:00", "2026-06-01T12"])
async def test_what_is_no_local_time_means_nothing(library: Library, text: str) -> None:
    assert await library("model/zoned_time", "m.instantsOf(a, 'Asia/Taipei')", text) == []


def typed(**dates: str) -> dict[str, Any]:
    """Dates in Berlin; its clocks go forward on 29 March 2026 and back on 25 October."""
    none = dict.fromkeys(("starts_at", "sale_opens_at", "sale_closes_at"), "")
    fields = {name: {"local": local, "which": None} for name, local in {**none, **dates}.items()}
    return {"timezone": "Europe/Berlin", **fields}


@pytest.mark.parametrize(
    ("dates", "wrong"),
    [
        ({}, {}),
        ({"starts_at": "2026-03-29T01:59"}, {}),
        (
            {"starts_at": "2026-03-29T02:30"},
            {"starts_at": ["form.dateSkipped", {"instead": "2026-03-29 03:30"}]},
        ),
        ({"sale_opens_at": "2026-10-25T02:30"}, {"sale_opens_at": ["form.dateTwice"]}),
        ({"starts_at": "9999-01-01T00:00"}, {"starts_at": ["form.dateYear"]}),
        (
            {"sale_opens_at": "2026-05-02T10:00", "sale_closes_at": "2026-05-02T10:00"},
            {"sale_closes_at": ["form.dateOrder"]},
        ),
    ],
)
async def test_dates_that_make_no_sense_are_named(
    library: Library, dates: dict[str, str], wrong: dict[str, Any]
) -> None:
    assert await library("model/event_dates", "m.checkDates(a)", typed(**dates)) == wrong


async def test_of_a_time_that_comes_twice_one_is_chosen(library: Library) -> None:
    form = typed(starts_at="2026-10-25T02:30")
    found = await library(
        "model/event_dates",
        """[m.choices(a, "starts_at"), ...[0, 1].map((which) =>
          m.datesRequest({ ...a, starts_at: { ...a.starts_at, which } }))]""",
        form,
    )
    assert found == [
        ["UTC+02:00", "UTC+01:00"],
        {"starts_at": "2026-10-25T00:30:00.000Z", "timezone": "Europe/Berlin"},
        {"starts_at": "2026-10-25T01:30:00.000Z", "timezone": "Europe/Berlin"},
    ]


async def test_the_line_that_is_suggested_fits_the_house_and_the_service(library: Library) -> None:
    found = await library(
        "model/line_terms",
        "[1, 3_000, 100_000].map((seats) => m.termsRequest(m.suggestedTerms(seats)))",
    )
    assert found == [
        {"per_minute": 10, "pass_seconds": 600},
        {"per_minute": 75, "pass_seconds": 600},
        {"per_minute": 2500, "pass_seconds": 600},
    ]


@pytest.mark.parametrize(
    ("admission"),
    [
        None,
        {"per_minute": 1, "pass_seconds": 1},
        {"per_minute": 60_000, "max_active": 1_000_000, "pass_seconds": 86_400},
        {"per_minute": 7, "pass_seconds": 90},
    ],
)
async def test_a_line_is_typed_as_it_is_answered(library: Library, admission: Any) -> None:
    found = await library(
        "model/line_terms",
        "[m.checkTerms(m.termsOf(a)), m.termsRequest(m.termsOf(a))]",
        admission,
    )
    assert found == [{}, admission]


@pytest.mark.parametrize(
    ("terms", "wrong"),
    [
        ({"per_minute": "0"}, "admission.per_minute"),
        ({"per_minute": "60001"}, "admission.per_minute"),
        ({"per_minute": "1.5"}, "admission.per_minute"),
        ({"max_active": "0"}, "admission.max_active"),
        ({"pass_time": ""}, "admission.pass_seconds"),
        ({"pass_time": "0:00"}, "admission.pass_seconds"),
        ({"pass_time": "1:75"}, "admission.pass_seconds"),
        ({"pass_time": "1441"}, "admission.pass_seconds"),
    ],
)
async def test_terms_that_the_service_would_refuse_are_named(
    library: Library, terms: dict[str, str], wrong: str
) -> None:
    form = {"line": True, "per_minute": "5", "max_active": "", "pass_time": "10", **terms}
    assert await library("model/line_terms", "Object.keys(m.checkTerms(a))", form) == [wrong]
