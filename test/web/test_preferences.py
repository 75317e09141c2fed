"""Language and theme: the browser's choice at first, the person's own from then on."""

import pytest
from playwright.async_api import expect

from test.web.browsing import expect_seat, seat
from test.web.conftest import Arrive
from test.web.people import Person

PAPER = {"light": "rgb(241, 241, 238)", "dark": "rgb(20, 20, 22)"}


@pytest.mark.parametrize(
    ("browser_language", "heading", "lang"),
    [
        ("en-GB", "What’s on", "en"),
        ("zh-TW", "近期活動", "zh-Hant-TW"),
        ("zh-HK", "近期活動", "zh-Hant-TW"),
        ("fr-FR", "What’s on", "en"),
    ],
)
async def test_the_first_language_is_the_browsers(
    arrive: Arrive, browser_language: str, heading: str, lang: str
) -> None:
    page = (await arrive(path="/", locale=browser_language)).page
    await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    await expect(page.locator("html")).to_have_attribute("lang", lang)


async def test_a_switched_language_is_remembered(arrive: Arrive, seller: Person) -> None:
    event_id = await seller.create_event()
    page = (await arrive(path=f"/event/{event_id}#A/1")).page
    await page.get_by_role("button", name="切換為中文").click()
    await expect(page.get_by_role("grid")).to_have_accessible_name("A · 第 1 區塊的座位")
    await expect(page).to_have_title("Moonlit Strings – 前排")
    await page.goto("/sign-in")
    await expect(page.get_by_role("heading", level=1)).to_have_text("登入")
    await page.get_by_role("button", name="Switch to English").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
async def test_the_theme_is_the_systems_until_switched(
    arrive: Arrive, system: str, other: str
) -> None:
    page = (await arrive(path="/sign-in", color_scheme=system)).page
    await expect(page.locator("html")).to_have_css("background-color", PAPER[system])
    await page.get_by_role("button", name=f"Switch to {other} theme").click()
    await expect(page.locator("html")).to_have_css("background-color", PAPER[other])
    await page.goto("/sign-up")
    await expect(page.locator("html")).to_have_css("background-color", PAPER[other])
    await expect(page.get_by_role("button", name=f"Switch to {system} theme")).to_be_visible()


async def test_the_page_works_where_nothing_can_be_remembered(arrive: Arrive) -> None:
    visitor = await arrive()
    await visitor.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied'); } });"
    )
    await visitor.page.goto("/")
    await visitor.page.get_by_role("button", name="切換為中文").click()
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("近期活動")


async def test_with_forced_colours_the_seats_are_a_list_that_tells_their_states_apart(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event()
    await seller.http.post(f"/api/event/{event_id}/house_seats", json={"seats": ["A-1-1-1"]})
    await buyer.reserve(event_id, ["A-1-1-2"])
    page = (await arrive(buyer, f"/event/{event_id}#A/1", forced_colors="active")).page
    await seat(page, 1, 3).click()
    await expect_seat(page, 1, 3, "picked")
    await expect_seat(page, 1, 2, "held by you")
    looks = [
        await seat(page, 1, number).evaluate(
            "(cell) => { const { backgroundColor, color, borderStyle } = getComputedStyle(cell);"
            " return `${backgroundColor} ${color} ${borderStyle}`; }"
        )
        for number in (1, 2, 3, 4)
    ]
    assert len(set(looks)) == 4, looks
