"""The words that the features share: who is there, what they do, what comes of it.

Every scenario has its own people and events on a service that others use too. One that takes the
live seat store down is tagged @own_seat_store and has a service of its own.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import parse
import pytest
from pytest_bdd import given, parsers, then, when

from src.embedded.kvrocks import EmbeddedKvrocks
from src.service.shared_kernel.seating import SeatStatus
from test.support.api import (
    Api,
    ApiClient,
    Json,
    event_request,
    overview_path,
    seating,
    seats_path,
    statuses,
)
from test.support.own_stores import own_kvrocks
from test.support.service import ServiceProcess
from test.support.stores import SeatStore, unmended

F = TypeVar("F", bound=Callable[..., object])
Table = list[list[str]]
Person = Callable[[str], ApiClient]

NO_SUCH_EVENT = 999_999_999

_REASONS = {
    "it is not valid": 400,
    "nobody is signed in": 401,
    "only a seller may do this": 403,
    "only a buyer may do this": 403,
    "there is no such thing": 404,
    "of what has happened meanwhile": 409,
    "a store is down": 503,
}


def _with_pattern(pattern: str) -> Callable[[F], F]:
    """What `parse` may take for a value; its own decorator has no types."""
    decorate: Callable[[F], F] = parse.with_pattern(pattern)
    return decorate


@_with_pattern(r"\w+-\d+(?:-\d+){2}(?:(?:, | and )\w+-\d+(?:-\d+){2})*")
def seats_of(text: str) -> list[str]:
    return re.split(", | and ", text)


@_with_pattern(r"\w+-\d+")
def subsection_of(text: str) -> tuple[str, int]:
    section, _, number = text.rpartition("-")
    return section, int(number)


@_with_pattern("|".join(_REASONS))
def status_of(reason: str) -> int:
    return _REASONS[reason]


@_with_pattern("|".join(SeatStatus))
def seat_status_of(word: str) -> str:
    return word


def phrase(text: str) -> parsers.parse:
    """A step's text, with {seats:Seats}, {subsection:Subsection}, {status:Reason} and {status:Status}
    in it."""
    return parsers.parse(
        text,
        {
            "Seats": seats_of,
            "Subsection": subsection_of,
            "Reason": status_of,
            "Status": seat_status_of,
        },
    )


def records(table: Table) -> list[Json]:
    """The rows of a table by its headings, numbers as such."""
    heading, *rows = table
    return [
        {
            name: int(cell) if cell.isdigit() else cell
            for name, cell in zip(heading, row, strict=True)
        }
        for row in rows
    ]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "own_seat_store: the scenario takes the seat store down")


@pytest.fixture
def seat_store(developer_environment: dict[str, str], tmp_path: Path) -> Iterator[EmbeddedKvrocks]:
    """The live seat store of a scenario that takes it down."""
    with own_kvrocks(developer_environment, tmp_path) as store:
        yield store


@pytest.fixture
def service(request: pytest.FixtureRequest) -> ServiceProcess:
    found: ServiceProcess
    if request.node.get_closest_marker("own_seat_store") is None:
        found = request.getfixturevalue("server_process")
    else:
        url = request.getfixturevalue("seat_store").url
        found = request.getfixturevalue("start_service")(kvrocks_url=url, redis_url=url)
    return found


@pytest.fixture
def api(service: ServiceProcess) -> Iterator[Api]:
    api = Api(service)
    yield api
    api.close()


@pytest.fixture
def person(request: pytest.FixtureRequest) -> Person:
    """Finds the person that a step speaks of: "seller", "other buyer"."""
    return lambda words: request.getfixturevalue(words.replace(" ", "_"))


@pytest.fixture
def event_name() -> str:
    """A name that no other event has."""
    return f"Rock Concert {uuid.uuid4().hex}"


# Who is there


@given("a seller", target_fixture="seller")
def a_seller(api: Api) -> ApiClient:
    return api.seller()


@given("another seller", target_fixture="other_seller")
def another_seller(api: Api) -> ApiClient:
    return api.seller()


@given("a buyer", target_fixture="buyer")
def a_buyer(api: Api) -> ApiClient:
    return api.buyer()


@given("another buyer", target_fixture="other_buyer")
def another_buyer(api: Api) -> ApiClient:
    return api.buyer()


@given("a visitor", target_fixture="visitor")
def a_visitor(api: Api) -> ApiClient:
    return api.visitor()


# What is there


@given(
    phrase("an event of this seller with {rows:d} rows of {cols:d} seats:"), target_fixture="event"
)
def an_event(seller: ApiClient, event_name: str, rows: int, cols: int, datatable: Table) -> Json:
    config = seating(
        rows,
        cols,
        [
            {"name": r["section"], "price": r["price"], "subsections": r["subsections"]}
            for r in records(datatable)
        ],
    )
    return seller.create_event(name=event_name, seating_config=config)


@given(phrase("the live seat store says that {seats:Seats} is sold"))
def the_seat_store_says_sold(
    service: ServiceProcess, event: Json, seats: list[str]
) -> Iterator[None]:
    subsection, row, seat = seats[0].rsplit("-", 2)
    index = (int(row) - 1) * event["seating_config"]["cols"] + int(seat) - 1
    store = SeatStore(service.settings, event["id"])
    with unmended(service.settings, event["id"]):
        store.write(index, b"2", subsection)
        yield
        store.write(index, b"0", subsection)


# What people do


@when(phrase("the {who} creates an event"), target_fixture="answer")
def creates_an_event(person: Person, who: str, event_name: str) -> httpx.Response:
    return person(who).post("/api/event", event_request(name=event_name))


@when("the seller takes the event off the list")
def takes_the_event_off_the_list(seller: ApiClient, event: Json) -> None:
    seller.change_event(event["id"], is_active=False)


@when("the seller puts the event back on the list")
def puts_the_event_back_on_the_list(seller: ApiClient, event: Json) -> None:
    seller.change_event(event["id"], is_active=True)


@when(phrase("the seller declares the event {status}"), target_fixture="answer")
def declares_the_event(seller: ApiClient, event: Json, status: str) -> httpx.Response:
    return seller.patch(f"/api/event/{event['id']}", {"status": status})


@given(phrase("the buyer has bought {seats:Seats}"))
def has_bought(buyer: ApiClient, event: Json, seats: list[str]) -> None:
    buyer.buy(event["id"], *seats)


@given(phrase("the buyer has reserved {seats:Seats}"), target_fixture="reservation")
@when(phrase("the buyer reserves {seats:Seats}"), target_fixture="reservation")
def reserves(buyer: ApiClient, event: Json, seats: list[str]) -> Json:
    return buyer.reserve(event["id"], *seats)


@when("the buyer confirms the reservation")
def confirms_the_reservation(buyer: ApiClient, reservation: Json) -> None:
    buyer.confirm(reservation["id"])


@when("the buyer lets the reservation go")
def lets_the_reservation_go(buyer: ApiClient, reservation: Json) -> None:
    buyer.release(reservation["id"])


@pytest.fixture
def path_of(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Finds the address of what a step speaks of."""

    def path(what: str) -> str:
        match what:
            case "an event that does not exist":
                return f"/api/event/{NO_SUCH_EVENT}"
            case "the overview of an event that does not exist":
                return overview_path(NO_SUCH_EVENT)
            case "the seats of an event that does not exist":
                return seats_path(NO_SUCH_EVENT)
        event_id = request.getfixturevalue("event")["id"]
        match what:
            case "the event":
                return f"/api/event/{event_id}"
            case "the overview":
                return overview_path(event_id)
        return seats_path(event_id, *subsection_of(what.removeprefix("the seats of ")))

    return path


