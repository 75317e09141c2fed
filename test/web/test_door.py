"""The door: a code that is read or typed gets a clear yes or no, and only once a yes."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from test.web.browsing import PHONE
from test.web.conftest import Arrive, Library
from test.web.people import Person

SEAT = {"section": "A", "subsection": 1, "row": 1, "seat": 1}

# Chromium on Linux has no BarcodeDetector. This one looks at what the camera really shows, and then
# "reads" what the test holds before it.
STAND_IN = """
globalThis.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
  async detect(video) {
    if (!video.videoWidth) return [];
    window.looked = (window.looked ?? 0) + 1;
    return window.inView ? [{ rawValue: window.inView }] : [];
  }
};
"""
# Chromium's shell without a window has no camera, not even a fake one.
CAMERA = """
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d");
  let frames = 0;
  setInterval(() => {
    drawing.fillStyle = frames++ % 2 ? "black" : "white";
    drawing.fillRect(0, 0, canvas.width, canvas.height);
  }, 20);
  return canvas.captureStream();
};
"""
NO_CAMERA = """
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
"""
# A yes goes by itself, so what was shown is noted.
NOTE_ANSWERS = """
window.answers = [];
new MutationObserver(() => {
  const shown = document.querySelector(".answer");
  if (shown) answers.push([shown.dataset.signal, shown.textContent]);
}).observe(document, { childList: true, subtree: true });
"""

NOTE_SIGNALS = """
window.tones = [];
window.buzzes = [];
navigator.vibrate = (pattern) => buzzes.push(pattern);
const { start } = OscillatorNode.prototype;
OscillatorNode.prototype.start = function (...when) {
  tones.push(this.frequency.value);
  start.apply(this, when);
};
"""

LOOK_AGAIN = """async () => {
  const until = (window.looked ?? 0) + 3;
  while ((window.looked ?? 0) < until) await new Promise(requestAnimationFrame);
}"""


async def scan(page: Page, code: str) -> None:
    """Type a code as a scanner does that is attached to the machine."""
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")


def answer(page: Page) -> Locator:
    return page.get_by_role("alert")


async def in_counts(page: Page, told: str) -> None:
    await expect(page.locator(".door__counts")).to_have_text(re.compile(rf"^\s*{told}$"))


async def test_of_two_doors_one_lets_in(arrive: Arrive, seller: Person, buyer: Person) -> None:
    event_id = await seller.create_event(timezone="Asia/Taipei")
    first, second = await buyer.codes(await buyer.buy(event_id, ["A-1-1-1", "A-1-1-2"]))
    doors = [await arrive(seller) for _ in range(2)]
    pages = [door.page for door in doors]
    for door in doors:
        door.expect_failures("409", "404", "ERR_FAILED")
        await door.page.add_init_script(NOTE_ANSWERS)
        await door.page.goto(f"/seller/event/{event_id}/door")
        await in_counts(door.page, "0of 2 in")
        await expect(door.page.get_by_label("Ticket code")).to_be_focused()

    # The same ticket in the same second, in the spellings that people type.
    await asyncio.gather(scan(pages[0], first), scan(pages[1], first.lower().replace("-", " ")))
    for page in pages:
        await expect(page.locator(".scan")).to_contain_text("Section A, area 1 · row 1 · seat 1")
    told = [(await page.evaluate("answers"))[-1] for page in pages]
    assert sorted(signal for signal, _ in told) == ["no", "yes"]
    late, lucky = (pages[[signal for signal, _ in told].index(it)] for it in ("no", "yes"))
    await expect(answer(late)).to_contain_text(re.compile(r"Already in at \d+:\d\d"))
    assert "Welcome" in dict(told)["yes"]
    await expect(lucky.locator(".scan")).to_contain_text([buyer.name])
    # A yes goes by itself. A no stays, and the next code takes its place.
    await expect(answer(lucky)).to_have_count(0)
    for page in pages:
        await in_counts(page, "1of 2 in")

    # No answer is neither a no nor a yes.
    await late.route("**/check_in", lambda route: _lose(route, late))
    await scan(late, second)
    await expect(answer(late)).to_contain_text("Not known")
    await expect(late.locator(".answer")).to_have_attribute("data-signal", "unknown")
    await late.unroute("**/check_in")
    await expect(late.get_by_label("Ticket code")).to_have_value("")
    # That answer was lost on the way back, and the ticket was taken: the door says so.
    await scan(late, second)
    await expect(answer(late)).to_contain_text(re.compile(r"In at .*, just now"))
    await scan(late, "0000-0000-0000-0000")
    await expect(answer(late)).to_contain_text("Not valid")
    await late.keyboard.press("Escape")
    await expect(answer(late)).to_have_count(0)
    await expect(late.locator(".scan")).to_have_count(4)
    await in_counts(lucky, "2of 2 in")


async def _lose(route: Route, page: Page) -> None:
    """The service does what was asked; its answer never comes."""
    if route.request.method == "POST":
        await route.fetch()
        await route.abort()
    else:
        await route.continue_()


async def test_a_ticket_held_before_the_camera_is_asked_about_once(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event()
    first, second = await buyer.codes(await buyer.buy(event_id, ["A-1-1-1", "A-1-1-2"]))
    visitor = await arrive(seller, **PHONE)
    page = visitor.page
    await page.add_init_script(CAMERA)
    await page.add_init_script(STAND_IN)
    await page.add_init_script(NOTE_SIGNALS)
    await page.goto(f"/seller/event/{event_id}/door")
    await page.get_by_role("button", name="Use the camera").tap()
    await page.evaluate(LOOK_AGAIN)
    # On a phone nothing opens the keyboard.
    await expect(page.get_by_label("Ticket code")).not_to_be_focused()

    await page.evaluate("code => { window.inView = code; }", first)
    await expect(page.locator(".scan")).to_have_count(1)
    assert await page.evaluate("[tones, buzzes]") == [[660, 990], [[90]]]
    await page.evaluate(LOOK_AGAIN)
    await page.get_by_role("switch", name="Sound").uncheck()
    await page.evaluate("code => { window.inView = code; }", second)
    await expect(page.locator(".scan").first).to_contain_text("seat 2")
    # A no feels otherwise; with the switch off nothing sounds.
    visitor.expect_failures("404")
    await page.evaluate("window.inView = '0000-0000-0000-0000'")
    await expect(answer(page)).to_contain_text("Not valid")
    assert await page.evaluate("[tones, buzzes.at(-1)]") == [[660, 990], [220, 90, 220]]
    await page.get_by_role("button", name="Next").tap()
    asked = [r for r in visitor.requests if r.startswith("POST") and r.endswith("/check_in")]
    assert len(asked) == 3
    await page.get_by_role("button", name="Stop the camera").tap()
    await expect(page.locator("video")).to_have_count(0)


async def test_a_camera_that_may_not_be_used_leaves_the_field(
    arrive: Arrive, seller: Person
) -> None:
    event_id = await seller.create_event()
    page = (await arrive(seller)).page
    await page.add_init_script(NO_CAMERA)
    await page.add_init_script(STAND_IN)
    await page.goto(f"/seller/event/{event_id}/door")
    await page.get_by_role("button", name="Use the camera").click()
    await expect(page.get_by_role("alert")).to_contain_text("The camera may not be used.")
    await expect(page.get_by_label("Ticket code")).to_be_editable()


@pytest.mark.parametrize(
    ("seen", "new"),
    [
        ([("AB12", 0)], [True]),
        ([("AB12", 0), ("ab-1 2", 4_000), ("AB12", 8_000)], [True, False, False]),
        ([("AB12", 0), ("AB12", 6_000)], [True, True]),
        ([("AB12", 0), ("CD34", 100), ("AB12", 200)], [True, True, False]),
        ([("O0IL1", 0), ("00111", 100)], [True, False]),
    ],
)
async def test_a_code_is_new_when_it_was_away_for_a_while(
    library: Library, seen: list[tuple[str, int]], new: list[bool]
) -> None:
    found = await library(
        "model/door",
        "((codes) => a.map(([text, now]) => codes.isNew(text, now)))(new m.SeenCodes())",
        seen,
    )
    assert found == new


@pytest.mark.parametrize(
    ("problem", "unanswered", "told"),
    [
        ({"kind": "no-such-ticket", "status": 404}, None, "no"),
        ({"kind": "invalid-input", "status": 400}, None, "no"),
        ({"kind": "event-not-found", "status": 404}, None, "unknown"),
        ({"status": 0}, None, "unknown"),
        ({"kind": "store-unavailable", "status": 503}, None, "unknown"),
        ({"kind": "not-signed-in", "status": 401}, None, "unknown"),
        ({"kind": "already-checked-in", "status": 409}, None, "used"),
        ({"kind": "already-checked-in", "status": 409}, [9_000, 16_000], "own"),
        ({"kind": "already-checked-in", "status": 409}, [60_000, 66_000], "used"),
    ],
)
async def test_only_the_services_word_is_a_no(
    library: Library, problem: dict[str, Any], unanswered: list[int] | None, told: str
) -> None:
    body = {"seat": SEAT, "checked_in_at": "1970-01-01T00:00:10Z"}
    span = unanswered and dict(zip(("from", "to"), unanswered, strict=True))
    found = await library(
        "model/door", "m.turnedAway(a, b ?? undefined).answer", {**problem, "body": body}, span
    )
    assert found == told
