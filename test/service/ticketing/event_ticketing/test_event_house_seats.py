"""House seats, over HTTP; see event_house_seats.feature."""

from datetime import UTC, datetime, timedelta

import httpx
from pytest_bdd import given, scenarios, then, when

from test.service.ticketing.event_ticketing.conftest import Person, phrase
from test.support.api import ApiClient, Json, house_seats_path, statuses
from test.support.service import ServiceProcess
from test.support.stores import query

scenarios("event_house_seats.feature")


@given(phrase("the sale of the event opens tomorrow"))
def _opens(seller: ApiClient, event: Json) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    seller.change_event(event["id"], sale_opens_at=tomorrow.isoformat())


@given(phrase("the seller has taken {seats:Seats} off sale"), target_fixture="taken")
@when(phrase("the seller takes {seats:Seats} off sale"), target_fixture="taken")
def _takes(seller: ApiClient, event: Json, seats: list[str]) -> Json:
    taken = seller.take_house_seats(event["id"], seats=seats)
    assert statuses(taken) == dict.fromkeys(sorted(seats), "reserved")
    return taken


@when("the seller takes all of A-2 off sale", target_fixture="taken")
def _takes_all(seller: ApiClient, event: Json) -> Json:
    return seller.take_house_seats(event["id"], section="A", subsection=2)


@when(phrase("the {who} tries to take {seats:Seats} off sale"), target_fixture="answer")
def _tries_to_take(person: Person, who: str, event: Json, seats: list[str]) -> httpx.Response:
    return person(who).post(house_seats_path(event["id"]), {"seats": seats})


@when(phrase("the seller puts {seats:Seats} on sale again"))
def _frees(seller: ApiClient, event: Json, seats: list[str]) -> None:
    seller.free_house_seats(event["id"], seats=seats)


@when(phrase("the buyer tries to reserve {seats:Seats}"), target_fixture="answer")
def _tries_to_reserve(buyer: ApiClient, event: Json, seats: list[str]) -> httpx.Response:
    return buyer.post("/api/reservation", {"event_id": event["id"], "seats": seats})


@when(phrase("the {who} tries to have the house seats as a reservation"), target_fixture="answer")
def _tries_to_have(
    person: Person, who: str, service: ServiceProcess, event: Json
) -> httpx.Response:
    """Their id is nowhere to be read; whoever guesses it gets nothing by it."""
    find = "SELECT id FROM reservation WHERE event_id = $1 AND house"
    [hold] = query(service.settings, find, event["id"])
    caller, path = person(who), f"/api/reservation/{hold['id']}"
    answers = [
        caller.get(path),
        caller.post(f"{path}/confirm"),
        caller.delete(path),
        caller.delete(f"{path}/seats/A-1-1-1"),
    ]
    assert len({answer.status_code for answer in answers}) == 1
    return answers[0]


@then(phrase("{number:d} seats were taken off sale"))
def _were_taken(taken: Json, number: int) -> None:
    assert len(taken["seats"]) == number


@then(phrase("the house seats are {seats:Seats}"))
def _house_seats_are(seller: ApiClient, event: Json, seats: list[str]) -> None:
    house = seller.house_seats(event["id"])
    assert house["event_id"] == event["id"]
    assert [seat["seat_identifier"] for seat in house["seats"]] == seats
    everywhere = seller.seats(event["id"])["tickets"]
    assert house["seats"] == [seat for seat in everywhere if seat["seat_identifier"] in seats]


@then("there are no house seats")
def _no_house_seats(seller: ApiClient, event: Json) -> None:
    assert seller.house_seats(event["id"]) == {"event_id": event["id"], "seats": []}


@then(phrase("the buyer still holds {seats:Seats}"))
def _still_holds(buyer: ApiClient, reservation: Json, seats: list[str]) -> None:
    now = buyer.reservation(reservation["id"])
    assert (now["status"], statuses(now)) == ("reserved", dict.fromkeys(seats, "reserved"))
