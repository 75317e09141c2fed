"""What a buyer does, from the front page to the ticket, with pointer and keyboard."""

import re

import pytest
from playwright.async_api import expect

from test.conftest import StartService
from test.support.accounts import PASSWORD
from test.web.browsing import click_seat, expect_seat, panel, place_on_map, seat
from test.web.conftest import Arrive, SignUp
from test.web.people import Person, seating


async def test_a_stranger_signs_up_and_buys_seats(arrive: Arrive, seller: Person) -> None:
    event_id = await seller.create_event("An Evening to Remember")
    page = (await arrive(path="/?q=evening+remember")).page

    card = page.get_by_role("article").filter(has_text="An Evening to Remember")
    await expect(card).to_contain_text("Taipei Arena")
    await expect(card).to_contain_text("NT$900 – NT$2,000")
    await expect(card).to_contain_text("96 seats left of 96")
    await card.get_by_role("link").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("An Evening to Remember")
    # A small house shows its seats at once: one click picks, and names the area in the address.
    place = await place_on_map(page, "A/2", 2, 3)
    await page.mouse.move(place["x"], place["y"])
    await expect(page.locator(".maptip")).to_contain_text("A-2 · row 2 · seat 3")
    await page.mouse.click(place["x"], place["y"])
    await expect(page).to_have_url(re.compile("#A/2$"))
    await click_seat(page, 2, 4)
    await expect(seat(page, 2, 4)).to_be_focused()  # a frame later: from there the keyboard goes on
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Space")
    order = panel(page)
    await expect(order).to_contain_text("3 seats picked")
    await expect(order).to_contain_text("A-2 · row 2 · seat 5")
    await expect(order).to_contain_text("NT$6,000")
    await expect(seat(page, 2, 5)).to_have_attribute("aria-selected", "true")

    # The selection survives the way to an account and back.
    await order.get_by_role("link", name="Sign in to reserve").click()
    await page.get_by_role("main").get_by_role("link", name="Sign up").click()
    await page.get_by_label("Name").fill("Ada Buyer")
    await page.get_by_label("Email").fill(f"ada-{event_id}@example.com")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await page.wait_for_url(f"**/event/{event_id}#A/2")
    await expect(order).to_contain_text("3 seats picked")

    await order.get_by_role("button", name="Reserve").click()
    await expect(page.get_by_role("heading", name="Held for you")).to_be_focused()
    await expect(page.get_by_role("timer")).to_contain_text(re.compile(r"1[45]:\d\d left"))
    await expect_seat(page, 2, 3, "held by you")
    await order.get_by_role("button", name="Confirm purchase").click()
    await expect(order).to_contain_text("Bought. Enjoy the show!")
    await expect_seat(page, 2, 3, "bought by you")

    await order.get_by_role("link", name="My tickets").click()
    ticket = page.get_by_role("region", name="Coming up").get_by_role("article")
    await expect(ticket).to_contain_text("An Evening to Remember")
    await expect(ticket).to_contain_text("A-2 · row 2 · seats 3–5")
    await expect(ticket).to_contain_text("NT$6,000")

    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    await page.goto("/reservations")
    await expect(page.get_by_role("main")).to_contain_text("Sign in to see this page.")


