"""Orders, reports, tickets and the door, over HTTP."""

from urllib.parse import unquote

import httpx
import pytest

from test.support.api import (
    Api,
    ApiClient,
    Json,
    broken_rules,
    door_path,
    orders_path,
    problem_of,
    seating,
    section,
)

ODD = 'A ?#% &"<二>'


@pytest.fixture(scope="module")
def other_seller(api: Api) -> ApiClient:
    return api.seller()


def kind_of(answer: httpx.Response, status: int) -> str:
    return str(problem_of(answer, status)["type"]).removeprefix("urn:ticketing:problem:")


class TestTickets:
    def test_are_one_for_each_seat_with_a_code_that_stays(
        self, buyer: ApiClient, event: Json
    ) -> None:
        bought = buyer.buy(event["id"], "A-1-1-2", "A-1-1-1")

        tickets = buyer.tickets(bought["id"])

        assert [ticket["seat_identifier"] for ticket in tickets] == ["A-1-1-1", "A-1-1-2"]
        assert [
            {name: ticket[name] for name in bought["seats"][0]} for ticket in tickets
        ] == bought["seats"]
        assert len({ticket["code"] for ticket in tickets}) == 2
        assert buyer.tickets(bought["id"]) == tickets
        assert not any("checked_in_at" in ticket for ticket in tickets)

    def test_have_the_code_as_a_picture(self, seller: ApiClient, buyer: ApiClient) -> None:
        event = seller.create_event(seating_config=seating(1, 2, [section(ODD)]))
        bought = buyer.buy(event["id"], f"{ODD}-1-1-1")
        [ticket] = buyer.tickets(bought["id"])

        picture = buyer.get(ticket["qr"])

        assert picture.status_code == 200
        assert picture.headers["content-type"].startswith("image/svg+xml")
        assert picture.headers["cache-control"] == "no-store"
        assert picture.text.count("<path") == 2
        assert unquote(ticket["qr"]).endswith(f"/ticket/{ODD}-1-1-1/qr.svg")
        other = ticket["qr"].replace("1-1-1/qr", "1-1-2/qr")
        assert kind_of(buyer.get(other), 404) == "no-such-ticket"
        assert kind_of(buyer.get(ticket["qr"].replace("1-1-1/qr", "x/qr")), 404) == "no-such-ticket"

    def test_are_for_what_is_confirmed(self, buyer: ApiClient, event: Json) -> None:
        held = buyer.reserve(event["id"], "A-1-1-1")
        path = f"/api/reservation/{held['id']}"

        for thing in ("ticket", "ticket/A-1-1-1/qr.svg", "calendar.ics"):
            assert kind_of(buyer.get(f"{path}/{thing}"), 409) == "not-confirmed"

        buyer.release(held["id"])
        assert "released" in problem_of(buyer.get(f"{path}/ticket"), 409)["detail"]

    def test_are_their_buyers_alone(
        self,
        seller: ApiClient,
        buyer: ApiClient,
        other_buyer: ApiClient,
        visitor: ApiClient,
        event: Json,
    ) -> None:
        path = f"/api/reservation/{buyer.buy(event['id'], 'A-1-1-1')['id']}"

        for thing in ("ticket", "ticket/A-1-1-1/qr.svg", "calendar.ics"):
            assert kind_of(other_buyer.get(f"{path}/{thing}"), 404) == "reservation-not-found"
            problem_of(seller.get(f"{path}/{thing}"), 403)
            problem_of(visitor.get(f"{path}/{thing}"), 401)
        problem_of(buyer.get("/api/reservation/nonsense/ticket"), 404)

    def test_stay_when_their_event_is_hidden_or_over(
        self, seller: ApiClient, buyer: ApiClient, event: Json
    ) -> None:
        bought = buyer.buy(event["id"], "A-1-1-1", "A-1-1-2")
        first, second = buyer.tickets(bought["id"])

        seller.change_event(event["id"], is_active=False)
        assert seller.check_in(event["id"], first["code"])["seat"]["seat_identifier"] == "A-1-1-1"
        seller.change_event(event["id"], status="completed")

        assert [ticket["code"] for ticket in buyer.tickets(bought["id"])] == [
            first["code"],
            second["code"],
        ]
        assert seller.check_in(event["id"], second["code"])["event_id"] == event["id"]


class TestACalendarEntry:
    def test_is_a_file_for_a_calendar(self, seller: ApiClient, buyer: ApiClient) -> None:
        event = seller.create_event(starts_at="2027-05-01T20:00:00+08:00", timezone="Asia/Taipei")
        bought = buyer.buy(event["id"], "A-1-1-1")

        answer = buyer.get(f"/api/reservation/{bought['id']}/calendar.ics")

        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/calendar")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "DTSTART;TZID=Asia/Taipei:20270501T200000\r\n" in answer.text


