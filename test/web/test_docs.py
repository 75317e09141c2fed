"""The page on which the API can be read and tried out."""

from playwright.async_api import expect

from test.support.described import described_api
from test.web.conftest import Arrive
from test.web.people import Person


async def test_lists_every_operation_and_asks_no_other_host(arrive: Arrive, base_url: str) -> None:
    visitor = await arrive(path="/docs")
    page = visitor.page

    operations = page.locator(".opblock")
    described = [
        operation["operationId"]
        for item in described_api()["paths"].values()
        for operation in item.values()
    ]
    await expect(operations).to_have_count(len(described))
    for name in described:
        await expect(page.locator(f"[id$='-{name}']")).to_have_count(1)
    assert [each for each in visitor.requests if base_url not in each] == []
    # Style sheets in force, and icons in them: the policy lets both in.
    await expect(page.locator(".opblock-get .opblock-summary-method").first).to_have_css(
        "background-color", "rgb(97, 175, 254)"
    )


async def test_executes_operations_with_the_session_of_the_browser(
    arrive: Arrive, seller: Person
) -> None:
    event_id = await seller.create_event("Docs Live")
    page = (await arrive(seller, "/docs")).page

    listing = page.locator("[id$='-listEvents']")
    await listing.locator(".opblock-summary-control").click()
    await listing.get_by_role("button", name="Try it out").click()
    await listing.get_by_role("button", name="Execute").click()
    answer = listing.locator(".live-responses-table .response").first
    await expect(answer.locator(".response-col_status")).to_contain_text("200")
    await expect(answer).to_contain_text('"Docs Live"')

    change = page.locator("[id$='-updateEvent']")
    await change.locator(".opblock-summary-control").click()
    await change.get_by_role("button", name="Try it out").click()
    await change.get_by_placeholder("event_id").fill(str(event_id))
    await change.get_by_role("button", name="Execute").click()
    answer = change.locator(".live-responses-table .response").first
    await expect(answer.locator(".response-col_status")).to_contain_text("200")
    await expect(answer).to_contain_text('"Taipei Music Center"')
