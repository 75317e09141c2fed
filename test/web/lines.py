"""Waiting lines as the tests of the pages set them up."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import Locator, Page

from test.web.people import Person

LATER = "2097-05-01T04:00:00Z"
NOT_IN_LINE = "404"  # which is how the service says so, and a console tells it


def terms(**others: int) -> dict[str, int]:
    """Of a line that lets people in at once; `max_active` holds it up."""
    return {"per_minute": 6_000, "pass_seconds": 3_600, **others}


async def open_now(seller: Person, event_id: int) -> None:
    at = datetime.now(UTC) - timedelta(seconds=1)
    await seller.change_event(event_id, sale_opens_at=at.isoformat())


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name, exact=True)


async def join(page: Page) -> None:
    await page.get_by_role("button", name="Join the line").click()
