"""Dates on the pages: in the event's own time zone and the page's language."""

import re

import pytest
from playwright.async_api import expect

from test.web.browsing import click_seat, panel
from test.web.conftest import Arrive
from test.web.people import Person

TO_COME = {
    "starts_at": "2097-06-01T11:30:00Z",
    "sale_opens_at": "2097-05-01T04:00:00Z",
    "timezone": "Asia/Taipei",
}


@pytest.mark.parametrize(
    ("locale", "starts", "opens"),
    [
        (
            "en-GB",
            r"^Sat, Jun 1, 2097, 7:30\sPM Taiwan Time$",
            r"^On sale in [\d,]+ days.* Wed, May 1, 2097, 12:00\sPM$",
        ),
        (
            "zh-TW",
            r"^2097年6月1日週六 晚上7:30 台灣時間$",
            r"天.*後開賣 2097年5月1日週三 中午12:00$",
        ),
    ],
)
async def test_are_told_in_the_events_own_time_zone(
    arrive: Arrive, seller: Person, locale: str, starts: str, opens: str
) -> None:
    event_id = await seller.create_event(**TO_COME)
    page = (await arrive(path=f"/event/{event_id}", locale=locale, timezone_id="UTC")).page

    await expect(page.locator(".when, .sale")).to_have_text([re.compile(starts), re.compile(opens)])


async def test_who_is_too_early_is_told_when_to_come(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event(**TO_COME)
    visitor = await arrive(buyer, f"/event/{event_id}#A/1", timezone_id="Asia/Taipei")
    visitor.expect_failures("409")
    await click_seat(visitor.page, 1, 1)
    await (
        panel(visitor.page)
        .get_by_role("button", name=re.compile("^(Hold(?! the best)|Reserve)"))
        .click()
    )

    await expect(panel(visitor.page)).to_contain_text(
        re.compile(r"The sale opens May 1, 2097, 12:00\sPM")
    )


async def test_a_sale_that_is_over_says_so(arrive: Arrive, seller: Person) -> None:
    event_id = await seller.create_event(
        sale_closes_at="2020-01-01T00:00:00Z", timezone="Asia/Taipei"
    )
    page = (await arrive(path=f"/event/{event_id}")).page

    await expect(page.locator(".sale")).to_have_text(re.compile("The sale ended Wed, Jan 1, 2020"))