class TestTheDoor:
    def test_lets_each_ticket_in_once(
        self, seller: ApiClient, buyer: ApiClient, event: Json
    ) -> None:
        bought = buyer.buy(event["id"], "A-1-1-1", "B-1-2-5")
        ticket = buyer.tickets(bought["id"])[1]

        entered = seller.check_in(event["id"], ticket["code"].lower().replace("-", " "))
        again = seller.post(door_path(event["id"]), {"code": ticket["code"]})

        assert entered == {
            "event_id": event["id"],
            "reservation_id": bought["id"],
            "buyer_name": buyer.user["name"],
            "seat": bought["seats"][1],
            "checked_in_at": entered["checked_in_at"],
        }
        problem = problem_of(again, 409)
        assert problem["seat"] == entered["seat"]
        assert problem["checked_in_at"] == entered["checked_in_at"]
        assert seller.door(event["id"]) == {"event_id": event["id"], "checked_in": 1, "sold": 2}
        assert buyer.tickets(bought["id"])[1]["checked_in_at"] == entered["checked_in_at"]
        assert seller.orders(event["id"])[0]["checked_in"] == 1

    def test_knows_no_code_of_another_event_no_guess_and_no_nonsense(
        self, seller: ApiClient, buyer: ApiClient, event: Json
    ) -> None:
        other = seller.create_event()
        [ticket] = buyer.tickets(buyer.buy(event["id"], "A-1-1-1")["id"])
        buyer.tickets(buyer.buy(other["id"], "A-1-1-1")["id"])
        guess = ticket["code"][:-1] + ("0" if ticket["code"][-1] != "0" else "1")

        for event_id, code in (
            (other["id"], ticket["code"]),
            (event["id"], guess),
            (event["id"], "ZZZZ" + ticket["code"][4:]),
            (event["id"], "0003" + ticket["code"][4:]),
            (event["id"], ""),
            (event["id"], "https://example.com/" + "a" * 5_000),
        ):
            answer = seller.post(door_path(event_id), {"code": code})
            assert kind_of(answer, 404) == "no-such-ticket", code
        bodies: list[object] = [{}, {"code": 5}, {"code": None}, {"code": "x", "seat": "y"}, []]
        for body in bodies:
            assert broken_rules(seller.post(door_path(event["id"]), body))

    def test_of_an_event_without_any_ticket_shown_lets_nobody_in(
        self, seller: ApiClient, buyer: ApiClient, event: Json
    ) -> None:
        buyer.buy(event["id"], "A-1-1-1")

        answer = seller.post(door_path(event["id"]), {"code": "0000-0000-0000-0000"})

        assert kind_of(answer, 404) == "no-such-ticket"


class TestOrders:
    def test_say_who_bought_what_newest_first(
        self, seller: ApiClient, buyer: ApiClient, other_buyer: ApiClient, event: Json
    ) -> None:
        held = other_buyer.reserve(event["id"], "B-1-1-1")
        bought = buyer.buy(event["id"], "A-1-1-1", "A-1-1-2")

        newest, oldest = seller.orders(event["id"])

        who = {"buyer_name": buyer.user["name"], "buyer_email": buyer.user["email"]}
        assert newest == bought | who | {"confirmed_at": newest["confirmed_at"]}
        assert oldest["id"] == held["id"]
        assert oldest["buyer_email"] == other_buyer.user["email"]
        assert "confirmed_at" not in oldest

    def test_come_in_pages(self, seller: ApiClient, buyer: ApiClient, event: Json) -> None:
        made = [buyer.reserve(event["id"], f"A-1-1-{n}")["id"] for n in range(1, 6)]

        pages = seller.pages(orders_path(event["id"]), limit=2, status="reserved")

        assert [len(page) for page in pages] == [2, 2, 1]
        assert [order["id"] for page in pages for order in page] == made[::-1]

    def test_are_found_by_name_email_number_and_seat(
        self, seller: ApiClient, buyer: ApiClient, other_buyer: ApiClient, event: Json
    ) -> None:
        mine = buyer.buy(event["id"], "A-1-1-1", "A-1-1-2")["id"]
        theirs = other_buyer.reserve(event["id"], "B-1-1-1")["id"]

        def found(text: str, **search: str) -> set[str]:
            return {order["id"] for order in seller.orders(event["id"], q=text, **search)}

        assert found("") == found("A BUYER") == found("  a   buyer ") == {mine, theirs}
        assert found(buyer.user["email"].upper()) == {mine}
        assert found(mine[:8].upper()) == found(mine) == found(mine.replace("-", "")) == {mine}
        assert found("A-1-1-2") == found("a-1-1-2") == {mine}
        assert found("a buyer", status="reserved") == {theirs}
        for nothing in ("%", "_", "%%", "a%r", "\\", "'", "A-1-2-1", "A-9-9-9", "nobody"):
            assert found(nothing) == set(), nothing

    def test_refuse_what_cannot_be_searched_for(self, seller: ApiClient, event: Json) -> None:
        path = orders_path(event["id"])

        wrong = broken_rules(seller.get(path, params={"q": "a\x07", "status": "sold"}))
        assert wrong.keys() == {"query.q", "query.status"}
        assert broken_rules(seller.get(path, params={"q": "x" * 201})).keys() == {"query.q"}
        assert broken_rules(seller.get(path, params={"cursor": "x"})).keys() == {"query.cursor"}
        csv = {"Accept": "text/csv"}
        assert broken_rules(seller.get(path, params={"status": "x"}, headers=csv))

    def test_as_csv_have_a_line_for_each_seat(
        self, seller: ApiClient, buyer: ApiClient, event: Json
    ) -> None:
        bought = buyer.buy(event["id"], "A-1-1-1", "A-1-1-2")
        held = buyer.reserve(event["id"], "B-1-1-1")
        entered = seller.check_in(event["id"], buyer.tickets(bought["id"])[0]["code"])

        lines = seller.csv(orders_path(event["id"]))

        assert [(line["order_id"], line["seat_identifier"]) for line in lines] == [
            (held["id"], "B-1-1-1"),
            (bought["id"], "A-1-1-1"),
            (bought["id"], "A-1-1-2"),
        ]
        assert lines[1]["price"] == "2000"
        assert lines[1]["buyer_email"] == buyer.user["email"]
        assert lines[1]["checked_in_at"] == f"{entered['checked_in_at'][:19]}Z"
        assert lines[2]["checked_in_at"] == lines[0]["confirmed_at"] == ""
        assert len(seller.csv(orders_path(event["id"]), status="reserved")) == 1

    def test_as_csv_are_a_file(self, seller: ApiClient, event: Json) -> None:
        path, csv = orders_path(event["id"]), {"Accept": "text/csv"}

        for answer in (seller.get(path, headers=csv), seller.http.head(path, headers=csv)):
            assert answer.headers["content-type"] == "text/csv; charset=utf-8"
            assert answer.headers["content-disposition"].startswith("attachment")
            assert "Accept" in answer.headers.get_list("vary", split_commas=True)
        assert "Accept" in seller.get(path).headers.get_list("vary", split_commas=True)


