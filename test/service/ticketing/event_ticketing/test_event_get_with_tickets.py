"""An event in detail."""

from pytest_bdd import scenarios, then, when

from test.service.ticketing.event_ticketing.conftest import Table, phrase, records
from test.support.api import ApiClient, Json, statuses

scenarios("event_get_with_tickets.feature")


@when("the buyer looks at the event without its tickets", target_fixture="shown")
def _looks_without_tickets(buyer: ApiClient, event: Json) -> Json:
    return buyer.event(event["id"], tickets=False)


@then("the event shows these seats:")
def _shows_these_seats(shown: Json, datatable: Table) -> None:
    counts = [
        {
            "subsection": f"{section['name']}-{subsection['number']}",
            **{name: subsection[name] for name in ("available", "reserved", "sold", "total")},
        }
        for section in shown["seating_config"]["sections"]
        for subsection in section["subsections"]
    ]
    assert counts == records(datatable)


@then(phrase("the event shows {count:d} tickets in the order of their seats"))
def _shows_tickets_in_order(shown: Json, count: int) -> None:
    places = [(t["section"], t["subsection"], t["row"], t["seat"]) for t in shown["tickets"]]
    assert len(places) == count
    assert places == sorted(set(places))


@then("the event shows no tickets")
def _shows_no_tickets(shown: Json) -> None:
    assert "tickets" not in shown


@then("each ticket has its section, subsection, row, seat, price and status")
def _each_ticket_is_complete(event: Json, shown: Json) -> None:
    prices = {"A": 2000, "B": 1500}
    for ticket in shown["tickets"]:
        assert isinstance(ticket.pop("id"), int)
        subsection, row, seat = ticket["subsection"], ticket["row"], ticket["seat"]
        assert ticket == {
            "event_id": event["id"],
            "section": ticket["section"],
            "subsection": subsection,
            "row": row,
            "seat": seat,
            "price": prices[ticket["section"]],
            "status": "available",
            "seat_identifier": f"{ticket['section']}-{subsection}-{row}-{seat}",
        }


@then(phrase("the ticket of {seats:Seats} is {status}"))
def _the_ticket_is(shown: Json, seats: list[str], status: str) -> None:
    assert statuses(shown)[seats[0]] == status
