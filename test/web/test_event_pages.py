"""The pages of an event as they are served: to browsers, to scrapers, and without a store."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Route, expect

from test.support.waiting import eventually
from test.web.browsing import PHONE, panel
from test.web.conftest import Arrive
from test.web.people import Person, http_client


@pytest_asyncio.fixture(loop_scope="session")
async def http(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(base_url) as client:
        yield client


@pytest.mark.parametrize("page", ["", "/line"])
async def test_an_events_page_says_which_event_it_is(
    http: httpx.AsyncClient, seller: Person, page: str
) -> None:
    event = await seller.create_event("五月天 </script>", starts_at="2090-05-01T20:00:00+08:00")

    answer = await http.get(f"/event/{event}{page}")

    assert answer.status_code == 200
    assert "<title>五月天 &lt;/script&gt; – Front Row</title>" in answer.text
    assert f'<link rel="canonical" href="/event/{event}">' in answer.text
    assert '<h1 class="playbill__name"><bdi>五月天 &lt;/script&gt;</bdi></h1>' in answer.text
    [said] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text)
    assert json.loads(said)["name"] == "五月天 </script>"


async def test_a_page_gives_nothing_away_of_what_not_everybody_may_see(
    http: httpx.AsyncClient, seller: Person
) -> None:
    hidden = await seller.create_event("Nobody knows", is_active=False)

    for asking in (http, seller.http):
        for page in (f"/event/{hidden}", f"/event/{hidden}/line", "/event/999999999"):
            answer = await asking.get(page)

            assert answer.status_code == 404
            assert re.search("/bundle/(event|line).js", answer.text)
            assert "Nobody knows" not in answer.text
            assert "<title>Front Row</title>" in answer.text


async def test_a_page_is_another_when_the_event_is(http: httpx.AsyncClient, seller: Person) -> None:
    event = await seller.create_event("Jazz")
    first = await http.get(f"/event/{event}")
    seen = {"If-None-Match": first.headers["ETag"]}
    assert (await http.get(f"/event/{event}", headers=seen)).status_code == 304
    head = await http.head(f"/event/{event}")
    assert (head.status_code, head.headers["ETag"]) == (200, first.headers["ETag"])
    assert first.headers["Vary"] == "Cookie, Accept-Encoding"
    assert first.headers["Cache-Control"] == "private, no-cache"

    await seller.change_event(event, name="Blues")

    async def is_renamed() -> bool:
        answer = await http.get(f"/event/{event}", headers=seen)
        return answer.status_code == 200 and "<title>Blues – Front Row</title>" in answer.text

    await eventually(is_renamed)


async def test_what_and_where_are_there_before_any_script(arrive: Arrive, seller: Person) -> None:
    event = await seller.create_event("Moonlit Strings", starts_at="2090-05-01T20:00:00+08:00")
    visitor = await arrive(**PHONE)
    visitor.expect_failures("/static/")
    await visitor.page.route("**/*.js", lambda route: route.abort())

    await visitor.page.goto(f"/event/{event}")

    await expect(visitor.page.get_by_role("heading", name="Moonlit Strings")).to_be_visible()
    await expect(visitor.page.get_by_text("2090-05-01 12:00 UTC")).to_be_visible()
    assert await visitor.page.title() == "Moonlit Strings – Front Row"


async def test_the_event_is_asked_for_once_and_before_any_script(
    arrive: Arrive, seller: Person
) -> None:
    event = await seller.create_event()
    visitor = await arrive(path=f"/event/{event}")

    await expect(panel(visitor.page)).to_be_visible()

    asked = [request for request in visitor.requests if f"/api/event/{event}?" in request]
    assert len(asked) == 1
    assert visitor.requests.index(asked[0]) < visitor.requests.index(
        next(request for request in visitor.requests if request.endswith(".js"))
    )
    # When it was asked for is what the page goes by to learn the service's time.
    how = "performance.getEntriesByType('resource').find((r) => r.name.includes('/api/event/'))"
    assert await visitor.page.evaluate(f"{how}.initiatorType") == "link"


# What Chromium adds up as the cumulative layout shift, and what has moved from where to where.
_NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries()) {
    const moved = sources.map((s) => [s.node?.className, s.previousRect.y, s.currentRect.y]);
    shifts.push([value, ...moved]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


async def test_nothing_moves_when_the_scripts_come(arrive: Arrive, seller: Person) -> None:
    event = await seller.create_event("Moonlit Strings", starts_at="2090-05-01T20:00:00+08:00")
    visitor = await arrive(**PHONE)
    await visitor.context.add_init_script(_NOTE_SHIFTS)
    answered = asyncio.Event()

    async def when_answered(route: Route) -> None:
        await answered.wait()
        await route.continue_()

    await visitor.page.route("**/api/**", when_answered)

    await visitor.page.goto(f"/event/{event}")

    await expect(visitor.page.get_by_text("Loading seats…")).to_be_visible()
    shifts = await visitor.page.evaluate("shifts")
    answered.set()
    await expect(panel(visitor.page)).to_be_visible()
    assert sum(value for value, *_ in shifts) < 0.05, shifts
