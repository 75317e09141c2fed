"""A browser as a test sees it: visitors, each with a profile of their own, who notice trouble."""

import re
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

from kit.waiting import TIMEOUT
from test.web.people import Person

TIMEOUT_MS = 1000 * TIMEOUT

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}

# What is announced stays in the document only until something else is.
NOTE_WHAT_IS_ANNOUNCED = """
window.announced = [];
new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) {
    if (target.id === "announcer") announced.push(...Array.from(addedNodes, (n) => n.textContent));
  }
}).observe(document, { childList: true, subtree: true });
"""

# And a way to hide the page.
COUNT_OPEN_STREAMS = """
window.openStreams = new Set();
window.EventSource = class extends EventSource {
  constructor(url) { super(url); openStreams.add(this); }
  close() { super.close(); openStreams.delete(this); }
};
window.setHidden = (hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
};
"""

_REPORT_POLICY_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""
_FAILED = "Failed to load resource"
MAP = "canvas.housemap__canvas"


class Visitor:
    """One person's browser. Everything the console reports as an error must be expected."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page
        self.requests: list[str] = []
        self._trouble: list[str] = []
        self._expected: list[str] = []

    @classmethod
    async def arrive(cls, browser: Browser, base_url: str, **options: Any) -> "Visitor":
        """Open a page of a fresh profile, in English unless the options say otherwise."""
        context = await browser.new_context(**{"locale": "en-US", "base_url": base_url, **options})
        context.set_default_timeout(TIMEOUT_MS)
        await context.add_init_script(_REPORT_POLICY_VIOLATIONS)
        visitor = cls(context, await context.new_page())
        context.on("page", visitor._listen)
        context.on("request", visitor._on_request)
        visitor._listen(visitor.page)
        return visitor

    async def become(self, person: Person) -> None:
        """Take over the session that this person has."""
        session = person.http.cookies["access_token"]
        url = str(person.http.base_url)
        await self.context.add_cookies([{"name": "access_token", "value": session, "url": url}])

    def expect_failures(self, *parts: str) -> None:
        """Failed requests whose console line contains one of these are part of the test."""
        self._expected.extend(parts)

    def expect_violation(self) -> None:
        """What the policy stops, and what fails because of that, is part of the test."""
        self._expected.append("")

    async def leave(self) -> None:
        await self.context.close()
        unexpected = [line for line in self._trouble if not self._was_expected(line)]
        assert not unexpected, "\n".join(unexpected)

    def _listen(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._trouble.append(f"uncaught: {error}"))
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._trouble.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _on_request(self, request: Request) -> None:
        self.requests.append(f"{request.method} {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self._trouble.append(f"{_FAILED}: {response.status} {response.url}")

    def _was_expected(self, line: str) -> bool:
        return any(part in line for part in self._expected) and (
            _FAILED in line or "" in self._expected
        )


def seat(page: Page, row: int, number: int) -> Locator:
    """A seat of the open area, as keyboard and screen reader have it."""
    return page.locator(f'td[data-row="{row}"][data-seat="{number}"]')


async def expect_seat(page: Page, row: int, number: int, state: str) -> None:
    """Wait until the seat says that it is in this state."""
    told = re.compile(rf"^Row {row}, seat {number}, .*, {state}$")
    await expect(seat(page, row, number)).to_have_accessible_name(told)


async def open_area(page: Page, section: str, number: int) -> None:
    """Open an area of the house by its link, which stands beside the map."""
    link = page.get_by_role("link", name=re.compile(f"^Section {section}(, area {number})?:"))
    await link.press("Enter")
    await expect(link).to_have_attribute("aria-current", "true")


async def leave_area(page: Page) -> None:
    """Go back to the whole house; the focus goes to its heading a moment after the click."""
    await page.get_by_role("link", name="All areas").click()
    await expect(page.locator("#venue-title")).to_be_focused()


async def place_on_map(
    page: Page, area: str, row: int | None = None, number: int | None = None
) -> dict[str, float]:
    """Where the middle of an area (`A/1`), or a seat of it, is in the window once the map is at rest."""
    await page.locator(MAP).scroll_into_view_if_needed()
    found = await page.wait_for_function(
        f"([area, row, seat]) => document.querySelector('{MAP}').placeOf(area, row, seat)",
        arg=[area, *((row, number) if row else ())],
    )
    place: dict[str, float] = await found.json_value()
    return place


async def click_seat(page: Page, row: int, number: int, *, touch: bool = False) -> None:
    """Click a seat of the open area where the map has drawn it."""
    area = page.locator("a.area[aria-current]")
    await expect(seat(page, row, number)).to_be_attached()
    key = await area.get_attribute("data-key")
    assert key
    place = await place_on_map(page, key, row, number)
    press = page.touchscreen.tap if touch else page.mouse.click
    await press(place["x"], place["y"])


def panel(page: Page) -> Locator:
    """The buyer's side of an event's page."""
    return page.get_by_role("complementary", name="Your seats")
