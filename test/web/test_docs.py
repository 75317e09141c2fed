"""The page on which the API can be read and tried out."""

from playwright.async_api import Locator, Page, expect

from test.support.described import described_api
from test.web.conftest import Arrive
from test.web.people import Person


async def test_lists_every_operation_and_executes_them_with_the_session_of_the_browser(
    arrive: Arrive, seller: Person, base_url: str
) -> None:
    """A violation of the policy, as any error on the console, fails this when the visitor leaves."""
    event_id = await seller.create_event("Docs Live")
    visitor = await arrive(seller, "/docs")
    page = visitor.page

    described = [
        operation["operationId"]
        for item in described_api()["paths"].values()
        for operation in item.values()
    ]
    operations = page.locator(".opblock")
    await expect(operations).to_have_count(len(described))
    shown = await operations.evaluate_all("all => all.map(({ id }) => id.split('-').at(-1))")
    assert sorted(shown) == sorted(described)
    # The style sheet is in force.
    await expect(page.locator(".opblock-get .opblock-summary-method").first).to_have_css(
        "background-color", "rgb(97, 175, 254)"
    )

    listing = operation(page, "listEvents")
    await listing.locator(".opblock-summary-control").click()
    answer = await execute(listing)
    await expect(answer).to_contain_text('"Docs Live"')

    change = operation(page, "updateEvent")
    await change.locator(".opblock-summary-control").click()
    await change.get_by_placeholder("event_id").fill(str(event_id))
    answer = await execute(change)
    await expect(answer).to_contain_text('"Taipei Music Center"')

    assert [each for each in visitor.requests if base_url not in each] == []


def operation(page: Page, name: str) -> Locator:
    return page.locator(f"[id$='-{name}']")


async def execute(operation: Locator) -> Locator:
    """The answer of the server, which is 200."""
    await operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response").first
    await expect(answer.locator(".response-col_status")).to_contain_text("200")
    return answer
