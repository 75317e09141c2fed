"""What a seller does: make an event, follow its sales, and close it."""

import re

from playwright.async_api import Locator, Page, expect

from test.web.browsing import click_seat, open_area
from test.web.conftest import Arrive
from test.web.people import Person


async def test_an_event_from_the_form_to_its_end(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    visitor = await arrive(seller, "/seller")
    page = visitor.page
    await expect(page.get_by_role("main")).to_contain_text("You have no events yet.")
    await page.get_by_role("link", name="New event").click()

    # The preview follows what is typed.
    await page.get_by_label("Name", exact=True).fill("Opening Night")
    await page.get_by_label("Venue").fill("Taipei Arena")
    await page.get_by_label("Description").fill("The first of many.")
    await page.get_by_label("Rows in an area").fill("5")
    await page.get_by_label("Seats in a row").fill("10")
    first = page.get_by_role("group", name="Section 1")
    await first.get_by_label("Section name").fill("A/B")
    await first.get_by_label("Price").fill("2000")
    await first.get_by_label("Areas").fill("2")
    await page.get_by_role("button", name="Add a section").click()
    second = page.get_by_role("group", name="Section 2")
    await second.get_by_label("Price").fill("500")
    preview = page.get_by_role("complementary", name="Preview")
    await expect(preview).to_contain_text("150")
    await expect(preview).to_contain_text("NT$225,000")
    await expect(preview.get_by_role("img", name="Seat map with 150 seats")).to_be_visible()

    # Times are those of the event's own place, also where the clocks change.
    await page.get_by_label("Time zone").select_option("Europe/Berlin")
    await page.get_by_label("Sale opens").fill("2020-10-25T02:30")
    await page.get_by_role("radio", name="The second (UTC+01:00)").check()
    starts = page.get_by_label("Event starts")
    await starts.fill("2097-03-31T02:30")
    await page.get_by_role("button", name="Create event").click()
    await expect(starts).to_be_focused()
    await expect(starts).to_have_accessible_description(re.compile("does not exist.*03:30"))
    await starts.fill("2097-03-31T20:00")

    # What the service finds wrong stands beside its field.
    visitor.expect_failures("400")
    await page.get_by_role("button", name="Create event").click()
    name = first.get_by_label("Section name")
    await expect(name).to_be_focused()
    await expect(name).to_have_attribute("aria-invalid", "true")
    await expect(name).to_have_accessible_description(re.compile("/"))
    await name.fill("Stalls")
    await page.get_by_label("Publish at once").uncheck()
    await page.get_by_role("button", name="Create event").click()

    await page.wait_for_url(re.compile(r"/seller/event/\d+$"))
    event_id = int(page.url.rsplit("/", 1)[1])
    await expect(page.get_by_role("heading", level=1)).to_have_text("Opening Night")
    event = await seller.event(event_id)
    assert event["sale_opens_at"] == "2020-10-25T01:30:00Z"
    assert (event["starts_at"], event["timezone"]) == ("2097-03-31T18:00:00Z", "Europe/Berlin")
    await expect(page.get_by_text("Hidden", exact=True)).to_be_visible()
    await _do(page, "Publish", "Publish “Opening Night”?")
    await expect(page.get_by_text("Hidden", exact=True)).to_have_count(0)

    await buyer.buy(event_id, ["Stalls-1-1-1", "Stalls-1-1-2"])
    await buyer.reserve(event_id, ["A-1-1-1"])
    await expect(_figure(page, "sold")).to_have_text("2")
    await expect(_figure(page, "reserved")).to_have_text("1")
    await expect(_figure(page, "left")).to_have_text("147")
    await expect(_figure(page, "revenue")).to_have_text("NT$4,000")
    await expect(
        page.get_by_role("link", name=re.compile("^Section Stalls(, area 1)?: 2 sold"))
    ).to_be_attached()
    await open_area(page, "Stalls", 1)
    await expect(page.get_by_role("gridcell", name=re.compile("sold$"))).to_have_count(2)

    await page.get_by_role("link", name="All my events").click()
    show = page.get_by_role("row").filter(has_text="Opening Night")
    await expect(show.locator('[data-figure="sold"]')).to_have_text("2 of 150")
    await buyer.buy(event_id, ["Stalls-2-1-1"])
    await expect(show.locator('[data-figure="sold"]')).to_have_text("3 of 150")
    await show.get_by_role("link", name="Opening Night").click()
    await _do(page, "Hide", "Hide “Opening Night”?")
    await expect(page.get_by_text("Hidden", exact=True)).to_be_visible()
    await _do(page, "Complete", "Complete “Opening Night”?")
    await expect(page.get_by_text("Completed", exact=True)).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("button", name="End sale")).to_have_count(0)