@when(phrase("the {who} looks at {what}"), target_fixture="shown")
def looks_at(person: Person, who: str, what: str, path_of: Callable[[str], str]) -> Json:
    answer = person(who).get(path_of(what))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@when(phrase("the {who} tries to look at {what}"), target_fixture="answer")
def tries_to_look_at(
    person: Person, who: str, what: str, path_of: Callable[[str], str]
) -> httpx.Response:
    return person(who).get(path_of(what))


# What comes of it


@then(phrase("the request is refused because {status:Reason}"))
def the_request_is_refused(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(".")


@then(phrase("the request is refused because {seats:Seats} is taken"))
def the_seats_are_taken(answer: httpx.Response, seats: list[str]) -> None:
    assert answer.status_code == 409, answer.text
    assert answer.json()["seats"] == seats


@then(phrase("{seats:Seats} is {status:Status}"))
@then(phrase("{seats:Seats} are {status:Status}"))
def the_seats_are(seller: ApiClient, event: Json, seats: list[str], status: str) -> None:
    """In both stores."""
    live: dict[str, str] = {}
    for subsection in {seat.rsplit("-", 2)[0] for seat in seats}:
        live |= statuses(seller.seats(event["id"], *subsection_of(subsection)))
    for now in (statuses(seller.event(event["id"])), live):
        assert {now[seat] for seat in seats} == {status}


@then(phrase("the refusal points at {place}"))
def the_refusal_points_at(answer: httpx.Response, place: str) -> None:
    places = [".".join(map(str, error["loc"])) for error in answer.json()["errors"]]
    assert places == [f"body.{place}"]


@then(phrase("the {who} finds the event"))
def finds_the_event(person: Person, who: str, event: Json) -> None:
    assert person(who).event(event["id"])["name"] == event["name"]


@then(phrase("the {who} does not find the event"))
def does_not_find_the_event(person: Person, who: str, event: Json) -> None:
    answer = person(who).get(f"/api/event/{event['id']}")
    assert answer.status_code == 404
    assert "event" in answer.json()["detail"]


@then(phrase("the seller has {count:d} event"))
@then(phrase("the seller has {count:d} events"))
def the_seller_has_events(seller: ApiClient, count: int) -> None:
    assert len(seller.get("/api/event", params={"seller_id": seller.id}).json()) == count
