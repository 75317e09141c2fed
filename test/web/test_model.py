"""The pages' own arithmetic, in the browser that runs it."""

from typing import Any

import pytest

from test.web.conftest import Library


def plan(*rows: str) -> dict[str, Any]:
    return {"section": "A", "subsection": 1, "price": 5, "rows": list(rows)}


async def test_a_change_of_seats_leaves_other_rows_as_they_are(library: Library) -> None:
    counts = {"total": 4, "available": 3, "reserved": 1, "sold": 0}
    change = {
        "section": "A",
        "subsection": 1,
        "tickets": [{"row": 2, "seat": 1, "status": "reserved", "price": 5}],
        **counts,
    }
    found = await library("model/seats", "m.applySeats(a, b)", plan("aa", "aa"), change)
    assert found == {**plan("aa", "ra"), **counts}


async def test_a_change_of_subsections_is_merged_by_subsection(library: Library) -> None:
    one, two = ({"section": "A", "subsection": n, "available": 9} for n in (1, 2))
    changed = {**two, "available": 8}
    venue = {"subsections": [one, two]}
    assert await library("model/venue", "m.applyVenue(a, b)", venue, {"sections": [changed]}) == {
        "subsections": [one, changed]
    }


@pytest.mark.parametrize(
    ("available", "level"),
    [(100, "plenty"), (51, "plenty"), (50, "some"), (10, "few"), (0, "none")],
)
async def test_levels(library: Library, available: int, level: str) -> None:
    counts = {"available": available, "total": 100}
    assert await library("model/venue", "m.levelOf(a)", counts) == level


async def test_the_service_clock_narrows_with_every_answer(library: Library) -> None:
    """This machine is 100 s behind; headers are cut to the second and answers take a while."""
    found = await library(
        "server_clock",
        """(() => {
          const clock = new m.ServerClock();
          const date = (ms) => new Date(ms).toUTCString();
          clock.observe(null, 0, 0);
          const before = clock.offset;
          for (let at = 0; at < 20_000; at += 370) clock.observe(date(at + 100_000), at, at + 40);
          const wide = clock.offset;
          clock.observe(date(500_000), 20_000, 20_040);
          return [before, wide, clock.offset];
        })()""",
    )
    before, narrowed, after_a_jump = found
    assert before == 0
    assert narrowed == pytest.approx(100_500, abs=600)
    assert after_a_jump == pytest.approx(481_000, abs=1_100)


async def test_a_clock_that_agrees_is_left_alone(library: Library) -> None:
    assert (
        await library(
            "server_clock",
            "(() => { const c = new m.ServerClock();"
            " c.observe(new Date(5_000).toUTCString(), 5_300, 5_350); return c.offset; })()",
        )
        == 0
    )


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 4, [0, 1, 2, 3, 4]),
        (0, 1, [0, 1]),
        (650, 700, [660, 680, 700]),
        (0, 100, [0, 50, 100]),
        (7, 12_345, [5_000, 10_000]),
    ],
)
async def test_chart_ticks_are_round_and_whole(
    library: Library, low: int, high: int, expected: list[int]
) -> None:
    assert await library("model/sales_series", "m.ticks(a, b, 4)", low, high) == expected


async def test_a_long_series_is_thinned_and_keeps_its_ends(library: Library) -> None:
    found = await library(
        "model/sales_series",
        "Array.from({ length: 5_000 }, (_, n) => n)"
        ".reduce((series, n) => m.record(series, { time: n, sold: n }), [])",
    )
    assert len(found) <= 601
    assert found[0]["sold"] == 0
    assert found[-1]["sold"] == 4_999


async def test_errors_are_sorted_by_field(library: Library) -> None:
    errors = [
        {"loc": ["body", "seating_config", "sections", 0, "price"], "msg": "one"},
        {"loc": ["body", "seating_config", "sections", 0, "price"], "msg": "two"},
        {"loc": "body.name", "msg": "three"},
    ]
    assert await library("model/field_errors", "m.byField(a)", errors) == {
        "seating_config.sections.0.price": "one",
        "name": "three",
    }


async def test_how_often_a_request_of_unknown_outcome_is_repeated(library: Library) -> None:
    tries = await library(
        "http",
        """(async () => {
          const tries = [];
          for (const status of [0, 503, 409, 400]) {
            let count = 0;
            const attempt = async () => { count += 1; throw new m.Problem(status); };
            await m.persist(attempt, { pauses: [0, 0] }).catch(() => {});
            tries.push(count);
          }
          return tries;
        })()""",
    )
    assert tries == [3, 3, 1, 1]


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/event/1#A/1", "/event/1#A/1"),
        ("https://example.com/", "/home"),
        ("//example.com/", "/home"),
        ("/\\example.com/", "/home"),
        ("javascript:hit=1", "/home"),
        ("http://", "/home"),
    ],
)
async def test_signing_in_never_leads_to_another_site(
    library: Library, wanted: str, led_to: str
) -> None:
    assert (
        await library(
            "session",
            "(history.replaceState(null, '', `?next=${encodeURIComponent(a)}`), m.nextAddress('/home'))",
            wanted,
        )
        == led_to
    )