async def test_events_are_searched_and_sorted(arrive: Arrive, seller: Person) -> None:
    await seller.create_event("Late Brass", starts_at="2097-06-02T12:00:00Z")
    await seller.create_event("Early Brass", starts_at="2097-06-01T12:00:00Z")
    await seller.create_event("Past Brass", starts_at="2020-06-01T12:00:00Z", is_active=False)
    await seller.create_event("Strings", sale_opens_at="2097-05-01T12:00:00Z")
    page = (await arrive(seller, "/seller")).page
    names = page.get_by_role("rowheader").get_by_role("link")
    await expect(names).to_have_text(["Strings", "Past Brass", "Early Brass", "Late Brass"])
    states = page.locator(".show .status")
    await expect(states).to_have_text(["Coming", "Hidden", "On sale", "On sale"])

    await page.get_by_label("Search my events").fill("brass")
    await expect(names).to_have_text(["Past Brass", "Early Brass", "Late Brass"])
    await page.get_by_label("Show").select_option("soonest")
    await expect(names).to_have_text(["Early Brass", "Late Brass"])
    await page.reload()
    await expect(names).to_have_text(["Early Brass", "Late Brass"])
    await page.get_by_label("Search my events").fill("nothing like it")
    await expect(page.get_by_text("No event fits this search.")).to_be_visible()


async def test_a_copy_has_everything_but_the_dates(arrive: Arrive, seller: Person) -> None:
    admission = {"per_minute": 7, "max_active": 40, "pass_seconds": 90}
    original = await seller.create_event(
        "Opening Night",
        starts_at="2097-03-31T18:00:00Z",
        timezone="Europe/Berlin",
        admission=admission,
    )
    page = (await arrive(seller, f"/seller/new?copy={original}")).page
    await expect(page.get_by_role("heading", level=1)).to_have_text("Copy of “Opening Night”")
    await expect(page.get_by_label("Event starts")).to_have_value("")
    await expect(page.get_by_label("Minutes to choose seats")).to_have_value("1:30")
    await page.get_by_label("Name", exact=True).fill("Second Night")
    await page.get_by_label("Event starts").fill("2097-04-01T20:00")
    await page.get_by_role("button", name="Create event").click()

    await page.wait_for_url(re.compile(r"/seller/event/\d+$"))
    before = await seller.event(original)
    copy = await seller.event(int(page.url.rsplit("/", 1)[1]))
    assert (copy["name"], copy["starts_at"]) == ("Second Night", "2097-04-01T18:00:00Z")
    for field in ("description", "venue_name", "seating_config", "timezone", "admission"):
        assert copy[field] == before[field], field


async def test_two_who_edit_an_event_do_not_overwrite_each_other(
    arrive: Arrive, seller: Person
) -> None:
    event_id = await seller.create_event("Moonlit Strings")
    path = f"/seller/event/{event_id}/edit"
    one, other = await arrive(seller, path), await arrive(seller, path)
    await other.page.get_by_label("Name", exact=True).fill("Moonlit Brass")
    await other.page.get_by_label("Description").fill("A night of brass.")
    await one.page.get_by_label("Name", exact=True).fill("Moonlit Strings and Songs")
    await one.page.get_by_label("Venue").fill("Taipei Music Center")
    await one.page.get_by_label("Let buyers in one after the other").check()
    await one.page.get_by_role("button", name="Save").click()
    await one.page.wait_for_url(f"**/seller/event/{event_id}")

    # Who comes second sees what was saved, and what they typed is still there.
    other.expect_failures("412")
    await other.page.get_by_role("button", name="Save").click()
    notice = other.page.locator("#meanwhile")
    await expect(notice).to_be_focused()
    await expect(notice).to_contain_text("Somebody else saved this event")
    name = other.page.get_by_label("Name", exact=True)
    await expect(name).to_have_value("Moonlit Brass")
    await expect(name).to_have_accessible_description(
        "Saved by somebody else: Moonlit Strings and Songs"
    )
    await expect(other.page.get_by_label("Venue")).to_have_value("Taipei Music Center")
    await expect(other.page.get_by_label("Minutes to choose seats")).to_have_value("10")
    await other.page.get_by_role("button", name="Save").click()
    await other.page.wait_for_url(f"**/seller/event/{event_id}")

    event = await seller.event(event_id)
    told = [event[field] for field in ("name", "description", "venue_name")]
    assert told == ["Moonlit Brass", "A night of brass.", "Taipei Music Center"]
    assert event["admission"] == {"per_minute": 10, "pass_seconds": 600}


