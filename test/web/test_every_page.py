"""What holds on every page: no barrier that axe can find, nothing wider than a phone, no key missing."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Page, expect

from test.support.service import ServiceProcess
from test.web.browsing import MAP, PHONE, click_seat, place_on_map
from test.web.conftest import Arrive, SignUp
from test.web.people import Person, seating, signing_up

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
# A text that is missing shows its key, such as `order.title`; a missing value shows these words.
HOLE = re.compile(r"\b(?:undefined|null|NaN)\b|\b[a-z]+\.[a-z]+[A-Z]\w+|\{\w+\}")

# Until what watches its size has drawn itself again.
NEXT_FRAMES = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"

# Of the phone.
WIDTH = 360
NOWHERE = "/nowhere"

Scene = dict[str, tuple[Person | None, str]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(server_process: ServiceProcess) -> AsyncIterator[Scene]:
    """Every page by name, for whom and where, with something of every kind on it. No test changes it."""
    async with signing_up(server_process) as people:
        yield await set_scene(await people("seller", "Seller Sue"), people)


async def set_scene(seller: Person, people: SignUp) -> Scene:
    buyer = await people("buyer", "Buyer Bao")
    # Nobody takes connections there, so what is sent is tried again and again.
    webhook = await seller.add_webhook(f"http://127.0.0.1:1/{'long/' * 40}")
    await seller.add_webhook("https://example.invalid/in", types=["ticket.checked_in"])
    event_id = await seller.create_event(
        "A Rather Long Name for a Concert That Nobody Would Shorten",
        seating_config=seating(("Balcony Left", 12000, 12), ("B", 900, 4), rows=5, cols=14),
    )
    bought = await buyer.buy(event_id, ["B-1-1-1"])
    held = await buyer.reserve(event_id, ["B-1-1-3", "B-1-1-4"])
    await buyer.reserve(event_id, ["B-1-1-6"])
    await buyer.let_go(await buyer.reserve(event_id, ["B-1-2-1"]))
    to_cancel = await seller.create_event(
        "名字比票還要長的一場音樂會" * 5,
        starts_at="2097-06-01T11:30:00Z",
        timezone="Asia/Taipei",
        seating_config=seating(("A-Section-With-32-Letters-In-It.", 900, 1), rows=2),
    )
    seats = [f"A-Section-With-32-Letters-In-It.-1-1-{number}" for number in (1, 2)]
    cancelled = await buyer.buy(to_cancel, seats[:1])
    await seller.cancel(cancelled, "The house is closed for a week: " + "so" + "o" * 300)
    dated = await buyer.buy(to_cancel, seats[1:])
    await seller.check_in(to_cancel, (await buyer.codes(dated))[0])
    closed = await seller.create_event("Over before it began", is_active=False)
    await seller.change_event(closed, status="ended")
    line = {"per_minute": 6_000, "pass_seconds": 3_600}
    to_come = await seller.create_event(admission=line, sale_opens_at="2097-05-01T04:00:00Z")
    await buyer.join_line(to_come)
    full = await seller.create_event(admission={**line, "max_active": 1})
    await (await people("buyer")).join_line(full)
    await buyer.join_line(full)
    admitting = await seller.create_event(admission=line)
    await buyer.join_line(admitting)
    return {
        "home": (None, "/"),
        "event": (None, f"/event/{event_id}"),
        "not found": (None, NOWHERE),
        "sign-in": (None, "/sign-in"),
        "sign-up": (None, "/sign-up"),
        "sign-in needed": (None, "/reservations"),
        "reservations": (buyer, "/reservations"),
        "order": (buyer, f"/order/{bought}"),
        "order, held": (buyer, f"/order/{held}"),
        "order, cancelled": (buyer, f"/order/{cancelled}"),
        "ticket, used": (buyer, f"/order/{dated}#ticket-1"),
        "line of an event": (None, f"/event/{to_come}"),
        "line of an event, waiting": (buyer, f"/event/{full}"),
        "line to join": (None, f"/event/{to_come}/line"),
        "line before the opening": (buyer, f"/event/{to_come}/line"),
        "line": (buyer, f"/event/{full}/line"),
        "pass": (buyer, f"/event/{admitting}#A/1"),
        "area": (buyer, f"/event/{event_id}#B/1"),
        "seller": (seller, "/seller"),
        "new event": (seller, "/seller/new"),
        "webhooks": (seller, "/seller/webhooks"),
        "new webhook": (seller, "/seller/webhooks/new"),
        "webhook": (seller, f"/seller/webhooks/{webhook}"),
        "edit": (seller, f"/seller/event/{to_come}/edit"),
        "orders": (seller, f"/seller/event/{event_id}/orders"),
        "house seats": (seller, f"/seller/event/{event_id}/seats#B/1"),
        "door": (seller, f"/seller/event/{event_id}/door"),
        "live sales": (seller, f"/seller/event/{event_id}#B/1"),
    }


async def visit(arrive: Arrive, scene: Scene, **options: Any) -> AsyncIterator[tuple[str, Page]]:
    """Go to every page and wait until it has drawn all that it draws by itself."""
    visitors = {}
    for name, (person, path) in scene.items():
        if person not in visitors:
            visitors[person] = await arrive(person, **options)
            visitors[person].expect_failures(NOWHERE)
        page = visitors[person].page
        await page.goto(path)
        await expect(page.locator("h1, .nothing__title").first).to_be_visible()
        await expect(page.locator(".loading")).to_have_count(0)
        await expect(page.locator(".who")).to_have_count(0 if person is None else 1)
        yield name, page


async def barriers(page: Page, **options: Any) -> list[str]:
    """What axe finds, best practices too: names of landmarks, the order of headings, empty headers."""
    await page.evaluate(AXE)
    found = await page.evaluate(
        "options => axe.run(document, { resultTypes: ['violations'], ...options })", options
    )
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


async def misfits(page: Page) -> list[str]:
    """What a phone would have to be wider for, and texts that are missing."""
    width = await page.evaluate("document.documentElement.scrollWidth")
    holes = HOLE.findall(await page.locator("body").inner_text())
    return [*([] if width == WIDTH else [f"{width} px wide"]), *map(str, holes)]


async def test_axe_finds_no_barrier_in_the_light_and_all_fits_a_narrow_window(
    arrive: Arrive, scene: Scene
) -> None:
    options = {"color_scheme": "light", "locale": "en-US", "reduced_motion": "reduce"}
    found = {}
    async for name, page in visit(arrive, scene, **options):
        wide = page.viewport_size
        assert wide is not None
        found[name] = await barriers(page)
        await page.set_viewport_size({**wide, "width": WIDTH})
        await page.evaluate(NEXT_FRAMES)
        found[name] += await misfits(page)
        await page.set_viewport_size(wide)
    assert not {name: wrong for name, wrong in found.items() if wrong}


async def test_axe_finds_no_barrier_on_a_phone_in_the_dark_and_all_fits(
    arrive: Arrive, scene: Scene
) -> None:
    options = {**PHONE, "color_scheme": "dark", "locale": "zh-TW", "reduced_motion": "reduce"}
    found = {}
    async for name, page in visit(arrive, scene, **options):
        found[name] = [*await misfits(page), *await barriers(page)]
    assert not {name: wrong for name, wrong in found.items() if wrong}


async def barriers_in_both_themes(page: Page) -> list[str]:
    """What axe finds in the light; what the dark changes is the colours."""
    light = await barriers(page)
    await page.emulate_media(color_scheme="dark")
    dark = await barriers(page, runOnly=["color-contrast"])
    await page.emulate_media(color_scheme="light")
    return [*light, *dark]


async def test_axe_finds_no_barrier_in_what_opens(arrive: Arrive, scene: Scene) -> None:
    options = {"color_scheme": "light", "reduced_motion": "reduce"}
    seller, path = scene["live sales"]
    visitor = await arrive(seller, path, **options)
    visitor.expect_failures("404")
    page = visitor.page
    await page.get_by_role("button", name="End sale").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert not await barriers_in_both_themes(page)

    await page.goto(scene["new event"][1])
    await page.get_by_role("button", name="Create event").click()
    await expect(page.locator("[aria-invalid]").first).to_be_visible()
    assert not await barriers_in_both_themes(page)

    await page.goto(scene["new webhook"][1])
    await page.get_by_role("button", name="Tick none").click()
    await page.get_by_role("button", name="Add webhook").click()
    await expect(page.get_by_text("Tick at least one.")).to_be_visible()
    assert not await barriers_in_both_themes(page)

    await page.goto(scene["orders"][1])
    await page.get_by_role("button", name=re.compile("^Cancel sale")).first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert not await barriers_in_both_themes(page)

    await page.goto(scene["door"][1])
    await page.get_by_label("Ticket code").fill("0000-0000-0000-0000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    assert not await barriers_in_both_themes(page)

    buyer, path = scene["area"]
    page = (await arrive(buyer, path, **options)).page
    await click_seat(page, 3, 3)
    await expect(page.get_by_role("button", name="Reserve")).to_be_visible()
    assert not await barriers_in_both_themes(page)

    await page.goto(scene["line"][1])
    await page.get_by_text("How this is fair").click()
    await page.get_by_role("button", name="Check it in this browser").click()
    await expect(page.locator(".checks li")).to_have_count(3)
    assert not await barriers_in_both_themes(page)


async def test_a_buyer_with_a_phone(arrive: Arrive, seller: Person, buyer: Person) -> None:
    event_id = await seller.create_event(seating_config=seating(("A", 100, 3), rows=20, cols=30))
    page = (await arrive(buyer, f"/event/{event_id}", device_scale_factor=3, **PHONE)).page
    place = await place_on_map(page, "A/3")
    sharp = "({ width, clientWidth }) => width === 3 * clientWidth"
    assert await page.locator(MAP).evaluate(sharp), "a dot of the map for each of the screen"
    await page.touchscreen.tap(place["x"], place["y"])
    await expect(page).to_have_url(re.compile("#A/3$"))
    place = await place_on_map(page, "A/3", 1, 15)
    assert place["size"] >= 24
    await click_seat(page, 1, 15, touch=True)
    reserve = page.get_by_role("button", name="Reserve")
    await expect(reserve).to_be_in_viewport(ratio=1)
    await reserve.tap()
    await expect(page.get_by_role("timer")).to_be_in_viewport()
