"""Event creation."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from pytest_bdd import given, scenarios, then, when

from kit.waiting import TIMEOUT
from src.embedded.kvrocks import EmbeddedKvrocks
from test.service.ticketing.event_ticketing.conftest import Table, phrase, records
from test.support.api import ApiClient, Json, event_request, seating, section
from test.support.service import ServiceProcess
from test.support.stores import query

scenarios("event_creation.feature")

_MISTAKES = {
    "empty": "",
    "only blanks": "  \t ",
    "longer than allowed": "x" * 5001,
    "a number": 7,
}
_FIELDS = {"name": "name", "description": "description", "venue": "venue_name"}
_PRICES = {'"2000"': "2000", "true": True, "null": None, "19.99": 19.99}


def _without(config: Json, field: str) -> Json:
    return {name: value for name, value in config.items() if name != field}


_SEATINGS: dict[str, object] = {
    "no seating at all": None,
    "seating that is a word": "stalls",
    "no rows": seating(rows=0),
    "fewer than no rows": seating(rows=-3),
    "half a row": seating(rows=0.5),
    "rows left out": _without(seating(), "rows"),
    "no seats in a row": seating(cols=0),
    "seats in a row as a word": seating(cols="twenty"),
    "no sections": seating(sections=[]),
    "sections left out": _without(seating(), "sections"),
    "a section without a name": seating(sections=[_without(section(), "name")]),
    "a blank section name": seating(sections=[section("  ")]),
    "a slash in a section name": seating(sections=[section("A/B")]),
    "two sections of the same name": seating(sections=[section("A"), section("A")]),
    "no subsections": seating(sections=[section(subsections=0)]),
    "subsections left out": seating(sections=[_without(section(), "subsections")]),
    "more seats than allowed": seating(1001, 100),
}


@pytest.fixture
def create(seller: ApiClient, event_name: str) -> Callable[..., httpx.Response]:
    """Sends the seller's request for an event, with some fields changed."""
    return lambda **changes: seller.post("/api/event", event_request(name=event_name) | changes)


@pytest.fixture
def created(seller: ApiClient, answer: httpx.Response) -> Json:
    """The created event in detail."""
    assert answer.status_code == 201, answer.text
    return seller.event(answer.json()["id"])


@given("the live seat store is down")
def _the_seat_store_is_down(seat_store: EmbeddedKvrocks, seller: ApiClient) -> None:
    seat_store.kill()


@when("the live seat store is back")
def _the_seat_store_is_back(seat_store: EmbeddedKvrocks) -> None:
    seat_store.start()


@given("an event of this seller that is still being created", target_fixture="event")
def _an_event_being_created(seller: ApiClient, service: ServiceProcess) -> Iterator[Json]:
    [draft] = query(
        service.settings,
        "INSERT INTO event (name, description, venue_name, seller_id, seating_config, status)"
        " SELECT 'Draft', 'To be', 'Somewhere', $1, $2, 'draft' RETURNING id, name",
        seller.id,
        '{"rows": 1, "cols": 1, "sections": [{"name": "A", "price": 1, "subsections": 1}]}',
    )
    yield dict(draft)
    query(service.settings, "DELETE FROM event WHERE id = $1", draft["id"])


@when(
    phrase('the seller creates the event "{name}" with {rows:d} rows of {cols:d} seats:'),
    target_fixture="answer",
)
def _creates_the_event(
    create: Callable[..., httpx.Response], name: str, rows: int, cols: int, datatable: Table
) -> httpx.Response:
    sections = [section(r["section"], r["price"], r["subsections"]) for r in records(datatable)]
    return create(name=name, seating_config=seating(rows, cols, sections))


@when(
    phrase(
        "the seller creates an event with {rows:d} rows of {cols:d} seats"
        " in {sections:d} sections of {subsections:d} subsections"
    ),
    target_fixture="answer",
)
def _creates_an_event_of_a_size(
    create: Callable[..., httpx.Response], rows: int, cols: int, sections: int, subsections: int
) -> httpx.Response:
    named = [section(f"S{number}", 100 * number, subsections) for number in range(sections)]
    return create(seating_config=seating(rows, cols, named))