async def test_the_sale_is_ended_only_when_the_question_is_answered(
    arrive: Arrive, seller: Person
) -> None:
    event_id = await seller.create_event("Short Run")
    page = (await arrive(seller, f"/seller/event/{event_id}")).page
    end = page.get_by_role("button", name="End sale")
    await end.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("This cannot be undone.")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(end).to_be_focused()
    await expect(page.get_by_text("On sale", exact=True)).to_be_visible()

    await _do(page, "End sale", "End the sale of “Short Run”?")
    await expect(page.get_by_text("Ended", exact=True)).to_be_visible()
    await expect(page.get_by_text("Sale closed", exact=True)).to_be_visible()


async def test_what_is_plainly_wrong_is_said_without_asking_the_service(
    arrive: Arrive, seller: Person
) -> None:
    visitor = await arrive(seller, "/seller/new")
    page = visitor.page
    await page.get_by_label("Rows in an area").fill("ten")
    await page.get_by_role("button", name="Add a section").click()
    await page.get_by_role("group", name="Section 2").get_by_label("Section name").fill("A")
    await page.get_by_role("button", name="Create event").click()
    await expect(page.get_by_text("Please correct 5 fields.", exact=True).first).to_be_visible()
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await expect(page.get_by_label("Rows in an area")).to_have_accessible_description(
        "A whole number, 1 or more."
    )
    await expect(page.get_by_text("Another section has this name.")).to_be_visible()
    assert not [request for request in visitor.requests if request.startswith("POST")]


async def test_a_seller_sees_sold_out_by_itself(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event(
        seating_config={
            "rows": 1,
            "cols": 2,
            "sections": [{"name": "A", "price": 1, "subsections": 1}],
        }
    )
    page = (await arrive(seller, f"/seller/event/{event_id}")).page
    await expect(page.get_by_text("On sale", exact=True)).to_be_visible()
    await buyer.buy(event_id, ["A-1-1-1", "A-1-1-2"])
    await expect(page.get_by_text("Sold out", exact=True)).to_be_visible()


async def test_sellers_pages_are_for_sellers(arrive: Arrive, seller: Person, buyer: Person) -> None:
    nobody = (await arrive(path="/seller")).page
    await expect(nobody.get_by_role("main")).to_contain_text("Sign in to see this page.")
    as_buyer = (await arrive(buyer, "/seller/new")).page
    await expect(as_buyer.get_by_role("main")).to_contain_text("This page is for sellers.")
    event_id = await seller.create_event()
    as_seller = (await arrive(seller, f"/event/{event_id}#A/1")).page
    await click_seat(as_seller, 1, 1)
    panel = as_seller.get_by_role("complementary")
    await expect(panel).to_contain_text("Sign in as a buyer to reserve seats.")
    await expect(panel.get_by_role("button", name="Reserve")).to_have_count(0)


def _figure(page: Page, name: str) -> Locator:
    return page.locator(f'[data-figure="{name}"] dd')


async def _do(scope: Page | Locator, action: str, question: str) -> None:
    """Press the button called `action`, and answer its question with yes."""
    await scope.get_by_role("button", name=action).click()
    dialog = scope.get_by_role("dialog", name=question)
    await dialog.get_by_role("button", name=action).click()
    await expect(dialog).to_have_count(0)
