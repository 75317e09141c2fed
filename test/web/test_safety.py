"""Whatever people type stays text, and the policy that would stop it otherwise is in force."""

from urllib.parse import quote

import pytest
from playwright.async_api import expect

from test.web.browsing import click_seat, panel
from test.web.conftest import Arrive, SignUp
from test.web.people import seating

SCRIPT = "<img src=x onerror=window.hit=1><script>window.hit=1</script>{{7*7}}"
SECTION = "<b onclick=hit>'\"&amp;"


async def test_a_script_as_a_name_stays_text_on_every_page(arrive: Arrive, people: SignUp) -> None:
    seller = await people("seller", SCRIPT)
    buyer = await people("buyer", SCRIPT)
    event_id = await seller.create_event(
        SCRIPT,
        description=SCRIPT,
        venue_name=SCRIPT,
        seating_config=seating((SECTION, 100, 2)),
    )
    await buyer.buy(event_id, [f"{SECTION}-1-1-1"])
    as_buyer = (await arrive(buyer)).page
    as_seller = (await arrive(seller)).page
    area = f"/event/{event_id}#{SECTION.replace('&', '%26')}/1"

    for page, path in (
        (as_buyer, f"/?q={quote(SCRIPT)}"),
        (as_buyer, f"/event/{event_id}"),
        (as_buyer, area),
        (as_buyer, "/reservations"),
        (as_seller, "/seller"),
        (as_seller, f"/seller{area}"),
    ):
        await page.goto(path)
        await page.reload()  # the last step may have changed the fragment only
        await expect(page.get_by_text(SCRIPT, exact=True).first).to_be_visible()
        assert await page.evaluate("window.hit") is None
        assert await page.locator("main img:not(.poster), main script, main b").count() == 0
    await expect(as_seller.get_by_text(f"Section {SECTION}, area 1")).to_be_visible()

    await as_buyer.goto(area)
    await click_seat(as_buyer, 2, 2)
    for place in (panel(as_buyer), as_buyer.locator(".maptip")):
        named = place.get_by_text(f"{SECTION}-1 · row 2 · seat 2", exact=True)
        await expect(named.first).to_be_visible()
    assert await as_buyer.evaluate("window.hit") is None

    await as_seller.goto(f"/seller/event/{event_id}")
    await as_seller.get_by_role("button", name="Hide").click()
    await expect(as_seller.get_by_role("dialog")).to_contain_text(f"Hide “{SCRIPT}”?")


@pytest.mark.parametrize(
    "attack",
    [
        "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))",
        "document.body.innerHTML = '<p>'",
        "document.body.setAttribute('onclick', '1')",
        "document.body.setAttribute('style', 'color: red')",
        "setTimeout('1')",
        "Function('return 1')()",
    ],
)
async def test_the_policy_stops_what_would_run_text_as_code(arrive: Arrive, attack: str) -> None:
    visitor = await arrive(path="/sign-in")
    visitor.expect_violation()
    # A module of our own cannot be made to misbehave, so the attack comes by the debugger; what it
    # sets off is still judged by the page's policy.
    await visitor.page.evaluate(
        """() => {
          window.violated = new Promise((resolve) =>
            addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective)));
          setTimeout(() => { ATTACK; });
        }""".replace("ATTACK", attack)
    )
    directive = await visitor.page.evaluate("window.violated")
    assert directive in ("require-trusted-types-for", "script-src-attr", "style-src-attr")
