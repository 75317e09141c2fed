"""The seller's day: orders that come in, house seats, a sale that is cancelled, and the report of it all."""

import asyncio
import csv
import io
import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from test.web.browsing import click_seat, open_area
from test.web.conftest import Arrive, SignUp
from test.web.people import Person


async def test_the_sellers_day(
    arrive: Arrive, seller: Person, people: SignUp, buyer: Person
) -> None:
    event_id = await seller.create_event(timezone="Asia/Taipei")
    desk = f"/seller/event/{event_id}"
    visitor = await arrive(seller, desk)
    page = visitor.page
    mei = await people("buyer", "Chen Mei-ling")
    sold = await mei.buy(event_id, ["A-1-1-1", "A-1-1-2"])
    await buyer.buy(event_id, ["B-2-4-6"])
    await buyer.reserve(event_id, ["B-1-1-1"])

    # What is sold now comes over the stream, what was sold before from the report.
    await expect(_figure(page, "sold")).to_have_text("3")
    await expect(_figure(page, "reserved")).to_have_text("1")
    await expect(
        page.get_by_role("img", name=re.compile("^Seats sold .*: 3 sold now"))
    ).to_be_visible()
    await page.reload()
    await page.get_by_text("The chart's figures as a table").click()
    await expect(page.locator(".chart tbody tr").first.locator("td").last).to_have_text("3")
    all_of_it = page.get_by_role("row", name=re.compile("^All"))
    await expect(all_of_it).to_have_text(
        re.compile(r"^\s*All\s*3\s*1\s*0\s*92\s*96\s*NT\$4,900\s*$")
    )

    # House seats: two on the map, and the rest of an area.
    await page.get_by_role("link", name="House seats").click()
    await open_area(page, "A", 2)
    await click_seat(page, 1, 1)
    await click_seat(page, 1, 2)
    await page.get_by_role("button", name="Take 2 seats off sale").click()
    await expect(page.get_by_role("heading", name="2 house seats")).to_be_visible()
    await page.get_by_role("button", name="Take all 22 free seats here off sale").click()
    await expect(page.get_by_role("heading", name="24 house seats")).to_be_visible()
    await click_seat(page, 1, 1)
    await page.get_by_role("button", name="Put 1 seat back on sale").click()
    await expect(page.get_by_role("heading", name="23 house seats")).to_be_visible()
    area = page.get_by_role("listitem").filter(has_text="A-2 · row 1 · seats 2–6")
    await area.get_by_role("button", name="Put 23 seats back on sale").click()
    await expect(page.get_by_role("heading", name="0 house seats")).to_be_visible()
    # Meanwhile somebody buys what is picked.
    await click_seat(page, 1, 1)
    await buyer.buy(event_id, ["A-2-1-1"])
    visitor.expect_failures("409")
    await page.get_by_role("button", name="Take 1 seat off sale").click()
    await expect(page.get_by_role("alert")).to_be_visible()

    # Orders: searched, saved, one of them cancelled.
    await page.get_by_role("link", name="Orders").click()
    await expect(_orders(page)).to_have_count(4)
    await page.get_by_label("Search orders").fill("mei-ling")
    await expect(_orders(page)).to_have_count(1)
    order = _orders(page).first
    await expect(order).to_contain_text(sold[:8].upper())
    await expect(order).to_contain_text("A-1 · row 1 · seats 1–2")
    await page.reload()
    await expect(_orders(page)).to_have_count(1)
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Save as CSV").click()
    file = Path(await (await saved.value).path())
    text = await asyncio.to_thread(file.read_text, encoding="utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == 2
    await order.get_by_role("button", name=re.compile("^Cancel sale")).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("This cannot be undone.")
    await dialog.get_by_role("button", name="Keep the sale").click()
    await expect(dialog).to_have_count(0)
    await order.get_by_role("button", name=re.compile("^Cancel sale")).click()
    await dialog.get_by_label("Reason").fill("Asked for by phone")
    await dialog.get_by_role("button", name="Cancel the sale").click()
    await expect(dialog).to_have_count(0)
    await expect(order).to_contain_text("Cancelled")
    await expect(order).to_contain_text("Asked for by phone")
    await expect(order.get_by_role("button")).to_have_count(0)

    await page.get_by_role("link", name="Overview").click()
    await expect(_figure(page, "sold")).to_have_text("2")
    await expect(page.get_by_text("Cancelled: 1 order, 2 seats, NT$4,000.")).to_be_visible()


def _figure(page: Page, name: str) -> Locator:
    return page.locator(f'[data-figure="{name}"] dd')


def _orders(page: Page) -> Locator:
    return page.locator("tr.sale-row")