async def test_seats_let_go_are_available_again(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event()
    page = (await arrive(buyer, f"/event/{event_id}#B/1")).page
    await click_seat(page, 1, 1)
    await page.get_by_role("button", name="Reserve").click()
    await page.get_by_role("button", name="Release seats").click()
    await expect(panel(page)).to_contain_text("on sale again at once")
    await expect_seat(page, 1, 1, "available")


async def test_a_hold_is_there_again_after_a_reload_and_runs_on_the_reservations_page(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event()
    await buyer.reserve(event_id, ["A-1-1-1", "A-1-1-2"])
    page = (await arrive(buyer, f"/event/{event_id}#A/1")).page
    await expect(page.get_by_role("timer")).to_contain_text("left")
    await expect_seat(page, 1, 2, "held by you")
    await page.goto("/reservations")
    ticket = page.get_by_role("article")
    await expect(ticket.get_by_role("timer")).to_contain_text("left")
    await ticket.get_by_role("button", name="Confirm purchase").click()
    await expect(page.get_by_role("main")).to_contain_text("Bought. Enjoy the show!")
    await expect(
        page.get_by_role("region", name="Coming up").get_by_role("article")
    ).to_be_visible()


async def test_best_available_holds_what_the_service_chooses_and_shows_it(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event()
    await buyer.buy(event_id, [f"A-1-{row}-{n}" for row in (1, 2) for n in (2, 5)])
    page = (await arrive(buyer, f"/event/{event_id}")).page
    more = page.get_by_role("button", name="One seat more")
    await more.click()
    await more.click()
    await page.get_by_label("Where").select_option("Section A · NT$2,000")
    await page.get_by_role("button", name="Hold the best seats").click()

    # Rows 1 and 2 of A-1 have no four in a row: the first four together are in row 3. Those in the
    # middle would leave a single seat at each end.
    await expect(page.get_by_role("heading", name="Held for you")).to_be_focused()
    await expect(page).to_have_url(re.compile("#A/1$"))
    for number in (1, 2, 3, 4):
        await expect_seat(page, 3, number, "held by you")
        await expect(panel(page)).to_contain_text(f"A-1 · row 3 · seat {number}")
    place = await place_on_map(page, "A/1", 3, 1)
    await page.mouse.move(place["x"], place["y"])
    await expect(page.locator(".maptip")).to_contain_text("held by you")
    await expect(panel(page)).to_contain_text("NT$8,000")


async def test_no_more_than_ten_seats_can_be_picked(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event()
    page = (await arrive(buyer, f"/event/{event_id}#A/1")).page
    for number in range(1, 7):
        await click_seat(page, 1, number)
    for number in range(1, 6):
        await click_seat(page, 2, number)
    order = panel(page)
    await expect(order).to_contain_text("You can pick up to 10 seats.")
    await expect(order).to_contain_text("10 seats picked")
    await order.get_by_role("button", name="Remove A-1 · row 1 · seat 1", exact=True).click()
    await expect(order).to_contain_text("9 seats picked")
    await order.get_by_role("button", name="Clear").click()
    await expect(order).to_contain_text("No seats picked yet")


@pytest.mark.parametrize(
    ("locale", "reserve", "sentence"),
    [
        ("en-US", "Reserve", "You hold 20 seats of this event that you have not bought yet"),
        ("zh-TW", "保留座位", "您在這個活動已保留 20 席尚未購買，同時最多可保留 20 席。"),
    ],
)
async def test_who_holds_too_many_seats_is_told_how_many(
    arrive: Arrive, seller: Person, buyer: Person, locale: str, reserve: str, sentence: str
) -> None:
    event_id = await seller.create_event()
    for row in (1, 2, 3, 4):
        await buyer.reserve(event_id, [f"A-1-{row}-{number}" for number in range(1, 6)])
    visitor = await arrive(buyer, f"/event/{event_id}#A/1", locale=locale)
    visitor.expect_failures("429")
    await click_seat(visitor.page, 1, 6)
    await visitor.page.get_by_role("button", name=reserve, exact=True).click()
    await expect(visitor.page.get_by_role("main")).to_contain_text(sentence)


async def test_a_hold_that_runs_out_says_so(
    start_service: StartService, arrive: Arrive, people: SignUp
) -> None:
    service = start_service(hold_ttl_seconds=2)
    seller = await people("seller", of=service)
    buyer = await people("buyer", of=service)
    event_id = await seller.create_event()
    visitor = await arrive(buyer, at=service.base_url)
    page = visitor.page
    await visitor.context.add_init_script(_NOTE_A_TIMER)
    await page.goto(f"/event/{event_id}#A/1")
    await click_seat(page, 1, 1)
    await page.get_by_role("button", name="Reserve").click()
    await expect(panel(page)).to_contain_text("Your hold ran out")
    assert await page.evaluate("sawTimer")
    await expect(page.get_by_role("timer")).to_have_count(0)
    await expect_seat(page, 1, 1, "available")


# It may be there for no longer than one frame.
_NOTE_A_TIMER = """
window.sawTimer = false;
new MutationObserver(() => {
  sawTimer ||= document.querySelector("[role=timer]") !== null;
}).observe(document, { childList: true, subtree: true });
"""


async def test_a_wrong_clock_on_the_buyers_machine_does_not_mislead_the_countdown(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event()
    visitor = await arrive(buyer)
    page = visitor.page
    await visitor.context.add_init_script(
        "const real = Date.now; Date.now = () => real() - 3 * 3600 * 1000;"
    )
    await page.goto(f"/event/{event_id}#A/1")
    await click_seat(page, 1, 1)
    await page.get_by_role("button", name="Reserve").click()
    await expect(page.get_by_role("timer")).to_contain_text(re.compile(r"1[45]:\d\d left"))


async def test_an_event_that_is_not_there(arrive: Arrive) -> None:
    visitor = await arrive()
    page = visitor.page
    visitor.expect_failures("404")
    await page.goto("/event/999999")
    await expect(page.get_by_role("heading", level=1)).to_have_text("This event cannot be found.")


async def test_free_seats_and_single_seats(arrive: Arrive, seller: Person) -> None:
    event_id = await seller.create_event(seating_config=seating(("自由座", 0, 1), rows=1, cols=1))
    page = (await arrive(path=f"/event/{event_id}")).page
    await expect(page.locator(".playbill__facts")).to_contain_text("Free")
    await click_seat(page, 1, 1)
    await expect(panel(page)).to_contain_text("1 seat picked")
