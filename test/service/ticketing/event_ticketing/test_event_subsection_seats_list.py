"""The overview of all subsections, and the seats of one."""

import httpx
from pytest_bdd import scenarios, then, when

from test.service.ticketing.event_ticketing.conftest import Person, Table, phrase, records
from test.support.api import Json, statuses

scenarios("event_subsection_seats_list_integration_test.feature")


@when(phrase("the {who} tries to reserve {seats:Seats}"), target_fixture="answer")
def _tries_to_reserve(person: Person, who: str, event: Json, seats: list[str]) -> httpx.Response:
    return person(who).post("/api/reservation", {"event_id": event["id"], "seats": seats})


@then("the overview shows:")
def _the_overview_shows(event: Json, shown: Json, datatable: Table) -> None:
    expected = records(datatable)
    assert shown["event_id"] == event["id"]
    assert shown["sections"] == expected
    assert shown["total_sections"] == len(expected)
    assert isinstance(shown["version"], int)


@then(
    phrase(
        "the seat list shows {available:d} available, {reserved:d} reserved and {sold:d} sold"
        " of {total:d} seats"
    )
)
def _the_seat_list_counts(
    shown: Json, available: int, reserved: int, sold: int, total: int
) -> None:
    counted = (shown["available"], shown["reserved"], shown["sold"])
    assert counted == (available, reserved, sold)
    assert shown["total"] == shown["total_count"] == len(shown["tickets"]) == total


@then(phrase("the seats are listed as {seats:Seats}"))
def _the_seats_are_listed_as(shown: Json, seats: list[str]) -> None:
    assert list(statuses(shown)) == seats


@then(phrase("each listed seat costs {price:d}"))
def _each_seat_costs(shown: Json, price: int) -> None:
    assert {seat["price"] for seat in shown["tickets"]} == {price}


@then(phrase("{seats:Seats} is listed as {status}"))
def _is_listed_as(shown: Json, seats: list[str], status: str) -> None:
    assert statuses(shown)[seats[0]] == status
