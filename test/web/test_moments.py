"""Days, countdowns and the state of a sale, as the pages write them."""

from typing import Any

import pytest

from test.web.conftest import Library

NOON = 1_796_040_000_000  # 2026-11-30T12:00:00Z
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("language", "later", "zone", "written"),
    [
        ("en", 12 * DAY, "Asia/Taipei", "Sat, Dec 12"),
        ("en", 4 * HOUR - 1, "Asia/Taipei", "Mon, Nov 30"),
        ("en", 4 * HOUR, "Asia/Taipei", "Tue, Dec 1"),
        ("en", 40 * DAY, "Asia/Taipei", "Sat, Jan 9, 2027"),
        ("zh-Hant-TW", 12 * DAY, "Asia/Taipei", "12月12日週六"),
        ("en", 12 * DAY, "Nowhere/At_All", "Sat, Dec 12"),
    ],
)
async def test_a_day(library: Library, language: str, later: int, zone: str, written: str) -> None:
    got = await library("model/moments", "m.dayOf(a, b, c, d)", language, NOON + later, zone, NOON)
    assert got == written


async def test_a_zone_is_named_where_its_clocks_differ_from_the_readers(library: Library) -> None:
    for zone, name in [("Asia/Taipei", "Taiwan Time"), (None, ""), ("Nowhere/At_All", "")]:
        assert await library("model/moments", "m.zoneOf('en', a, b)", NOON, zone) == name
    here = "Intl.DateTimeFormat().resolvedOptions().timeZone"
    assert await library("model/moments", f"m.zoneOf('en', a, {here})", NOON) == ""


@pytest.mark.parametrize(
    ("ms", "english", "chinese"),
    [
        (-1, "0:00", "0:00"),
        (1, "0:01", "0:01"),
        (HOUR - 1_000, "59:59", "59:59"),
        (HOUR, "1 hr", "1 小時"),
        (5 * HOUR + 12 * MINUTE, "5 hr 12 min", "5 小時 12 分鐘"),
        (DAY, "1 day", "1 天"),
        (2 * DAY + 3 * HOUR, "2 days 3 hr", "2 天 3 小時"),
    ],
)
async def test_a_length(library: Library, ms: int, english: str, chinese: str) -> None:
    for language, written in [("en", english), ("zh-Hant-TW", chinese)]:
        assert await library("model/moments", "m.lengthOf(a, b)", language, ms) == written


async def test_a_length_is_written_again_when_it_changes(library: Library) -> None:
    for left, wait in [
        (90_500, 500),
        (HOUR, 1_000),
        (HOUR + 1, 1),
        (2 * HOUR + 7_000, 7_000),
        (3 * DAY, MINUTE),
    ]:
        assert await library("model/moments", "m.untilNext(a)", left) == wait


@pytest.mark.parametrize(
    ("event", "available", "state"),
    [
        ({}, 3, {"state": "open"}),
        ({}, 0, {"state": "sold_out"}),
        ({"status": "sold_out"}, None, {"state": "sold_out"}),
        ({"status": "sold_out"}, 1, {"state": "open"}),
        ({"status": "ended"}, 1, {"state": "ended"}),
        ({"status": "completed"}, 0, {"state": "completed"}),
        (
            {"sale_opens_at": "2026-11-30T12:00:01Z"},
            0,
            {"state": "soon", "at": NOON + 1_000},
        ),
        ({"sale_opens_at": "2026-11-30T12:00:00Z"}, 1, {"state": "open"}),
        ({"sale_closes_at": "2026-11-30T12:00:00Z"}, 1, {"state": "closed", "at": NOON}),
        (
            {"sale_closes_at": "2026-12-01T11:00:00Z"},
            1,
            {"state": "closing", "at": NOON + 23 * HOUR},
        ),
        ({"sale_closes_at": "2026-12-01T12:00:00Z"}, 1, {"state": "open", "at": NOON + DAY}),
        ({"sale_closes_at": "2026-12-01T11:00:00Z"}, 0, {"state": "sold_out"}),
    ],
)
async def test_how_a_sale_stands(
    library: Library, event: dict[str, Any], available: int | None, state: dict[str, Any]
) -> None:
    whole = {"status": "available", **event}
    got = await library("model/moments", "m.saleOf(a, b, c ?? undefined)", whole, NOON, available)
    assert got == state
