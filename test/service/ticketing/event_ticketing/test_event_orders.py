"""The orders of an event, over HTTP; see event_orders.feature."""

import httpx
from pytest_bdd import given, parsers, scenarios, then, when

from test.service.ticketing.event_ticketing.conftest import Person, Table, phrase, records
from test.support.accounts import PASSWORD
from test.support.api import Api, ApiClient, Json, new_account, orders_path, statuses

scenarios("event_orders.feature")


@given(phrase("the buyer has bought {seats:Seats}"), target_fixture="reservation")
def _has_bought(buyer: ApiClient, event: Json, seats: list[str]) -> Json:
    return buyer.buy(event["id"], *seats)


@given(phrase("the other buyer holds {seats:Seats}"))
def _holds(other_buyer: ApiClient, event: Json, seats: list[str]) -> None:
    other_buyer.reserve(event["id"], *seats)


@given(parsers.parse("a buyer who is called {name}"), target_fixture="named_buyer")
def _called(api: Api, name: str) -> ApiClient:
    account = {**new_account(), "name": name}
    visitor = api.visitor()
    assert visitor.post("/api/user", account).status_code == 201
    signed_in = visitor.post("/api/user/login", {"email": account["email"], "password": PASSWORD})
    return api.with_token(signed_in.json()["access_token"])


@given(phrase("this buyer has bought {seats:Seats}"))
def _has_bought_too(named_buyer: ApiClient, event: Json, seats: list[str]) -> None:
    named_buyer.buy(event["id"], *seats)


@when("the seller looks at the orders", target_fixture="orders")
def _looks(seller: ApiClient, event: Json) -> list[Json]:
    return seller.orders(event["id"])


@when("the seller looks for the buyer's email", target_fixture="orders")
def _looks_for_email(seller: ApiClient, event: Json, buyer: ApiClient) -> list[Json]:
    return seller.orders(event["id"], q=buyer.user["email"])


@when("the seller looks for the number of the order", target_fixture="orders")
def _looks_for_number(seller: ApiClient, event: Json, reservation: Json) -> list[Json]:
    return seller.orders(event["id"], q=reservation["id"][:8].upper())


@when(parsers.parse("the seller looks for the seat {seat}"), target_fixture="orders")
def _looks_for_seat(seller: ApiClient, event: Json, seat: str) -> list[Json]:
    return seller.orders(event["id"], q=seat)


@when(phrase("the {who} tries to look at the orders"), target_fixture="answer")
def _tries_to_look(person: Person, who: str, event: Json) -> httpx.Response:
    return person(who).get(orders_path(event["id"]))


@when("the seller takes the orders with them", target_fixture="lines")
def _takes(seller: ApiClient, event: Json) -> list[Json]:
    return seller.csv(orders_path(event["id"]))


@when("the seller cancels the sale")
def _cancels(seller: ApiClient, reservation: Json) -> None:
    assert seller.cancel(reservation["id"])["status"] == "cancelled"


@when("the seller looks at the report", target_fixture="report")
def _looks_at_report(seller: ApiClient, event: Json) -> Json:
    return seller.report(event["id"])


@then("they see these orders:")
def _they_see(orders: list[Json], person: Person, datatable: Table) -> None:
    wanted = [(r["status"], r["buyer"], r["seats"]) for r in records(datatable)]
    shown = [(o["status"], o["buyer_email"], " ".join(statuses(o))) for o in orders]
    assert shown == [(status, person(who).user["email"], seats) for status, who, seats in wanted]


@then("they see the order of the buyer alone")
def _they_see_one(orders: list[Json], reservation: Json) -> None:
    assert [order["id"] for order in orders] == [reservation["id"]]


@then(phrase("there is a line for each of {count:d} seats"))
def _a_line_each(lines: list[Json], count: int) -> None:
    assert len({line["seat_identifier"] for line in lines}) == len(lines) == count


@then("no cell of it is a formula")
def _no_formula(lines: list[Json]) -> None:
    cells = [cell for line in lines for cell in line.values()]
    assert any("HYPERLINK" in cell for cell in cells)
    assert [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))] == []


@then(phrase("{sold:d} seats are sold for {revenue:d}, {held:d} is held and {left:d} are left"))
def _report_says(report: Json, sold: int, revenue: int, held: int, left: int) -> None:
    total = report["total"]
    assert (total["sold"], total["revenue"]) == (sold, revenue)
    assert (total["reserved"], total["available"]) == (held, left)


@then(phrase("the sales of all hours come to {seats:d} seats and {revenue:d}"))
def _hours_come_to(report: Json, seats: int, revenue: int) -> None:
    hours = report["sales_by_hour"]
    assert sum(hour["seats"] for hour in hours) == seats
    assert sum(hour["revenue"] for hour in hours) == revenue


@then(phrase("{orders:d} order of {seats:d} seats for {amount:d} is cancelled"))
def _cancelled(report: Json, orders: int, seats: int, amount: int) -> None:
    assert report["cancelled"] == {"orders": orders, "seats": seats, "amount": amount}