class TestTheReport:
    def test_counts_seats_and_money(self, seller: ApiClient, buyer: ApiClient, event: Json) -> None:
        buyer.buy(event["id"], "A-1-1-1", "A-1-1-2")
        buyer.buy(event["id"], "B-1-1-1")
        buyer.reserve(event["id"], "A-2-1-1")

        report = seller.report(event["id"])

        figures = {"available": 17, "reserved": 1, "house": 0, "sold": 2, "revenue": 4000}
        assert report["sections"][0] == {"section": "A", "price": 2000, "total": 20, **figures}
        assert report["sections"][1]["revenue"] == 1500
        assert report["total"] == {
            "total": 30,
            "available": 26,
            "reserved": 1,
            "house": 0,
            "sold": 3,
            "revenue": 5500,
        }
        assert report["cancelled"] == {"orders": 0, "seats": 0, "amount": 0}
        hours = report["sales_by_hour"]
        assert sum(hour["orders"] for hour in hours) == 2
        assert sum(hour["seats"] for hour in hours) == 3
        assert sum(hour["revenue"] for hour in hours) == 5500
        assert all(hour["hour"].endswith(":00:00Z") for hour in hours)

    def test_as_csv_is_one_table(self, seller: ApiClient, buyer: ApiClient, event: Json) -> None:
        buyer.buy(event["id"], "A-1-1-1")

        lines = seller.csv(f"/api/event/{event['id']}/report")

        assert [line["part"] for line in lines] == [
            *("section", "section", "total", "cancelled", "hour")
        ]
        assert (lines[2]["total"], lines[2]["sold"], lines[2]["revenue"]) == ("30", "1", "2000")
        assert (lines[4]["sold"], lines[4]["orders"], lines[4]["revenue"]) == ("1", "1", "2000")


@pytest.mark.parametrize("what", ["reservation", "report", "check_in"])
def test_the_box_office_is_the_events_own_sellers(
    what: str,
    seller: ApiClient,
    other_seller: ApiClient,
    buyer: ApiClient,
    visitor: ApiClient,
    event: Json,
) -> None:
    path = f"/api/event/{event['id']}/{what}"
    csv = {"Accept": "text/csv"}

    for headers in ({}, csv):
        problem_of(visitor.get(path, headers=headers), 401)
        problem_of(buyer.get(path, headers=headers), 403)
        problem_of(other_seller.get(path, headers=headers), 403)
        for unknown in ("999999999", str(2**70)):
            problem_of(seller.get(f"/api/event/{unknown}/{what}", headers=headers), 404)
    seller.change_event(event["id"], is_active=False)
    problem_of(other_seller.get(path), 404)
    assert seller.get(path).status_code == 200
    if what == "check_in":
        for who, status in ((visitor, 401), (buyer, 403), (other_seller, 404)):
            problem_of(who.post(path, {"code": "x"}), status)
