"""Everything with the keyboard alone."""

import re

from playwright.async_api import Page, expect

from test.support.accounts import PASSWORD
from test.web.browsing import MAP, expect_seat, open_area, panel, place_on_map, seat
from test.web.conftest import Arrive
from test.web.people import Person, seating


async def tab_to(page: Page, name: str, *, role: str | None = None) -> None:
    """Press Tab until the focus is on what is called `name`, or begins so."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        # Not `:focus`: the button inside a date field has none.
        label, its_role = await page.evaluate(
            "(({ activeElement: one }) => [one.getAttribute('aria-label')"
            " || one.labels?.[0]?.innerText || one.textContent.trim(), one.role])(document)"
        )
        if label.startswith(name) and (role is None or its_role == role):
            return
    raise AssertionError(f"Tab never came to {name}")


async def test_from_the_front_page_to_a_ticket(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    await seller.create_event("By Keyboard")
    page = (await arrive(path="/?q=By+Keyboard")).page
    await expect(page.get_by_role("link", name="By Keyboard")).to_be_visible()
    press = page.keyboard.press

    await tab_to(page, "Sign in")
    await press("Enter")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await tab_to(page, "Email")
    await page.keyboard.type(buyer.email)
    await press("Tab")
    await page.keyboard.type(PASSWORD)
    await press("Enter")
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    await expect(page.get_by_role("link", name="By Keyboard")).to_be_visible()
    await tab_to(page, "By Keyboard")
    await press("Enter")
    await expect(page.get_by_role("heading", name="The venue")).to_be_visible()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    await tab_to(page, "Section A, area 1")
    await press("ArrowRight")
    await press("Enter")
    await expect(page.get_by_role("heading", name="Section A, area 2")).to_be_focused()
    await expect(seat(page, 1, 1)).to_be_visible()

    await tab_to(page, "Row 1, seat 1", role="gridcell")
    await press("ArrowDown")
    await press("End")
    await press("Space")
    await press("ArrowLeft")
    await press("Enter")
    await expect(panel(page)).to_contain_text("A-2 · row 2 · seat 6")
    await expect(panel(page)).to_contain_text("A-2 · row 2 · seat 5")
    await tab_to(page, "Reserve")
    await press("Enter")
    await expect(page.get_by_role("heading", name="Held for you")).to_be_focused()
    await tab_to(page, "Confirm purchase")
    await press("Enter")
    await expect(panel(page).get_by_text("Bought. Enjoy the show!")).to_be_visible()
    await expect(page.locator(".notice")).to_be_focused()
    await expect_seat(page, 2, 6, "bought by you")


async def test_keys_that_move_between_seats(arrive: Arrive, seller: Person) -> None:
    event_id = await seller.create_event(seating_config=seating(("A", 1, 1), rows=25, cols=20))
    page = (await arrive(path=f"/event/{event_id}#A/1")).page
    for key, row, number in (
        ("ArrowUp", 11, 11),
        ("ArrowDown", 13, 11),
        ("ArrowLeft", 12, 10),
        ("ArrowRight", 12, 12),
        ("Home", 12, 1),
        ("End", 12, 20),
        ("Control+Home", 1, 1),
        ("Control+End", 25, 20),
        ("PageUp", 7, 11),
        ("PageDown", 17, 11),
    ):
        await seat(page, 12, 11).focus()
        await page.keyboard.press(key)
        await expect(seat(page, row, number)).to_be_focused()
        place = await place_on_map(page, "A/1", row, number)
        box = await page.locator(MAP).bounding_box()
        assert box
        assert box["x"] < place["x"] < box["x"] + box["width"]
        assert box["y"] < place["y"] < box["y"] + box["height"]
        await expect(page.locator('[role="gridcell"][tabindex="0"]')).to_have_count(1)


async def test_the_edges_of_the_map_hold(arrive: Arrive, seller: Person) -> None:
    event_id = await seller.create_event()
    page = (await arrive(path=f"/event/{event_id}#A/1")).page
    await seat(page, 1, 1).focus()
    for key in ("ArrowUp", "ArrowLeft", "PageUp", "Home"):
        await page.keyboard.press(key)
        await expect(seat(page, 1, 1)).to_be_focused()


async def test_the_way_past_the_header_keeps_the_open_area(arrive: Arrive, seller: Person) -> None:
    event_id = await seller.create_event()
    page = (await arrive(path=f"/event/{event_id}#A/1")).page
    await expect(seat(page, 1, 1)).to_be_visible()
    await tab_to(page, "Skip to content")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()
    await expect(page).to_have_url(re.compile("#A/1$"))


async def test_back_closes_an_area(arrive: Arrive, seller: Person) -> None:
    event_id = await seller.create_event()
    page = (await arrive(path=f"/event/{event_id}")).page
    await open_area(page, "A", 1)
    await expect(page.get_by_role("grid")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="The venue")).to_be_focused()
