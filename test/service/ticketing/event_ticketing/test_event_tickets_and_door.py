"""Tickets and the door, over HTTP; see event_tickets_and_door.feature."""

from functools import partial
from typing import Any

import httpx
from icalendar import Calendar
from pytest_bdd import given, parsers, scenarios, then, when

from test.service.ticketing.event_ticketing.conftest import phrase
from test.support.api import ApiClient, Json, door_path
from test.support.together import together

scenarios("event_tickets_and_door.feature")

Tickets = dict[str, Json]


@given(phrase("the buyer has bought {seats:Seats}"), target_fixture="reservation")
def _has_bought(buyer: ApiClient, event: Json, seats: list[str]) -> Json:
    return buyer.buy(event["id"], *seats)


@given(parsers.parse("the event starts at {moment} in {zone}"))
def _starts(seller: ApiClient, event: Json, moment: str, zone: str) -> None:
    seller.change_event(event["id"], starts_at=moment, timezone=zone)


@given("the buyer has taken their tickets", target_fixture="tickets")
@when("the buyer takes their tickets", target_fixture="tickets")
def _takes(buyer: ApiClient, reservation: Json) -> Tickets:
    return {one["seat_identifier"]: one for one in buyer.tickets(reservation["id"])}


@when("the buyer tries to take their tickets", target_fixture="answer")
def _tries_to_take(buyer: ApiClient, reservation: Json) -> httpx.Response:
    return buyer.get(f"/api/reservation/{reservation['id']}/ticket")


@when(parsers.parse("the ticket for {seat} is shown at the door"), target_fixture="answer")
def _is_shown(seller: ApiClient, event: Json, tickets: Tickets, seat: str) -> httpx.Response:
    return _show(seller, event, tickets[seat]["code"])


@when(
    parsers.parse("the code of {seat} is typed in small letters, with spaces and an O for each 0"),
    target_fixture="answer",
)
def _is_typed(seller: ApiClient, event: Json, tickets: Tickets, seat: str) -> httpx.Response:
    code = tickets[seat]["code"].lower().replace("-", " ").replace("0", "O")
    return _show(seller, event, code)


@when(parsers.parse("a made up code for {seat} is shown at the door"), target_fixture="answer")
def _made_up(seller: ApiClient, event: Json, tickets: Tickets, seat: str) -> httpx.Response:
    code = tickets[seat]["code"]
    return _show(seller, event, code[:-1] + ("0" if code[-1] != "0" else "1"))


@when(parsers.parse("{count:d} doors scan the ticket for {seat} at once"), target_fixture="answers")
def _scanned(
    seller: ApiClient, event: Json, tickets: Tickets, count: int, seat: str
) -> list[httpx.Response]:
    return together([partial(_show, seller, event, tickets[seat]["code"])] * count)


@when("the seller cancels the sale")
def _cancels(seller: ApiClient, reservation: Json) -> None:
    assert seller.cancel(reservation["id"])["status"] == "cancelled"


@when("the seller tries to cancel it", target_fixture="answer")
def _tries_to_cancel(seller: ApiClient, reservation: Json) -> httpx.Response:
    return seller.post(f"/api/reservation/{reservation['id']}/cancel")


@when(phrase("the other buyer buys {seats:Seats}"))
def _buys(other_buyer: ApiClient, event: Json, seats: list[str]) -> None:
    other_buyer.buy(event["id"], *seats)


@when("the buyer adds it to their calendar", target_fixture="answer")
def _adds(buyer: ApiClient, reservation: Json) -> httpx.Response:
    return buyer.get(f"/api/reservation/{reservation['id']}/calendar.ics")


@then(phrase("they have tickets for {seats:Seats}"))
def _have_tickets(tickets: Tickets, seats: list[str]) -> None:
    assert [*tickets] == seats


@then("each of them has a code of its own, and a picture of that")
def _have_codes(buyer: ApiClient, tickets: Tickets) -> None:
    assert len({ticket["code"] for ticket in tickets.values()}) == len(tickets)
    pictures = {buyer.get(ticket["qr"]).text for ticket in tickets.values()}
    assert len(pictures) == len(tickets)
    assert all(picture.rstrip().endswith("</svg>") for picture in pictures)


@then(parsers.parse("the door lets the buyer in to {seat}"))
def _lets_in(answer: httpx.Response, buyer: ApiClient, reservation: Json, seat: str) -> None:
    assert answer.status_code == 200, answer.text
    entered = answer.json()
    assert entered["seat"]["seat_identifier"] == seat
    assert entered["buyer_name"] == buyer.user["name"]
    assert entered["reservation_id"] == reservation["id"]


@then(parsers.parse("the door says that the ticket for {seat} was used"))
def _was_used(answer: httpx.Response, buyer: ApiClient, reservation: Json, seat: str) -> None:
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"].endswith(":already-checked-in")
    assert problem["seat"]["seat_identifier"] == seat
    [used] = [one for one in buyer.tickets(reservation["id"]) if one["seat_identifier"] == seat]
    assert problem["checked_in_at"] == used["checked_in_at"]


@then("one of them lets somebody in, and the others say when")
def _one_lets_in(answers: list[httpx.Response]) -> None:
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (len(answers) - 1)
    assert len({answer.json()["checked_in_at"] for answer in answers}) == 1


@then(phrase("{checked_in:d} of {sold:d} are in"))
def _are_in(seller: ApiClient, event: Json, checked_in: int, sold: int) -> None:
    assert seller.door(event["id"]) == {
        "event_id": event["id"],
        "checked_in": checked_in,
        "sold": sold,
    }


@then(phrase("it is there on {day} at {hour} in {zone}, for {seats:Seats}"))
def _is_there(
    answer: httpx.Response, event: Json, day: str, hour: str, zone: str, seats: list[str]
) -> None:
    assert answer.status_code == 200, answer.text
    found: list[Any] = list(Calendar.from_ical(answer.content).events)
    [entry] = found
    starts = entry["DTSTART"].dt
    assert f"{starts:%Y-%m-%d %H:%M} {starts.tzinfo}" == f"{day} {hour} {zone}"
    assert entry["SUMMARY"] == event["name"]
    assert entry["DESCRIPTION"] == ", ".join(seats)


def _show(seller: ApiClient, event: Json, code: str) -> httpx.Response:
    return seller.post(door_path(event["id"]), {"code": code})
