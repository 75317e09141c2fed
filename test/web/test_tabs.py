"""One buyer in several tabs and on two devices: every page says what the service says."""

import re

from playwright.async_api import Page, expect

from test.support.accounts import PASSWORD
from test.web.browsing import NOTE_WHAT_IS_ANNOUNCED, Visitor, click_seat, expect_seat, panel
from test.web.conftest import Arrive
from test.web.people import Person


async def test_a_buyer_with_two_tabs_and_a_phone(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event("Seen From Everywhere")
    visitor = await arrive(buyer)
    await visitor.context.add_init_script(NOTE_WHAT_IS_ANNOUNCED)
    here, there, tickets = [await visitor.context.new_page() for _ in range(3)]
    for page in (here, there):
        await page.goto(f"/event/{event_id}#A/1")
        await click_seat(page, 1, 1)
    await tickets.goto("/reservations")
    await expect(tickets.get_by_text("You have no tickets yet.")).to_be_visible()

    # What one tab holds is not somebody else's in the other.
    await here.get_by_role("button", name="Reserve").click()
    await expect_seat(there, 1, 1, "held by you")
    await expect(panel(there)).to_contain_text("A-1 · row 1 · seat 1 is yours already")
    await expect(panel(there)).to_contain_text("No seats picked yet")
    article = tickets.get_by_role("article")
    await expect(tickets.get_by_role("region", name="Held for you")).to_be_visible()
    assert not await there.evaluate("announced.some((text) => text.includes('was just taken'))")

    # What one tab buys is bought in all of them.
    await there.get_by_role("button", name="Confirm purchase").click()
    await expect(panel(there)).to_contain_text("Bought. Enjoy the show!")
    await expect(panel(here)).to_contain_text("Bought in another tab or on another device")
    await expect(here.get_by_role("timer")).to_have_count(0)
    await expect_seat(here, 1, 1, "bought by you")
    await expect(tickets.get_by_role("region", name="Coming up")).to_be_visible()
    await expect(article.get_by_role("button")).to_have_count(0)

    # What another device does is seen on the seats, and the service is asked.
    await reserve(here, 2)
    held = (await buyer.http.get("/api/reservation")).json()[0]["id"]
    await buyer.let_go(held)
    for page in (here, there):
        await expect(panel(page)).to_contain_text("No longer held: A-1 · row 1 · seat 2")
        await expect_seat(page, 1, 2, "available")
    await expect(tickets.get_by_text("1 hold that was released or ran out")).to_be_visible()

    # So is what the end of the sale does to a hold.
    await reserve(there, 3)
    await expect_seat(here, 1, 3, "held by you")
    await seller.change_event(event_id, status="ended")
    for page in (here, there):
        await expect(panel(page)).to_contain_text("The sale has ended, and the seats that you held")
        await expect(page.get_by_role("button", name="Confirm purchase")).to_have_count(0)
        await expect_seat(page, 1, 1, "bought by you")


async def reserve(page: Page, number: int) -> None:
    await click_seat(page, 1, number)
    await page.get_by_role("button", name="Reserve").click()
    await expect_seat(page, 1, number, "held by you")


async def test_signing_out_in_one_tab_signs_out_in_all_of_them(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event()
    visitor = await arrive(buyer)
    visitor.expect_failures("401")
    here, there = visitor.page, await visitor.context.new_page()
    await here.goto(f"/event/{event_id}#A/1")
    await click_seat(here, 1, 1)
    await there.goto("/reservations")
    await there.get_by_role("button", name="Sign out").click()

    header = here.get_by_role("banner")
    await expect(header.get_by_role("link", name="Sign in")).to_be_visible()
    await expect(header.get_by_text("Buyer Bao")).to_have_count(0)

    # Signing in again, in whichever tab, leads back to what was picked.
    await panel(here).get_by_role("link", name="Sign in to reserve").click()
    await expect(here).to_have_url(re.compile(r"/sign-in\?next="))
    await there.goto("/sign-in")
    await there.locator("#email").fill(buyer.email)
    await there.locator("#password").fill(PASSWORD)
    await there.keyboard.press("Enter")
    async with here.expect_response(f"{buyer.http.base_url}/api/reservation?**"):
        await here.get_by_role("main").get_by_role("link", name="Go on").click()
    await expect(here).to_have_url(f"{buyer.http.base_url}/event/{event_id}#A/1")
    await expect(panel(here)).to_contain_text("1 seat picked")
    await expect(there.get_by_role("banner").get_by_text("Buyer Bao")).to_be_visible()

    # A session that has ended is noticed with the first answer that says so: both pages have asked
    # for all that they ask for by themselves.
    await buyer.http.post("/api/user/logout", headers=await bearer(visitor))
    await here.get_by_role("button", name="Reserve").click()
    notice = panel(here).locator(".notice")
    await expect(notice).to_contain_text("You are not signed in any more.")
    await expect(notice.get_by_role("link", name="Sign in")).to_be_visible()
    await expect(there.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


async def bearer(visitor: Visitor) -> dict[str, str]:
    cookies = await visitor.context.cookies()
    token = next(cookie["value"] for cookie in cookies if cookie["name"] == "access_token")
    return {"Authorization": f"Bearer {token}"}


async def test_an_event_that_is_hidden_while_it_is_open_keeps_what_the_buyer_has(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event()
    await buyer.buy(event_id, ["A-1-1-1"])
    await buyer.reserve(event_id, ["A-1-1-2"])
    visitor, stranger = await arrive(buyer), await arrive()
    for one in (visitor, stranger):
        one.expect_failures("404")
        await one.page.goto(f"/event/{event_id}#A/1")
        await expect(one.page.get_by_text("Live", exact=True)).to_be_visible()
    await click_seat(stranger.page, 1, 3)

    await seller.change_event(event_id, is_active=False)
    for one in (visitor, stranger):
        await expect(one.page.get_by_text("This event is not on sale any more.")).to_be_visible()
        await expect(one.page.get_by_role("heading", level=1)).to_have_text("Moonlit Strings")
        await expect(one.page.get_by_role("button", name="Hold the best seats")).to_have_count(0)
    await expect(stranger.page.get_by_role("link", name="Sign in to reserve")).to_have_count(0)
    await visitor.page.get_by_role("button", name="Confirm purchase").click()
    await expect(panel(visitor.page)).to_contain_text("Bought. Enjoy the show!")

    # Who comes back when it is on sale again sees it so.
    await seller.change_event(event_id, is_active=True)
    await stranger.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(stranger.page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(panel(stranger.page)).to_contain_text("1 seat picked")
