"""The waiting line before a sale, from joining it to a seat."""

import re
from collections.abc import Callable

import pytest
from playwright.async_api import expect

from src.platform.settings import Settings
from test.conftest import StartService
from test.support.waiting import eventually
from test.web.browsing import (
    COUNT_OPEN_STREAMS,
    NOTE_WHAT_IS_ANNOUNCED,
    click_seat,
    expect_seat,
    open_area,
    panel,
)
from test.web.conftest import Arrive, SignUp
from test.web.lines import LATER, NOT_IN_LINE, heading, join, open_now, terms
from test.web.people import Person
from test.web.test_keyboard import tab_to


async def test_from_the_event_through_the_line_to_a_seat(
    arrive: Arrive, people: SignUp, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event(admission=terms(), sale_opens_at=LATER)
    visitor = await arrive(buyer, f"/event/{event_id}#A/1")
    visitor.expect_failures(NOT_IN_LINE)
    page = visitor.page

    # Everybody sees the seats, and nobody can pick one.
    await expect(page.get_by_text("a waiting line that opens")).to_be_visible()
    await click_seat(page, 1, 1)
    await expect_seat(page, 1, 1, "available")
    await expect(panel(page)).to_have_count(0)

    await page.get_by_role("link", name="Go to the waiting line").click()
    await expect(page.get_by_text("0 people have joined.")).to_be_visible()
    await join(page)
    await expect(heading(page, "You have joined")).to_be_visible()
    await expect(page.get_by_role("timer")).to_contain_text("Opens May 1, 2097")
    await (await people("buyer")).join_line(event_id)
    await expect(page.get_by_text("2 people have joined.")).to_be_visible()

    await open_now(seller, event_id)
    await page.wait_for_url(f"**/event/{event_id}")
    await expect(heading(page, "It is your turn: reserve your seats")).to_be_visible()
    await expect(page.get_by_role("timer")).to_contain_text(re.compile(r"\d+:\d\d left"))
    await expect(page).to_have_title(re.compile("^It is your turn · Moonlit Strings"))
    await open_area(page, "A", 1)
    await click_seat(page, 1, 1)
    await panel(page).get_by_role("button", name="Reserve").click()
    await expect(page.get_by_role("heading", name="Held for you")).to_be_focused()


async def test_who_waits_sees_their_place_and_asks_the_service_for_nothing(
    arrive: Arrive, people: SignUp, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event(admission=terms(max_active=1), sale_opens_at=LATER)
    others = [await people("buyer") for _ in range(3)]
    for other in others:
        await other.join_line(event_id)
    visitor = await arrive(buyer)
    visitor.expect_failures(NOT_IN_LINE)
    page = visitor.page
    await visitor.context.add_init_script(NOTE_WHAT_IS_ANNOUNCED)
    await page.goto(f"/event/{event_id}/line")
    await join(page)
    await expect(heading(page, "You have joined")).to_be_visible()
    visitor.requests.clear()

    # The opening is as late as it takes for somebody else to be first: numbers are drawn by lot.
    await open_now(seller, event_id)
    await expect(heading(page, "You have joined")).to_have_count(0)
    everybody = {(await person.place(event_id))["number"]: person for person in [*others, buyer]}
    assert sorted(everybody) == [1, 2, 3, 4]
    own = (await buyer.place(event_id))["number"]
    for number in range(1, own):
        ahead = own - number - 1
        told = (
            "You are next."
            if ahead == 0
            else f"{ahead} {'person is' if ahead == 1 else 'people are'} ahead of you."
        )
        await expect(page.get_by_text(told, exact=True)).to_be_visible()
        bar = page.get_by_role("progressbar", name="Your way through the line")
        await expect(bar).to_have_attribute("aria-valuetext", re.compile(f"^{re.escape(told)} "))
        title = "0 ahead" if ahead == 0 else f"{ahead} ahead"
        await expect(page).to_have_title(re.compile(f"^{title} · Moonlit Strings"))
        # With the opening, and then not with every change.
        await page.wait_for_function(
            "announced.filter((text) => /ahead of you|next/.test(text)).join().startsWith('You are in')"
        )
        said = await page.evaluate("announced.filter((text) => /ahead of you|next/.test(text))")
        assert len(said) == 1, said
        assert [request for request in visitor.requests if "/sse" not in request] == []
        await everybody[number].leave_line(event_id)

    await page.wait_for_url(f"**/event/{event_id}")
    await expect(page.get_by_role("timer")).to_be_visible()
    asked = [request for request in visitor.requests if request.endswith(f"/event/{event_id}/line")]
    # Once for the pass, and once by the page with the seats.
    assert len(asked) == 2, asked


async def test_who_comes_later_is_behind_those_who_are_there(
    arrive: Arrive, people: SignUp, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event(admission=terms(max_active=1))
    first = await people("buyer")
    await first.join_line(event_id)
    visitor = await arrive(buyer, f"/event/{event_id}/line")
    visitor.expect_failures(NOT_IN_LINE)
    page = visitor.page
    await join(page)
    await expect(page.get_by_text("You are next.", exact=True)).to_be_visible()
    await expect(page.locator(".standing__numbers")).to_contain_text("Your number2")

    # The place is the same after a reload, and for who leaves and comes back in time.
    await page.reload()
    await expect(page.get_by_text("You are next.", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Leave the line").click()
    await expect(heading(page, "Join the waiting line")).to_be_focused()
    await join(page)
    await expect(heading(page, "You are in the line")).to_be_focused()
    await expect(page.locator(".standing__numbers")).to_contain_text("Your number2")

    await first.leave_line(event_id)
    await page.wait_for_url(f"**/event/{event_id}")


async def test_a_turn_comes_also_to_who_looks_at_the_seats_meanwhile(
    arrive: Arrive, people: SignUp, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event(admission=terms(max_active=1))
    first = await people("buyer")
    await first.join_line(event_id)
    await buyer.join_line(event_id)
    page = (await arrive(buyer, f"/event/{event_id}/line")).page
    await page.get_by_role("link", name="Look at the seats").click()
    await expect(page.get_by_text("You are next.", exact=True)).to_be_visible()
    await open_area(page, "A", 1)
    await click_seat(page, 1, 1)
    await expect_seat(page, 1, 1, "available")

    await first.leave_line(event_id)
    await expect(heading(page, "It is your turn: reserve your seats")).to_be_visible()
    await click_seat(page, 1, 1)
    await expect_seat(page, 1, 1, "picked")


async def test_a_turn_ends_and_there_is_another_at_the_end_of_the_line(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event(admission=terms(pass_seconds=10))
    visitor = await arrive(buyer)
    page = visitor.page
    await visitor.context.add_init_script(NOTE_WHAT_IS_ANNOUNCED)
    await buyer.join_line(event_id)
    await eventually(lambda: _is_admitted(buyer, event_id))
    await buyer.reserve(event_id, ["A-1-1-1"])
    await page.goto(f"/event/{event_id}#A/1")
    await expect(heading(page, "It is your turn: reserve your seats")).to_be_visible()
    await expect_seat(page, 1, 1, "held by you")

    await expect(heading(page, "Your turn has ended")).to_be_visible()
    assert await page.evaluate("announced.includes('Your turn has ended')")
    assert await page.evaluate(
        "announced.some((text) => text.startsWith('It is your turn. You have'))"
    )
    await click_seat(page, 1, 2)
    await expect_seat(page, 1, 2, "available")
    await panel(page).get_by_role("button", name="Confirm purchase").click()
    await expect_seat(page, 1, 1, "bought by you")

    await page.get_by_role("link", name="Go to the waiting line").click()
    await expect(heading(page, "Your turn has ended")).to_be_visible()
    await page.get_by_role("button", name="Join again at the end").click()
    await page.wait_for_url(f"**/event/{event_id}")
    await expect(heading(page, "It is your turn: reserve your seats")).to_be_visible()


async def _is_admitted(buyer: Person, event_id: int) -> bool:
    return bool((await buyer.place(event_id))["state"] == "admitted")


async def test_who_has_bought_can_let_the_next_in_before_the_turn_ends(
    arrive: Arrive, people: SignUp, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event(admission=terms(max_active=1))
    await buyer.join_line(event_id)
    second = await people("buyer")
    await second.join_line(event_id)
    page = (await arrive(buyer, f"/event/{event_id}/line")).page
    await page.wait_for_url(f"**/event/{event_id}")
    await open_area(page, "A", 1)
    await click_seat(page, 1, 1)
    done = page.get_by_role("button", name="I am done")
    await panel(page).get_by_role("button", name="Reserve").click()
    await expect(page.get_by_role("heading", name="Held for you")).to_be_visible()
    await expect(done).to_have_count(0)
    await panel(page).get_by_role("button", name="Confirm purchase").click()
    await done.click()

    await expect(heading(page, "Waiting line")).to_be_focused()
    await expect(page.get_by_role("link", name="Go to the waiting line")).to_be_visible()
    await expect_seat(page, 1, 1, "bought by you")
    later = (await arrive(second, f"/event/{event_id}/line")).page
    await later.wait_for_url(f"**/event/{event_id}")


async def test_who_has_lost_the_pass_elsewhere_is_told_and_loses_no_seat_for_it(
    arrive: Arrive, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event(admission=terms())
    visitor = await arrive(buyer, f"/event/{event_id}/line")
    visitor.expect_failures(NOT_IN_LINE, "403")
    page = visitor.page
    await join(page)
    await page.wait_for_url(f"**/event/{event_id}")
    await open_area(page, "A", 1)
    await click_seat(page, 1, 1)
    await buyer.leave_line(event_id)
    await panel(page).get_by_role("button", name="Reserve").click()

    await expect(page.locator(".notice")).to_be_visible()
    await expect(page.get_by_role("link", name="Go to the waiting line")).to_be_visible()
    await expect_seat(page, 1, 1, "picked")


async def test_a_turn_comes_also_while_nobody_looks_at_the_page(
    arrive: Arrive, people: SignUp, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event(admission=terms(max_active=1))
    first = await people("buyer")
    await first.join_line(event_id)
    await buyer.join_line(event_id)
    visitor = await arrive(buyer)
    page = visitor.page
    await page.clock.install()
    await visitor.context.add_init_script(COUNT_OPEN_STREAMS)
    await page.goto(f"/event/{event_id}/line")
    await expect(page.get_by_text("You are next.", exact=True)).to_be_visible()

    await page.evaluate("setHidden(true)")
    await page.clock.fast_forward(60_000)
    assert await page.evaluate("openStreams.size") == 1
    await first.leave_line(event_id)
    await page.wait_for_url(f"**/event/{event_id}")


async def test_a_service_killed_and_started_again_under_somebody_who_waits(
    start_service: StartService,
    new_settings: Callable[..., Settings],
    arrive: Arrive,
    people: SignUp,
) -> None:
    settings = new_settings()
    service = start_service(settings)
    seller = await people("seller", of=service)
    first, buyer = await people("buyer", of=service), await people("buyer", of=service)
    event_id = await seller.create_event(admission=terms(max_active=1))
    await first.join_line(event_id)
    await buyer.join_line(event_id)
    visitor = await arrive(buyer, f"/event/{event_id}/line", at=service.base_url)
    visitor.expect_failures("ERR_", "503")
    page = visitor.page
    await expect(page.get_by_text("You are next.", exact=True)).to_be_visible()
    await page.evaluate("window.sameDocument = true")

    service.kill()
    await expect(page.get_by_text("Reconnecting…")).to_be_visible()
    await expect(page.get_by_text("You are next.", exact=True)).to_be_visible()
    start_service(settings)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert await page.evaluate("window.sameDocument")
    await first.leave_line(event_id)
    await page.wait_for_url(f"**/event/{event_id}")


async def test_a_line_whose_sale_ends_says_so_and_is_watched_no_more(
    arrive: Arrive, people: SignUp, seller: Person, buyer: Person
) -> None:
    event_id = await seller.create_event(admission=terms(), sale_opens_at=LATER)
    visitor = await arrive(buyer, f"/event/{event_id}/line")
    visitor.expect_failures(NOT_IN_LINE)
    await join(visitor.page)
    await expect(heading(visitor.page, "You have joined")).to_be_visible()
    visitor.requests.clear()
    await seller.change_event(event_id, status="ended")

    await expect(heading(visitor.page, "The line is closed")).to_be_visible()
    await expect(visitor.page.get_by_role("button", name="Leave")).to_have_count(0)
    assert not [request for request in visitor.requests if "/sse" in request]


@pytest.mark.parametrize(
    ("who", "told"), [("nobody", "Sign in to join"), ("a seller", "You are signed in as a seller.")]
)
async def test_who_is_no_buyer_sees_the_line_and_how_to_join(
    arrive: Arrive, seller: Person, who: str, told: str
) -> None:
    event_id = await seller.create_event(admission=terms(), sale_opens_at=LATER)
    person = seller if who == "a seller" else None
    page = (await arrive(person, f"/event/{event_id}/line")).page

    await expect(page.get_by_role("main").get_by_text(told)).to_be_visible()
    await expect(page.get_by_role("timer")).to_contain_text("Opens May 1, 2097")


async def test_an_event_without_a_line_leads_to_its_seats(arrive: Arrive, seller: Person) -> None:
    event_id = await seller.create_event()
    page = (await arrive(path=f"/event/{event_id}/line")).page

    await page.get_by_role("link", name="Choose seats").click()
    await expect(heading(page, "The venue")).to_be_visible()


async def test_by_keyboard(arrive: Arrive, seller: Person, buyer: Person) -> None:
    event_id = await seller.create_event(admission=terms(), sale_opens_at=LATER)
    visitor = await arrive(buyer, f"/event/{event_id}")
    visitor.expect_failures(NOT_IN_LINE)
    page = visitor.page
    await expect(page.get_by_role("link", name="Go to the waiting line")).to_be_visible()
    await tab_to(page, "Go to the waiting line")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Join the line")).to_be_visible()
    await tab_to(page, "Join the line")
    await page.keyboard.press("Enter")
    await expect(heading(page, "You have joined")).to_be_focused()
    await tab_to(page, "How this is fair")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Hash of the seed")).to_be_visible()

    await open_now(seller, event_id)
    await page.wait_for_url(f"**/event/{event_id}")
    await expect(page.get_by_role("timer")).to_be_visible()
    await tab_to(page, "Hold the best seats")
