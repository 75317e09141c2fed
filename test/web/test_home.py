"""The front page: what is listed, in which order, and the search."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from test.web.conftest import Arrive, Library
from test.web.people import Person

# Wednesday, by the calendar here.
NOW = "new Date(2026, 11, 30, 15, 0).getTime()"


@pytest.mark.parametrize(
    ("query", "search"),
    [
        ("", {"q": "", "when": ""}),
        ("?q=+five+moons+&when=week&other=1", {"q": "five moons", "when": "week"}),
        ("?when=2026-12-31", {"q": "", "when": "2026-12-31"}),
        ("?when=2026-13-31", {"q": "", "when": ""}),
        ("?when=<b>", {"q": "", "when": ""}),
        (f"?q={'x' * 300}", {"q": "x" * 200, "when": ""}),
    ],
)
async def test_a_search_in_an_address(library: Library, query: str, search: dict[str, str]) -> None:
    assert await library("model/programme", "m.searchIn(a)", query) == search
    again = "m.searchIn(m.addressOf(a).slice(1))"
    assert await library("model/programme", again, search) == search


async def test_an_empty_search_is_the_front_page(library: Library) -> None:
    empty = {"q": "", "when": ""}
    assert await library("model/programme", "m.addressOf(a)", empty) == "/"


@pytest.mark.parametrize(
    ("when", "after", "before"),
    [
        ("", None, None),
        ("week", None, "2027, 0, 4"),
        ("month", None, "2027, 0, 1"),
        ("2027-02-28", "2027, 1, 28", "2027, 2, 1"),
    ],
)
async def test_what_the_service_is_asked_for(
    library: Library, when: str, after: str | None, before: str | None
) -> None:
    asked = await library(
        "model/programme",
        f"Object.fromEntries(new URL(m.listPath(a, {NOW}), location).searchParams)",
        {"q": "五月天", "when": when},
    )
    expected = {"sort": "starts_at", "limit": "24", "q": "五月天"}
    for name, day in (("starts_after", after), ("starts_before", before)):
        if day is not None:
            expected[name] = await library("model/programme", f"new Date({day}).toISOString()")
    assert asked == expected


async def test_a_week_ends_with_its_sunday(library: Library) -> None:
    for day in range(28, 35):
        now = f"new Date(2026, 11, {day}, 23, 59).getTime()"
        expression = (
            f"new URL(m.listPath(a, {now}), location).searchParams.get('starts_before')"
            " === new Date(2027, 0, 4).toISOString()"
        )
        assert await library("model/programme", expression, {"q": "", "when": "week"})


async def test_the_order_of_the_list(library: Library) -> None:
    def event(number: int, day: str | None, **more: Any) -> dict[str, Any]:
        at = {"starts_at": f"2026-{day}T20:00:00Z", "timezone": "Asia/Taipei"} if day else {}
        return {"id": number, **at, **more}

    shown = [event(3, "12-01"), event(4, "12-31"), event(1, None)]
    came = [event(5, "12-01"), event(2, None), event(4, "12-31", status="sold_out")]
    merged = await library("model/programme", "m.merged(a, b)", shown, came)
    assert [one["id"] for one in merged] == [5, 3, 4, 2, 1]
    assert merged[2]["status"] == "sold_out"
    groups = await library("model/programme", "m.byMonth(a, 'en')", merged)
    # The last evening of December in London is a morning of January in Taipei.
    assert [(group["title"], [one["id"] for one in group["events"]]) for group in groups] == [
        ("December 2026", [5, 3]),
        ("January 2027", [4]),
        ("", [2, 1]),
    ]


async def test_a_visitor_finds_events_and_goes_back(arrive: Arrive, seller: Person) -> None:
    soon = datetime.now(UTC) + timedelta(days=400)
    later = soon + timedelta(days=3)
    await seller.create_event("Later Zebra", venue_name="Quagga Hall", starts_at=later.isoformat())
    await seller.create_event("Sooner Zebra", venue_name="Quagga Hall", starts_at=soon.isoformat())
    opens = soon - timedelta(days=1)
    await seller.create_event(
        "Undated Zebra", venue_name="Quagga Hall", sale_opens_at=opens.isoformat()
    )
    page = (await arrive(path="/", timezone_id="UTC")).page
    search = page.get_by_role("search").get_by_role("searchbox")

    await search.fill("zebra quagga")
    await expect(_names(page)).to_have_text(["Sooner Zebra", "Later Zebra", "Undated Zebra"])
    undated = page.get_by_role("article").filter(has_text="Undated Zebra")
    await expect(undated).to_contain_text(re.compile(r"Date to be announced.*On sale in \d+ days"))
    await expect(page).to_have_url(re.compile(r"/\?q=zebra\+quagga$"))

    await page.get_by_label("On", exact=True).fill(later.date().isoformat())
    await expect(_names(page)).to_have_text(["Later Zebra"])
    await page.reload()
    await expect(_names(page)).to_have_text(["Later Zebra"])
    await expect(search).to_have_value("zebra quagga")

    await page.get_by_role("radio", name="This month").check(force=True)
    await expect(page.get_by_text("Nothing found.")).to_be_visible()
    await page.go_back()
    await expect(_names(page)).to_have_text(["Later Zebra"])
    await page.get_by_role("radio", name="This week").check(force=True)
    await page.get_by_role("button", name="Show all events").click()
    await expect(page).to_have_url(re.compile(r"/$"))
    await expect(search).to_have_value("")


def _names(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("heading", level=3)
