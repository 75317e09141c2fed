"""A map that can be zoomed and moved by hand, and never traps the page."""

from typing import Any

from playwright.async_api import Page, expect

from test.support.waiting import eventually
from test.web.browsing import MAP, PHONE, Visitor, place_on_map
from test.web.conftest import Arrive
from test.web.people import Person, seating

GREAT = seating(*((chr(ord("A") + n), 5000 - 400 * n, 10) for n in range(10)), rows=20, cols=25)


async def test_the_wheel_scrolls_the_page_and_with_ctrl_it_zooms(
    arrive: Arrive, seller: Person
) -> None:
    event_id = await seller.create_event(seating_config=GREAT)
    visitor = await arrive(path=f"/event/{event_id}", reduced_motion="reduce")
    page = visitor.page
    place = await place_on_map(page, "E/5")
    await page.evaluate("scrollTo(0, 0)")
    await page.mouse.move(place["x"], 500)
    await page.mouse.wheel(0, 150)
    await eventually(lambda: scrolled(page, 150))

    where = await scroll_of(page)
    await page.keyboard.down("Control")
    for _ in range(12):
        await page.mouse.wheel(0, -60)
    await page.keyboard.up("Control")
    await expect(page.locator(MAP)).to_have_attribute("data-zoomed", "yes")
    assert await scroll_of(page) == where

    # Only what is in view is read, a few at a time: each area once.
    await expect(page.locator(MAP)).to_have_attribute("data-drawn", "seats")
    asked = [request for request in visitor.requests if request.endswith("/seats")]
    assert 0 < len(asked) == len(set(asked)) < 60

    # Zoomed in, the wheel still scrolls the page; a drag moves the house and not the page.
    await page.mouse.wheel(0, -150)
    await eventually(lambda: scrolled(page, where - 150))
    before = await place_on_map(page, "E/5")
    where = await scroll_of(page)
    box = await page.locator(MAP).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, max(box["y"], 0) + 100
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 80, y + 40, steps=4)
    await page.mouse.up()
    after = await place_on_map(page, "E/5")
    moved = round(after["x"] - before["x"]), round(after["y"] - before["y"])
    assert moved == (80, 40), (before, after)
    assert await scroll_of(page) == where

    # Buttons and keys lead back to the whole house.
    await page.get_by_role("button", name="The whole house").click()
    await expect(page.locator(MAP)).to_have_attribute("data-zoomed", "no")
    await page.keyboard.press("+")
    await expect(page.locator(MAP)).to_have_attribute("data-zoomed", "yes")


async def test_fingers_on_a_phone(arrive: Arrive, seller: Person) -> None:
    event_id = await seller.create_event(seating_config=GREAT)
    options: dict[str, Any] = {**PHONE, "reduced_motion": "reduce"}
    visitor = await arrive(path=f"/event/{event_id}", **options)
    page = visitor.page
    await place_on_map(page, "E/5")
    await page.evaluate("scrollTo(0, 0)")
    box = await page.locator(MAP).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, min(box["y"] + box["height"] / 2, 600)

    # All of the house in view: one finger scrolls the page, two zoom.
    await swipe(visitor, x, y, -200)
    await page.wait_for_function("scrollY > 60")
    await expect(page.locator(MAP)).to_have_attribute("data-zoomed", "no")
    await page.locator(MAP).scroll_into_view_if_needed()
    where = await scroll_of(page)
    box = await page.locator(MAP).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await pinch(visitor, x, y, 8)
    await expect(page.locator(MAP)).to_have_attribute("data-zoomed", "yes")
    assert await scroll_of(page) == where
    assert await page.evaluate("visualViewport.scale") == 1

    # Nearer, one finger moves the house; where it ends, the page goes on.
    before = await place_on_map(page, "E/5")
    await swipe(visitor, x, y, -60)
    after = await place_on_map(page, "E/5")
    assert after["y"] < before["y"] - 30, (before, after)
    assert await scroll_of(page) == where
    for _ in range(40):
        if await scroll_of(page) > where + 50:
            break
        await swipe(visitor, x, y, -200)
    assert await scroll_of(page) > where + 50


async def scroll_of(page: Page) -> float:
    return float(await page.evaluate("scrollY"))


async def scrolled(page: Page, to: float) -> bool:
    return abs(await scroll_of(page) - to) < 60


async def swipe(visitor: Visitor, x: float, y: float, down: float) -> None:
    """One finger, from a point, as the screen reports it."""
    await touch(visitor, [[(x, y + down * step / 10)] for step in range(11)])


async def pinch(visitor: Visitor, x: float, y: float, times: float) -> None:
    """Two fingers that go apart to so many times their distance."""
    halves = [15 * (1 + (times - 1) * step / 10) for step in range(11)]
    await touch(visitor, [[(x - half, y), (x + half, y)] for half in halves])


async def touch(visitor: Visitor, ways: list[list[tuple[float, float]]]) -> None:
    session = await visitor.context.new_cdp_session(visitor.page)
    # At the end the fingers stay for some frames, so that nothing goes on by its own speed.
    for step, points in enumerate([*ways, *([ways[-1]] * 8)]):
        await visitor.page.evaluate("new Promise(requestAnimationFrame)")
        fingers = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
        kind = "touchMove" if step else "touchStart"
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await session.detach()
