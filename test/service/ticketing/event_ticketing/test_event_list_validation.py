"""The list of events."""

from collections.abc import Mapping

import httpx
import pytest
from pytest_bdd import given, scenarios, then, when

from test.service.ticketing.event_ticketing.conftest import Person, phrase
from test.support.api import ApiClient, Json, event_request, one_subsection

scenarios("event_list_validation.feature")

Events = Mapping[str, Json]

_BAD_LISTS = {
    "pages of no events": {"limit": 0},
    "pages of 201 events": {"limit": 201},
    "a page that is a word": {"cursor": "yesterday"},
    "a seller who is a word": {"seller_id": "somebody"},
}


@pytest.fixture
def events() -> Events:
    """The seller's events by what a scenario calls them."""
    return {}


@pytest.fixture
def event(events: Events) -> Json:
    """The one event of a scenario that has one."""
    [event] = events.values()
    return event


@given(phrase("the seller has an event that is {state}"), target_fixture="events")
def _has_an_event(seller: ApiClient, buyer: ApiClient, events: Events, state: str) -> Events:
    event = seller.create_event(
        seating_config=one_subsection(1, 2), is_active=state != "not listed"
    )
    if state == "sold out":
        buyer.reserve(event["id"], "A-1-1-1", "A-1-1-2")
    elif state in ("completed", "ended"):
        seller.change_event(event["id"], status=state)
    return {**events, state: event}


@given(phrase("the seller has {count:d} events on sale"), target_fixture="events")
def _has_events(seller: ApiClient, count: int) -> Events:
    return {
        str(number): seller.create_event(seating_config=one_subsection(1, 1))
        for number in range(count)
    }


@when("the seller lists their own events", target_fixture="listed")
def _lists_their_own(seller: ApiClient) -> list[Json]:
    return list(seller.get("/api/event", params={"seller_id": seller.id}).json())


@when(phrase("the {who} lists the seller's events"), target_fixture="listed")
def _lists_the_sellers(person: Person, who: str, seller: ApiClient) -> list[Json]:
    return list(person(who).get("/api/event", params={"seller_id": seller.id}).json())


@when("the buyer lists all events", target_fixture="listed")
def _lists_all(buyer: ApiClient) -> list[Json]:
    return list(buyer.get("/api/event", params={"limit": 200}).json())


@when(
    phrase("the buyer goes through the seller's events {limit:d} at a time"),
    target_fixture="pages",
)
def _goes_through(buyer: ApiClient, seller: ApiClient, limit: int) -> list[list[Json]]:
    return buyer.pages("/api/event", seller_id=seller.id, limit=limit)


@when(phrase("the buyer asks for a list with {what}"), target_fixture="answer")
def _asks_for_a_bad_list(buyer: ApiClient, what: str) -> httpx.Response:
    return buyer.get("/api/event", params=_BAD_LISTS[what])


@when("the buyer reserves every seat of the event", target_fixture="reservation")
def _reserves_every_seat(buyer: ApiClient, event: Json) -> Json:
    return buyer.reserve(event["id"], "A-1-1-1", "A-1-1-2")


@then(phrase("the list shows the event that is {state}"))
def _the_list_shows_one(listed: list[Json], events: Events, state: str) -> None:
    assert [event["id"] for event in listed] == [events[state]["id"]]


@then("the list shows the events that are on sale, not listed, sold out, completed and ended")
def _the_list_shows_all(listed: list[Json], events: Events) -> None:
    shown = {event["id"]: (event["is_active"], event["status"]) for event in listed}
    assert shown == {
        events["on sale"]["id"]: (True, "available"),
        events["not listed"]["id"]: (False, "available"),
        events["sold out"]["id"]: (True, "sold_out"),
        events["completed"]["id"]: (True, "completed"),
        events["ended"]["id"]: (True, "ended"),
    }


@then(phrase("the event that is {state} is in the list"))
def _is_in_the_list(listed: list[Json], events: Events, state: str) -> None:
    assert events[state] in listed


@then(phrase("the event that is {state} is not in the list"))
def _is_not_in_the_list(listed: list[Json], events: Events, state: str) -> None:
    assert events[state]["id"] not in {event["id"] for event in listed}


@then("the list is empty")
def _the_list_is_empty(listed: list[Json]) -> None:
    assert listed == []


@then(phrase("the seller's list shows the event as {status}"))
def _the_sellers_list_shows(seller: ApiClient, event: Json, status: str) -> None:
    [listed] = seller.get("/api/event", params={"seller_id": seller.id}).json()
    assert (listed["id"], listed["status"]) == (event["id"], status.replace(" ", "_"))


@then("the buyer finds the event in the list")
def _finds_it_in_the_list(buyer: ApiClient, seller: ApiClient, event: Json) -> None:
    [listed] = buyer.get("/api/event", params={"seller_id": seller.id}).json()
    assert listed["id"] == event["id"]


@then("the buyer does not find the event in the list")
def _does_not_find_it_in_the_list(buyer: ApiClient, seller: ApiClient) -> None:
    assert buyer.get("/api/event", params={"seller_id": seller.id}).json() == []


@then("each event in the list has its compact seating and no tickets")
def _compact_seating(listed: list[Json]) -> None:
    for event in listed:
        assert event["seating_config"] == one_subsection(1, 2)
        assert event.keys() == event_request().keys() | {"id", "seller_id", "is_active", "status"}


@then("the pages hold 2, 2 and 1 events")
def _the_pages_hold(pages: list[list[Json]]) -> None:
    assert [len(page) for page in pages] == [2, 2, 1]


@then("all of them were seen, the newest first")
def _newest_first(pages: list[list[Json]], events: Events) -> None:
    seen = [event["id"] for page in pages for event in page]
    assert seen == [event["id"] for event in reversed(list(events.values()))]
