"""How the order of a waiting line is drawn: shown, and checked in the browser."""

from playwright.async_api import expect

from test.web.browsing import Visitor
from test.web.conftest import Arrive, SignUp
from test.web.lines import LATER, open_now, terms
from test.web.people import Person


async def see_the_opening(
    visitor: Visitor, people: SignUp, seller: Person
) -> tuple[int, Person, str]:
    """See a line before its opening and be, after it, the second of four; nobody is let in for a
    minute then. Return the event, the buyer, and the hash that was shown before."""
    event_id = await seller.create_event(admission=terms(per_minute=1), sale_opens_at=LATER)
    buyers = [await people("buyer") for _ in range(4)]
    for buyer in buyers:
        await buyer.join_line(event_id)
    page = visitor.page
    await page.goto(f"/event/{event_id}/line")
    await page.get_by_text("How this is fair").click()
    facts = page.locator(".facts")
    await expect(facts).to_contain_text("shown at the opening")
    shown = await facts.locator("code").inner_text()
    await open_now(seller, event_id)
    await expect(facts).not_to_contain_text("shown at the opening")
    numbers = {(await buyer.place(event_id))["number"]: buyer for buyer in buyers}
    await visitor.become(numbers[2])
    await page.reload()
    await page.get_by_text("How this is fair").click()
    return event_id, numbers[2], shown


async def test_the_draw_can_be_checked_in_the_browser(
    arrive: Arrive, people: SignUp, seller: Person
) -> None:
    visitor = await arrive()
    page = visitor.page
    event_id, buyer, shown = await see_the_opening(visitor, people, seller)
    await expect(page.locator(".facts code").first).to_have_text(shown)
    await expect(page.locator(".facts")).to_contain_text("before the opening.")
    await expect(page.locator(".facts")).to_contain_text("Joined before the opening (N)4")
    entry = (await buyer.place(event_id))["entry"]
    await expect(page.locator(".facts")).to_contain_text(f"You joined as number (entry){entry}")
    await page.get_by_role("button", name="Check it in this browser").click()

    results = page.locator(".checks li[data-ok='yes']")
    await expect(results).to_have_count(3)
    await expect(results.last).to_contain_text("Your number, computed here: 2; the service says: 2")


async def test_a_seed_that_is_not_the_one_announced_is_noticed(
    arrive: Arrive, people: SignUp, seller: Person
) -> None:
    visitor = await arrive()
    page = visitor.page
    event_id, _, _ = await see_the_opening(visitor, people, seller)
    other = {"hash": "0" * 64, "at": 0, "before": True}
    await page.evaluate(
        "([key, seen]) => localStorage.setItem(key, JSON.stringify(seen))",
        [f"line-hash:{event_id}", other],
    )
    await page.reload()
    await page.get_by_text("How this is fair").click()
    await expect(page.locator(".facts")).to_contain_text("saw another hash")
    await page.get_by_role("button", name="Check it in this browser").click()

    await expect(page.locator(".checks li")).to_have_count(3)
    await expect(page.locator(".checks li[data-ok='no']")).to_contain_text("Not the same!")