@when("the seller creates an event that is not to be listed yet", target_fixture="answer")
def _creates_an_inactive_event(create: Callable[..., httpx.Response]) -> httpx.Response:
    return create(is_active=False)


@when(
    "the seller creates an event and, hearing no answer, sends the same again",
    target_fixture="answers",
)
def _creates_an_event_twice(seller: ApiClient, event_name: str) -> list[httpx.Response]:
    request = event_request(name=event_name)
    key = {"Idempotency-Key": event_name.replace(" ", "-")}
    return [seller.post("/api/event", request, headers=key) for _ in range(2)]


@when(phrase("the seller creates an event whose {text} is {mistake}"), target_fixture="answer")
def _creates_an_event_with_a_bad_text(
    create: Callable[..., httpx.Response], seller: ApiClient, text: str, mistake: str
) -> httpx.Response:
    field = _FIELDS[text]
    if mistake == "missing":
        return seller.post("/api/event", _without(event_request(), field))
    return create(**{field: _MISTAKES[mistake]})


@when(phrase("the seller creates an event at the price of {price}"), target_fixture="answer")
def _creates_an_event_at_a_price(
    create: Callable[..., httpx.Response], price: str
) -> httpx.Response:
    amount = _PRICES[price] if price in _PRICES else int(price)
    return create(seating_config=seating(sections=[section(price=amount)]))


@when(phrase("the seller creates an event with seating: {seats}"), target_fixture="answer")
def _creates_an_event_with_seating(
    create: Callable[..., httpx.Response], seats: str
) -> httpx.Response:
    return create(seating_config=_SEATINGS[seats])


@then(phrase('the event "{name}" of this seller is on sale'))
def _the_named_event_is_on_sale(answer: httpx.Response, seller: ApiClient, name: str) -> None:
    event = answer.json()
    expected = {"name": name, "seller_id": seller.id, "is_active": True, "status": "available"}
    assert event | expected == event
    assert "tickets" not in event


@then("the event is on sale")
def _the_event_is_on_sale(created: Json) -> None:
    assert created["status"] == "available"


@then("its seating is answered as it was sent")
def _the_seating_is_as_sent(answer: httpx.Response) -> None:
    sections = [section("A", 2000, 2), section("B", 1500, 1)]
    assert answer.json()["seating_config"] == seating(25, 20, sections)


@then(phrase("it has {count:d} tickets, each for another seat"))
def _it_has_tickets(created: Json, count: int) -> None:
    assert len(created["tickets"]) == count
    for identity in ("id", "seat_identifier"):
        assert len({ticket[identity] for ticket in created["tickets"]}) == count


@then("every ticket is available at the price of its section")
def _every_ticket_is_available(created: Json) -> None:
    prices = {s["name"]: s["price"] for s in created["seating_config"]["sections"]}
    for ticket in created["tickets"]:
        assert (ticket["status"], ticket["price"]) == ("available", prices[ticket["section"]])


@then("every seat can be watched live as available")
def _every_seat_is_live(seller: ApiClient, created: Json) -> None:
    sections = seller.overview(created["id"])["sections"]
    assert sum(s["available"] for s in sections) == len(created["tickets"])


@then("the event is created for the seller alone")
def _created_for_the_seller_alone(answer: httpx.Response, seller: ApiClient) -> None:
    event = answer.json()
    assert (event["is_active"], event["status"]) == (False, "available")
    [listed] = seller.get("/api/event", params={"seller_id": seller.id}).json()
    assert listed["id"] == event["id"]
    address = f"{seller.http.base_url}/api/event/{event['id']}"
    assert httpx.get(address, timeout=TIMEOUT).status_code == 404


@then("both answers name the same event")
def _both_answers_are_the_same(answers: list[httpx.Response]) -> None:
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


@then("nothing of the event exists")
def _nothing_exists(service: ServiceProcess, event_name: str) -> None:
    assert query(service.settings, "SELECT id FROM event WHERE name = $1", event_name) == []
    assert (
        query(
            service.settings,
            "SELECT t.id FROM ticket t LEFT JOIN event e ON e.id = t.event_id WHERE e.id IS NULL",
        )
        == []
    )
