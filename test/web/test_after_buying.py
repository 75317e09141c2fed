"""From the purchase to the door: the order, its tickets on the screen and on paper, what becomes of them."""

import asyncio
import re
from math import ceil

from playwright.async_api import Locator, Page, expect

from test.support.waiting import eventually
from test.web.browsing import PHONE, panel
from test.web.conftest import Arrive, SignUp
from test.web.people import Person

SHOW = {"starts_at": "2097-06-01T11:30:00Z", "timezone": "Asia/Taipei"}
A4_WITHIN_ITS_MARGINS = (297 - 24) * 96 / 25.4

# A screen that can be kept awake, which a machine without one cannot.
COUNT_WAKE_LOCKS = """
window.wakeLocks = 0;
Object.defineProperty(navigator, "wakeLock", { value: {
  async request() { wakeLocks += 1; return { async release() { wakeLocks -= 1; } }; },
} });
"""


def viewer(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Tickets, full screen")


async def test_from_the_hold_to_the_ticket_the_calendar_and_the_paper(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event("An Evening in June", **SHOW)
    seats = [f"A-1-{row}-{number}" for row in (1, 2) for number in range(1, 5)]
    order_id = await buyer.reserve(event_id, seats)
    number = order_id[:8].upper()
    visitor = await arrive(buyer)
    visitor.expect_failures("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
    page = visitor.page
    await visitor.context.add_init_script(COUNT_WAKE_LOCKS)
    # One picture is lost on its way, and asked for again.
    await page.route(re.compile("A-1-1-1/qr.svg$"), lambda route: route.abort())

    # One of eight seats is too many.
    await page.goto(f"/event/{event_id}#A/1")
    order = panel(page)
    await order.get_by_role("button", name="Release A-1 · row 2 · seat 4").click()
    await expect(order.get_by_role("button", name=re.compile("^Release A-1"))).to_have_count(7)
    await order.get_by_role("button", name="Confirm purchase").click()
    bought = order.get_by_role("region", name=f"Order {number}")
    await expect(bought).to_contain_text("A-1 · row 1 · seats 1–4")
    await expect(bought).to_contain_text("NT$14,000")
    await bought.get_by_role("link", name="Order and printing").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("An Evening in June")
    await expect(page.get_by_role("main")).to_contain_text(f"Order {number}")
    await expect(
        page.get_by_role("article", name="Section A, area 1, row 2, seat 3")
    ).to_be_visible()

    # Held up at the door, where there is no network.
    await page.get_by_role("link", name="Show tickets").click()
    await expect(viewer(page)).to_contain_text("1 of 7")
    await expect(viewer(page)).to_contain_text("Saved on this page")
    assert await page.evaluate("wakeLocks") == 1
    await visitor.context.set_offline(True)
    await page.keyboard.press("ArrowRight")
    await expect(viewer(page)).to_contain_text("2 of 7")
    await page.keyboard.press("End")
    await expect(viewer(page)).to_contain_text("7 of 7")
    await expect(page).to_have_url(re.compile("#ticket-7$"))
    last = viewer(page).get_by_role("article", name="Section A, area 1, row 2, seat 3")
    await expect(last.get_by_role("img")).to_be_in_viewport(ratio=1)
    assert await last.get_by_role("img").evaluate("(image) => image.naturalWidth > 0")
    await page.keyboard.press("Escape")
    await expect(viewer(page)).to_be_hidden()
    await expect(page).to_have_url(re.compile(f"/order/{order_id}$"))
    await eventually(lambda: page.evaluate("wakeLocks === 0"))
    await visitor.context.set_offline(False)

    async with page.expect_download() as download:
        await page.get_by_role("link", name="Add to calendar").click()
    calendar = await asyncio.to_thread((await (await download.value).path()).read_bytes)
    assert calendar.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"An Evening in June" in calendar

    await expect_whole_tickets_on_paper(page, 7)


async def expect_whole_tickets_on_paper(page: Page, tickets: int) -> None:
    """Three on a page of A4 and nothing else."""
    pdf = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == ceil(tickets / 3)
    await page.emulate_media(media="print")
    paper = page.locator(".passes__one")
    await expect(paper).to_have_count(tickets)
    for one in await paper.all():
        assert await one.evaluate("(element) => getComputedStyle(element).breakInside") == "avoid"
        box = await one.bounding_box()
        assert box
        assert box["height"] <= A4_WITHIN_ITS_MARGINS / 3
    for hidden in ("banner", "contentinfo"):
        await expect(page.get_by_role(hidden)).to_be_hidden()
    await expect(page.get_by_role("button", name="Print")).to_be_hidden()


async def test_the_doors_yes_and_the_sellers_no_reach_the_buyer(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event("Seen at the Door", **SHOW)
    used, void = await buyer.buy(event_id, ["A-1-1-1"]), await buyer.buy(event_id, ["B-1-1-1"])
    visitor = await arrive(buyer, **PHONE)
    visitor.expect_failures("409")
    page = visitor.page
    await page.clock.install()
    await page.goto(f"/order/{used}#ticket-1")
    [code] = await buyer.codes(used)
    await expect(viewer(page)).to_contain_text(code)
    await seller.check_in(event_id, code)
    await page.clock.fast_forward(6_000)
    await expect(viewer(page)).to_contain_text(re.compile("Used .+20"))

    await page.goto(f"/order/{void}#ticket-1")
    await expect(viewer(page)).to_be_visible()
    await seller.cancel(void, "The balcony is closed.")
    await page.clock.fast_forward(6_000)
    await expect(page.get_by_role("heading", name="Cancelled by the seller")).to_be_visible()
    await expect(page.get_by_role("main")).to_contain_text("The balcony is closed.")
    await expect(viewer(page)).to_have_count(0)
    await page.get_by_role("main").get_by_role("link", name="My tickets").click()
    cancelled = page.get_by_role("region", name="Cancelled")
    await expect(cancelled.get_by_role("article")).to_contain_text("The balcony is closed.")
    await expect(page.get_by_role("region", name="Coming up").get_by_role("article")).to_have_count(
        1
    )


async def test_my_tickets_and_an_order_that_comes_to_nothing(
    arrive: Arrive, people: SignUp, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event("Later", **SHOW)
    sooner = await seller.create_event("Sooner", starts_at="2097-05-01T11:30:00Z")
    await buyer.buy(event_id, ["A-1-1-1"])
    await buyer.buy(sooner, ["A-1-1-1"])
    await buyer.buy(event_id, ["A-1-1-2"])
    held = await buyer.reserve(event_id, ["A-2-1-1"])
    visitor = await arrive(buyer, "/reservations")
    page = visitor.page
    coming = page.get_by_role("region", name="Coming up")
    await expect(coming.get_by_role("heading", level=3)).to_have_text(["Sooner", "Later", "Later"])
    # Each event is asked for once, however many orders it has.
    assert (
        len([one for one in visitor.requests if re.search(rf"/api/event/{event_id}\b", one)]) == 1
    )

    hold = page.get_by_role("region", name="Held for you").get_by_role("article")
    await expect(hold.get_by_role("timer")).to_contain_text("left")
    await hold.get_by_role("link", name="Later").click()
    await page.get_by_role("button", name="Release A-2 · row 1 · seat 1").click()
    await page.get_by_role("dialog").get_by_role("button", name="Release seats").click()
    await expect(page.get_by_role("heading", name="Released", exact=True)).to_be_visible()
    await page.get_by_role("main").get_by_role("link", name="My tickets").click()
    await expect(page.get_by_role("region", name="Held for you")).to_have_count(0)
    gone = page.get_by_text("1 hold that was released or ran out")
    await expect(page.get_by_role("article").filter(has_text="A-2")).to_be_hidden()
    await gone.click()
    await expect(page.get_by_role("article").filter(has_text="A-2")).to_be_visible()

    stranger = await arrive(await people("buyer"))
    stranger.expect_failures("404")
    await stranger.page.goto(f"/order/{held}")
    await expect(stranger.page.get_by_role("main")).to_contain_text("This order cannot be found.")
