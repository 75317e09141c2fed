"""A seller's webhook, from the form to its end, with a program on the other side that really receives."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Locator, Page, expect

from test.support.described_messages import as_told
from test.support.waiting import eventually
from test.support.webhook_receiver import OK, Receiver, receiving
from test.web.browsing import COUNT_OPEN_STREAMS
from test.web.conftest import Arrive
from test.web.people import Person


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


async def test_a_webhook_from_the_form_to_its_end(
    arrive: Arrive, seller: Person, buyer: Person, receiver: Receiver
) -> None:
    event_id = await seller.create_event("Moonlit Strings")
    visitor = await arrive(seller, "/seller", permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    await page.get_by_role("link", name="Webhooks").click()
    await expect(page.get_by_role("main")).to_contain_text("You have no webhooks yet.")
    as_told(json.loads((await page.locator("pre").last.inner_text()).split("\n\n")[1]))
    await page.get_by_role("link", name="New webhook").click()

    # What the service finds wrong stands beside its field.
    visitor.expect_failures("400", "410")
    address = page.get_by_label("Address")
    await address.fill("https://me:mine@example.com/")
    await page.get_by_role("button", name="Add webhook").click()
    await expect(address).to_be_focused()
    await expect(address).to_have_accessible_description(re.compile("No user name"))
    await address.fill(receiver.url)
    await page.get_by_label("Description").fill("Bookkeeping")
    await page.get_by_role("button", name="Tick none").click()
    await page.get_by_role("checkbox", name="Seats held").check()
    await page.get_by_role("checkbox", name="Seats bought").check()
    await page.get_by_role("button", name="Add webhook").click()

    # The secret is shown once.
    secret = await _copied_secret(page)
    await page.get_by_role("link", name="I have kept it").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bookkeeping")
    await expect(page.get_by_role("main")).not_to_contain_text("whsec_")

    await page.get_by_role("button", name="Send a test").click()
    outcome = page.get_by_text("The test arrived, and was answered with 204.", exact=True)
    await expect(outcome.first).to_be_visible()
    assert receiver.received[0].verified(secret)["type"] == "webhook.test"

    # What failed is tried again, and says what the receiver said; at once when it is told to.
    receiver.answer = lambda _: (500, {}, b"<b>No</b> room")
    await buyer.reserve(event_id, ["A-1-1-1"])
    receiver.wait_for(2)
    await page.reload()
    held = _delivery(page, "reservation.reserved")
    await expect(held).to_contain_text("Trying again")
    await expect(held.get_by_role("link", name="Moonlit Strings")).to_be_visible()
    await held.get_by_text("What it said").click()
    await expect(held.locator("pre")).to_have_text("<b>No</b> room")
    receiver.answer = lambda _: OK
    await page.get_by_label("Show").select_option("waiting")
    await expect(_delivery(page, "webhook.test")).to_have_count(0)
    await held.get_by_role("button", name=re.compile("^Send now: Seats held")).click()
    await expect(held).to_have_count(0)
    await page.get_by_label("Show").select_option("All")
    await expect(held).to_contain_text("2 attempts")

    # Who answers 410 is told nothing more, until it is resumed.
    receiver.answer = lambda _: (410, {}, b"")
    await buyer.reserve(event_id, ["A-1-1-2"])
    receiver.wait_for(4)
    await page.reload()
    await expect(page.get_by_text("It answered 410 Gone")).to_be_visible()
    receiver.answer = lambda _: OK
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_text("Active again.", exact=True).first).to_be_visible()
    await expect(held).to_have_count(2)
    await _do(page, "Pause", "Pause this webhook?")
    await expect(page.get_by_text("You paused it.")).to_be_visible()

    await _do(page, "New secret", "Make a new secret?")
    assert await _copied_secret(page) != secret
    await page.get_by_role("button", name="I have kept it").click()
    await expect(page.get_by_role("textbox", name="Secret")).to_have_count(0)

    await page.get_by_role("button", name="Edit").click()
    await expect(address).to_be_focused()
    await page.get_by_label("Description").fill("Till")
    await page.get_by_role("button", name="Tick all").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Till")
    await page.get_by_role("link", name="All my webhooks").click()
    row = page.get_by_role("row").filter(has_text="Till")
    await expect(row).to_contain_text("Everything")
    await expect(row).to_contain_text("You paused it.")
    await row.get_by_role("link").click()

    await _do(page, "Delete", "Delete this webhook?")
    await page.wait_for_url("**/seller/webhooks")
    await expect(page.get_by_role("main")).to_contain_text("You have no webhooks yet.")


async def test_the_page_asks_only_while_it_is_looked_at(
    arrive: Arrive, seller: Person, receiver: Receiver
) -> None:
    receiver.answer = lambda _: (500, {}, b"")
    webhook = await seller.add_webhook(receiver.url)
    event_id = await seller.create_event()
    await seller.change_event(event_id, is_active=False)
    visitor = await arrive(seller)
    page = visitor.page
    await page.add_init_script(COUNT_OPEN_STREAMS)
    await page.clock.install()
    await page.goto(f"/seller/webhooks/{webhook}")
    await expect(_delivery(page, "event.updated")).to_contain_text("after message")

    def asked() -> int:
        return sum("/delivery" in request for request in visitor.requests)

    async def asked_again() -> bool:
        return asked() > before

    before = asked()
    await page.clock.run_for(10_000)
    await eventually(asked_again)
    await page.evaluate("setHidden(true)")
    await page.clock.run_for(10_000)
    before = asked()
    await page.clock.run_for(60_000)
    assert asked() == before
    await page.evaluate("setHidden(false)")
    await eventually(asked_again)


async def _copied_secret(page: Page) -> str:
    secret = await page.get_by_role("textbox", name="Secret").input_value()
    await page.get_by_role("button", name="Copy").click()
    await expect(page.locator(".field__hint", has_text="Copied.")).to_be_visible()
    assert secret.startswith("whsec_")
    assert await page.evaluate("navigator.clipboard.readText()") == secret
    return secret


def _delivery(page: Page, message_type: str) -> Locator:
    return page.locator("tr.delivery").filter(has_text=message_type)


async def _do(page: Page, action: str, question: str) -> None:
    """Press the button called `action`, and answer its question with yes."""
    await page.get_by_role("button", name=action).click()
    dialog = page.get_by_role("dialog", name=question)
    await dialog.get_by_role("button", name=action).click()
    await expect(dialog).to_have_count(0)
