"""Cancelling a sale, over HTTP; see event_cancelled_sale.feature."""

import httpx
from pytest_bdd import given, scenarios, then, when

from test.service.ticketing.event_ticketing.conftest import Person, phrase
from test.support.api import ApiClient, Json

scenarios("event_cancelled_sale.feature")

# A reservation as the requirement has it.
PLAIN = {
    *("id", "event_id", "buyer_id", "status", "seats", "total_price"),
    *("expires_at", "created_at"),
}


@given(phrase("the buyer has bought {seats:Seats}"), target_fixture="reservation")
def _has_bought(buyer: ApiClient, event: Json, seats: list[str]) -> Json:
    return buyer.buy(event["id"], *seats)


@when("the seller cancels the sale")
def _cancels(seller: ApiClient, reservation: Json) -> None:
    assert seller.cancel(reservation["id"])["status"] == "cancelled"


@when(phrase('the seller cancels the sale because "{reason}"'))
def _cancels_because(seller: ApiClient, reservation: Json, reason: str) -> None:
    assert seller.cancel(reservation["id"], reason=reason)["status"] == "cancelled"


@when(phrase("the {who} tries to cancel it"), target_fixture="answer")
def _tries_to_cancel(person: Person, who: str, reservation: Json) -> httpx.Response:
    return person(who).post(f"/api/reservation/{reservation['id']}/cancel")


@when("the buyer looks at the reservation", target_fixture="shown")
def _looks(buyer: ApiClient, reservation: Json) -> Json:
    return buyer.reservation(reservation["id"])


@when(phrase("the other buyer buys {seats:Seats}"))
@then(phrase("the other buyer can buy {seats:Seats}"))
def _buys(other_buyer: ApiClient, event: Json, seats: list[str]) -> None:
    assert other_buyer.buy(event["id"], *seats)["status"] == "confirmed"


@then("the buyer reads that the sale was cancelled", target_fixture="shown")
def _reads_that(buyer: ApiClient, reservation: Json) -> Json:
    shown = buyer.reservation(reservation["id"])
    assert shown["status"] == "cancelled"
    assert shown["cancelled_at"] >= reservation["created_at"]
    assert {seat["status"] for seat in shown["seats"]} == {"available"}
    assert shown in buyer.get("/api/reservation").json()
    return shown


@then(phrase('the buyer reads that the sale was cancelled because "{reason}"'))
def _reads_why(buyer: ApiClient, reservation: Json, reason: str) -> None:
    assert _reads_that(buyer, reservation)["cancel_reason"] == reason


@then("it says nothing of cancelling")
def _says_nothing(shown: Json) -> None:
    assert shown.keys() == PLAIN
