"""Creating, showing and changing events."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from test.support.api import (
    Api,
    ApiClient,
    Json,
    broken_rules,
    event_request,
    one_subsection,
    overview_path,
    problem_of,
    seating,
    seats_path,
    section,
)
from test.support.service import ServiceProcess
from test.support.stores import SeatStore, query
from test.support.together import together


class TestCreating:
    def test_answers_the_event_as_it_was_sent(self, seller: ApiClient) -> None:
        request = event_request()

        answer = seller.post("/api/event", request)

        event = answer.json()
        assert answer.status_code == 201
        assert answer.headers["location"] == f"/api/event/{event['id']}"
        assert event == {
            **request,
            "id": event["id"],
            "seller_id": seller.id,
            "is_active": True,
            "status": "available",
        }

    def test_trims_texts_and_section_names(self, seller: ApiClient) -> None:
        event = seller.create_event(
            name="  Rock \n",
            description="\tLine one\r\nLine two ",
            venue_name="\u3000Arena\u00a0",
            seating_config=seating(sections=[section(" A ")]),
        )

        assert event["name"] == "Rock"
        assert event["description"] == "Line one\nLine two"
        assert event["venue_name"] == "Arena"
        assert event["seating_config"]["sections"][0]["name"] == "A"

    def test_takes_texts_up_to_their_limits(self, seller: ApiClient) -> None:
        limits = {"name": "名" * 200, "venue_name": "v" * 200, "description": "d" * 5000}

        event = seller.create_event(**limits)

        assert event == event | limits

    @pytest.mark.parametrize("field", ["name", "description", "venue_name"])
    @pytest.mark.parametrize(
        "value", ["a\x00b", "a\x0bb", "a\x1bb", "a\x7fb", "a\ud800b", 7, None, ["x"], True]
    )
    def test_refuses_texts_that_cannot_be(
        self, seller: ApiClient, field: str, value: object
    ) -> None:
        assert list(broken_rules(_create(seller, **{field: value}))) == [f"body.{field}"]

    def test_refuses_newlines_but_in_the_description(self, seller: ApiClient) -> None:
        assert list(broken_rules(_create(seller, name="a\nb"))) == ["body.name"]
        assert list(broken_rules(_create(seller, venue_name="a\nb"))) == ["body.venue_name"]

    @pytest.mark.parametrize(
        ("field", "length"), [("name", 201), ("venue_name", 201), ("description", 5001)]
    )
    def test_refuses_longer_texts(self, seller: ApiClient, field: str, length: int) -> None:
        assert list(broken_rules(_create(seller, **{field: "x" * length}))) == [f"body.{field}"]

    @pytest.mark.parametrize("value", ["true", 1, None, "yes"])
    def test_refuses_an_activity_that_is_neither_true_nor_false(
        self, seller: ApiClient, value: object
    ) -> None:
        assert list(broken_rules(_create(seller, is_active=value))) == ["body.is_active"]

    @pytest.mark.parametrize("field", ["rows", "cols"])
    @pytest.mark.parametrize("value", [0, -1, True, 1.0, 2.5, "5", None, [], 10**30, -(10**30)])
    def test_refuses_sizes_that_are_no_counts(
        self, seller: ApiClient, field: str, value: object
    ) -> None:
        config = one_subsection(2, 2) | {field: value}

        [place] = broken_rules(_create(seller, seating_config=config))

        assert place == f"body.seating_config.{field}"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("price", price) for price in (-1, 10_000_001, 1.0, True, "1", None, 10**30)),
            *(("subsections", n) for n in (0, -1, 1.0, True, "1", None, 10**30)),
            *(("name", name) for name in ("", " ", "x" * 33, "a/b", ".", "..", "a\x00", "a\nb")),
            *(("name", name) for name in (1, None, "\ud800")),
        ],
    )
    def test_refuses_sections_that_cannot_be(
        self, seller: ApiClient, field: str, value: object
    ) -> None:
        config = seating(sections=[section("Fine"), section() | {field: value}])

        [place] = broken_rules(_create(seller, seating_config=config))

        assert place == f"body.seating_config.sections.1.{field}"

    @pytest.mark.parametrize("price", [0, 10_000_000])
    def test_takes_prices_up_to_their_limits(self, seller: ApiClient, price: int) -> None:
        event = seller.create_event(seating_config=seating(1, 1, [section(price=price)]))

        assert seller.event(event["id"])["tickets"][0]["price"] == price

    def test_refuses_two_sections_of_one_name_however_it_is_padded(self, seller: ApiClient) -> None:
        config = seating(sections=[section("A"), section("B"), section(" A ")])

        [place] = broken_rules(_create(seller, seating_config=config))

        assert place == "body.seating_config.sections.2.name"

    def test_names_every_field_of_another_type(self, seller: ApiClient) -> None:
        config = {"rows": 0.5, "cols": "x", "sections": [section(price=None), {}]}

        places = broken_rules(_create(seller, seating_config=config, venue_name=None))

        assert places.keys() >= {
            "body.venue_name",
            "body.seating_config.rows",
            "body.seating_config.cols",
            "body.seating_config.sections.0.price",
            "body.seating_config.sections.1.name",
        }

    def test_names_every_broken_rule_of_the_seating(self, seller: ApiClient) -> None:
        config = seating(0, 10**4_000, [section(price=-1), section("a/b")])

        places = broken_rules(_create(seller, seating_config=config))

        assert places == {
            "body.seating_config.rows": "must be at least 1",
            "body.seating_config.cols": "must be at most 1,000,000",
            "body.seating_config.sections.0.price": "must be at least 0",
            "body.seating_config.sections.1.name": "must not contain '/', and not be '.' or '..'",
        }

    @pytest.mark.parametrize(
        "name",
        ["搖滾區", "A-1", "A 1", "Ünïcode", "a?b#c%d&e", "'\"", "A:1", "{x}", "x" * 32, "*", "\\"],
    )
    def test_takes_section_names_of_any_script(self, seller: ApiClient, name: str) -> None:
        event = seller.create_event(seating_config=seating(1, 2, [section(name)]))

        shown = seller.seats(event["id"], quote(name, safe=""))

        assert shown["section"] == name
        assert [t["seat_identifier"] for t in shown["tickets"]] == [
            f"{name}-1-1-1",
            f"{name}-1-1-2",
        ]
        assert seller.event(event["id"])["tickets"][1]["seat_identifier"] == f"{name}-1-1-2"

    @pytest.mark.parametrize(
        ("rows", "cols", "subsections"), [(1000, 100, 1), (1, 1000, 100), (1000, 1000, 1)]
    )
    def test_takes_100_000_seats_and_not_one_more(
        self, seller: ApiClient, rows: int, cols: int, subsections: int
    ) -> None:
        too_many = seating(rows, cols, [section(subsections=subsections), section("B")])

        places = broken_rules(_create(seller, seating_config=too_many))

        assert list(places) == ["body.seating_config"]
        assert "100,000" in places["body.seating_config"]

    @pytest.mark.parametrize("body", [None, [], "event", 7, {}])
    def test_refuses_what_is_no_event(self, seller: ApiClient, body: object) -> None:
        assert broken_rules(seller.http.post("/api/event", json=body))


def test_fifty_thousand_seats_are_an_ordinary_request(
    seller: ApiClient, server_process: ServiceProcess
) -> None:
    config = seating(50, 100, [section("A", 2000, 6), section("B", 1500, 4)])

    started = time.monotonic()
    event = seller.create_event(seating_config=config)
    took = time.monotonic() - started

    tickets = seller.event(event["id"])["tickets"]
    assert len(tickets) == len({ticket["seat_identifier"] for ticket in tickets}) == 50_000
    assert sum(s["available"] for s in seller.overview(event["id"])["sections"]) == 50_000
    # layout, version and one string for each subsection: nothing for a single seat
    assert len(SeatStore(server_process.settings, event["id"]).keys()) == 2 + 10
    assert took < 40, "a COPY takes about half a second; row by row it would be minutes"


class TestTheDetail:
    @pytest.mark.parametrize("number", ["0", "999999999", str(2**63), str(10**30)])
    def test_of_no_event_is_not_found(self, visitor: ApiClient, number: str) -> None:
        problem_of(visitor.get(f"/api/event/{number}"), 404)

    @pytest.mark.parametrize("number", ["x", "-1", "+1", "1.0", "1_0", "%201", "1e3", "%00"])
    def test_of_what_is_no_number_is_refused(self, visitor: ApiClient, number: str) -> None:
        assert list(broken_rules(visitor.get(f"/api/event/{number}"))) == ["path.event_id"]

    def test_of_a_draft_is_not_found_even_by_its_seller(
        self, seller: ApiClient, draft: int
    ) -> None:
        for path in (f"/api/event/{draft}", overview_path(draft), seats_path(draft)):
            problem_of(seller.get(path), 404)
        problem_of(seller.get(f"{overview_path(draft)}/sse"), 404)
        problem_of(seller.patch(f"/api/event/{draft}", {"name": "x"}), 404)

    def test_of_a_draft_is_in_no_list(self, seller: ApiClient, draft: int) -> None:
        own = seller.pages("/api/event", seller_id=seller.id, limit=200)

        assert draft not in {event["id"] for page in own for event in page}

    @pytest.fixture
    def draft(self, server_process: ServiceProcess, event: Json) -> Iterator[int]:
        """An event that has never been anything else."""
        settings = server_process.settings
        columns = "name, description, venue_name, seller_id, seating_config"
        [draft] = query(
            settings,
            f"INSERT INTO event ({columns}, status)"
            f" SELECT {columns}, 'draft' FROM event WHERE id = $1 RETURNING id",
            event["id"],
        )
        yield draft["id"]
        query(settings, "DELETE FROM event WHERE id = $1", draft["id"])

    def test_of_an_event_that_is_not_listed_is_for_its_seller_alone(
        self, api: Api, seller: ApiClient, buyer: ApiClient, visitor: ApiClient
    ) -> None:
        event = seller.create_event(is_active=False)

        for path in (
            f"/api/event/{event['id']}",
            overview_path(event["id"]),
            seats_path(event["id"]),
        ):
            assert seller.get(path).status_code == 200
            for person in (api.seller(), buyer, visitor):
                problem_of(person.get(path), 404)

    def test_of_a_hidden_event_stays_for_who_has_seats_of_it(
        self, seller: ApiClient, buyer: ApiClient, api: Api, visitor: ApiClient
    ) -> None:
        event = seller.create_event(starts_at="2090-05-01T20:00:00+08:00")
        path = f"/api/event/{event['id']}"
        held = buyer.reserve(event["id"], "A-1-1-1")
        seller.change_event(event["id"], is_active=False)

        shown = buyer.event(event["id"], tickets=False)

        assert (shown["name"], shown["is_active"]) == (event["name"], False)
        assert (shown["venue_name"], shown["starts_at"]) == (
            event["venue_name"],
            event["starts_at"],
        )
        assert len(buyer.event(event["id"])["tickets"]) == 30
        for person in (visitor, api.buyer(), api.seller()):
            problem_of(person.get(path), 404)
        # What happens to the seats of others is no longer their concern.
        problem_of(buyer.get(overview_path(event["id"])), 404)
        problem_of(buyer.get(f"{overview_path(event['id'])}/sse"), 404)

        buyer.release(held["id"])
        problem_of(buyer.get(path), 404)


class TestChanging:
    def test_changes_what_is_sent_and_leaves_the_rest(self, seller: ApiClient, event: Json) -> None:
        changed = seller.change_event(event["id"], name=" New name ", description="New\nlines")

        assert changed == event | {"name": "New name", "description": "New\nlines"}
        detail = seller.event(event["id"], tickets=False)
        assert (detail["name"], detail["description"]) == ("New name", "New\nlines")

    def test_sets_dates_and_takes_them_away(self, seller: ApiClient, event: Json) -> None:
        dates = {
            "starts_at": "2027-06-01T19:30:00+08:00",
            "sale_opens_at": "2027-05-01T00:00:00+08:00",
            "timezone": "Asia/Taipei",
        }

        changed = seller.change_event(event["id"], **dates)

        assert changed == event | {
            "starts_at": "2027-06-01T11:30:00Z",
            "sale_opens_at": "2027-04-30T16:00:00Z",
            "timezone": "Asia/Taipei",
        }
        shown = seller.event(event["id"], tickets=False)
        assert shown | {"seating_config": event["seating_config"]} == changed
        assert seller.change_event(event["id"], name=event["name"]) == changed
        assert seller.change_event(event["id"], **dict.fromkeys(dates)) == event

    def test_dates_are_part_of_what_if_match_guards(self, seller: ApiClient, event: Json) -> None:
        path = f"/api/event/{event['id']}"
        seen = {"If-Match": seller.get(path).headers["etag"]}
        seller.change_event(event["id"], timezone="Asia/Taipei")

        assert seller.patch(path, {"name": "Other"}, headers=seen).status_code == 412

    def test_a_sale_that_closes_before_it_opens_is_refused(
        self, seller: ApiClient, event: Json
    ) -> None:
        seller.change_event(event["id"], sale_opens_at="2027-05-01T00:00:00Z")

        answer = seller.patch(
            f"/api/event/{event['id']}", {"sale_closes_at": "2027-04-01T00:00:00Z"}
        )

        assert answer.status_code == 400
        assert answer.json()["errors"] == [
            {"loc": ["body", "sale_closes_at"], "msg": "must be after sale_opens_at"}
        ]

    def test_with_nothing_changes_nothing(self, seller: ApiClient, event: Json) -> None:
        assert seller.change_event(event["id"]) == event

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "x" * 201),
            ("name", 7),
            ("description", "  "),
            ("venue_name", "a\x00"),
            ("is_active", "no"),
            ("is_active", 0),
            ("status", "available"),
            ("status", "sold_out"),
            ("status", "draft"),
            ("status", "cancelled"),
            ("status", 1),
            ("starts_at", "2027-05-01T12:00:00"),
            ("starts_at", "9999-12-31T23:59:59-12:00"),
            ("sale_opens_at", 1_809_172_800),
            ("timezone", "Asia/Nowhere"),
        ],
    )
    def test_refuses_what_creation_would(
        self, seller: ApiClient, event: Json, field: str, value: object
    ) -> None:
        answer = seller.patch(f"/api/event/{event['id']}", {field: value})

        assert list(broken_rules(answer)) == [f"body.{field}"]
        assert seller.change_event(event["id"]) == event

    @pytest.mark.parametrize("status", ["completed", "ended"])
    def test_the_status_is_for_good(self, seller: ApiClient, event: Json, status: str) -> None:
        assert seller.change_event(event["id"], status=status)["status"] == status
        other = ({"completed", "ended"} - {status}).pop()

        problem_of(seller.patch(f"/api/event/{event['id']}", {"status": other}), 409)

        assert seller.change_event(event["id"], status=status)["status"] == status
        assert seller.change_event(event["id"], name="Was great")["status"] == status

    def test_is_for_the_owner_alone(self, api: Api, event: Json) -> None:
        answer = api.seller().patch(f"/api/event/{event['id']}", {"name": "Mine now"})

        problem_of(answer, 403)

    def test_does_not_tell_others_of_an_event_that_is_not_listed(
        self, api: Api, seller: ApiClient
    ) -> None:
        event = seller.create_event(is_active=False)

        problem_of(api.seller().patch(f"/api/event/{event['id']}", {"name": "Mine"}), 404)

    def test_of_no_event_finds_none(self, seller: ApiClient) -> None:
        problem_of(seller.patch("/api/event/999999999", {"name": "x"}), 404)

    def test_takes_an_event_off_the_list_and_back(self, api: Api, visitor: ApiClient) -> None:
        seller = api.seller()
        event = seller.create_event()
        path = f"/api/event?seller_id={seller.id}"

        seller.change_event(event["id"], is_active=False)
        assert visitor.get(path).json() == []
        problem_of(visitor.get(f"/api/event/{event['id']}"), 404)
        seller.change_event(event["id"], is_active=True)
        assert [each["id"] for each in visitor.get(path).json()] == [event["id"]]


class TestTheEventsTag:
    """The ETag of the event itself, which keeps one change from undoing another."""

    def test_is_that_of_the_event_and_not_of_its_seats(
        self, seller: ApiClient, buyer: ApiClient, event: Json
    ) -> None:
        path = f"/api/event/{event['id']}"
        first = seller.get(path).headers["etag"]
        assert first.startswith('"')

        buyer.reserve(event["id"], "A-1-1-1")

        assert seller.get(path).headers["etag"] == first
        assert seller.http.head(path).headers["etag"] == first
        changed = seller.patch(path, {"name": "Ballads"})
        assert changed.headers["etag"] not in (first, None)
        assert (
            seller.get(path, params={"tickets": False}).headers["etag"] == changed.headers["etag"]
        )

    def test_answers_no_if_none_match_since_the_detail_has_seats(
        self, seller: ApiClient, event: Json
    ) -> None:
        path = f"/api/event/{event['id']}"
        tag = seller.get(path).headers["etag"]

        answer = seller.get(path, headers={"If-None-Match": tag})

        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"

    def test_lets_nobody_change_what_they_have_not_seen(
        self, seller: ApiClient, event: Json
    ) -> None:
        path = f"/api/event/{event['id']}"
        seen = {"If-Match": seller.get(path).headers["etag"]}
        assert seller.patch(path, {"name": "First"}, headers=seen).status_code == 200

        for refused in (seen, {"If-Match": f"W/{seen['If-Match']}"}, {"If-Match": "nonsense"}):
            answer = seller.patch(path, {"name": "Second"}, headers=refused)
            assert problem_of(answer, 412)["type"] == "urn:ticketing:problem:precondition-failed"

        assert seller.event(event["id"])["name"] == "First"
        current = seller.get(path).headers["etag"]
        for accepted in ("*", f'"other", {current}'):
            answer = seller.patch(path, {"name": "First"}, headers={"If-Match": accepted})
            assert answer.status_code == 200

    def test_lets_one_of_many_through_who_saw_the_same(
        self, seller: ApiClient, event: Json
    ) -> None:
        path = f"/api/event/{event['id']}"
        seen = {"If-Match": seller.get(path).headers["etag"]}

        answers = together(
            partial(seller.patch, path, {"name": f"No. {n}"}, headers=seen) for n in range(8)
        )

        assert sorted(answer.status_code for answer in answers) == [200] + 7 * [412]


class TestTheList:
    def test_leads_through_every_page_by_its_links(self, api: Api, visitor: ApiClient) -> None:
        seller = api.seller()
        made = [seller.create_event(seating_config=one_subsection(1, 1))["id"] for _ in range(7)]

        pages = visitor.pages("/api/event", seller_id=seller.id, limit=3)

        assert [len(page) for page in pages] == [3, 3, 1]
        assert [event["id"] for page in pages for event in page] == list(reversed(made))

    def test_shows_every_change_at_once(self, api: Api, visitor: ApiClient) -> None:
        seller = api.seller()
        path = f"/api/event?seller_id={seller.id}"
        first = seller.create_event(name="0")
        assert [each["name"] for each in visitor.get(path).json()] == ["0"]

        for name in ("1", "2", "3"):
            seller.change_event(first["id"], name=name)
            assert [each["name"] for each in visitor.get(path).json()] == [name]
        second = seller.create_event(name="another")
        assert [each["name"] for each in visitor.get(path).json()] == ["another", "3"]
        seller.change_event(second["id"], status="ended")
        assert [each["name"] for each in visitor.get(path).json()] == ["3"]

    def test_has_no_link_when_all_fits(self, api: Api, visitor: ApiClient) -> None:
        seller = api.seller()
        for _ in range(2):
            seller.create_event(seating_config=one_subsection(1, 1))

        answer = visitor.get("/api/event", params={"seller_id": seller.id, "limit": 2})

        assert len(answer.json()) == 2
        assert "link" not in answer.headers

    def test_keeps_the_other_parameters_in_its_link(self, api: Api) -> None:
        seller = api.seller()
        for _ in range(2):
            seller.create_event(seating_config=one_subsection(1, 1), is_active=False)

        answer = seller.get("/api/event", params={"seller_id": seller.id, "limit": 1})

        following = httpx.URL(answer.links["next"]["url"]).params
        assert (following["seller_id"], following["limit"]) == (str(seller.id), "1")
        assert len(seller.get(answer.links["next"]["url"]).json()) == 1

    @pytest.mark.parametrize(
        "params",
        [
            {"limit": 0},
            {"limit": -1},
            {"limit": 201},
            {"limit": "many"},
            {"limit": 10**30},
            {"cursor": ""},
            {"cursor": "x"},
            {"cursor": "-1"},
            {"cursor": "9" * 30},
            {"cursor": "\u0661"},
            {"seller_id": "me"},
            {"seller_id": -1},
            {"q": "x" * 201},
            {"q": "a\x01b"},
            {"sort": ""},
            {"sort": "name"},
            {"sort": "starts_at,id"},
            {"starts_after": ""},
            {"starts_after": "2027-05-01"},
            {"starts_before": "2027-05-01T12:00:00"},
            {"starts_before": "2027-05-01T12:00:00 08:00"},
            {"starts_after": "0001-01-01T00:00:00+14:00"},
            {"starts_before": "9999-12-31T23:59:59-12:00"},
            {"starts_before": "2020-01-01T00:00:00Z", "starts_after": "2021-01-01T00:00:00Z"},
        ],
    )
    def test_refuses_what_is_no_page(self, visitor: ApiClient, params: dict[str, Any]) -> None:
        [place] = broken_rules(visitor.get("/api/event", params=params))

        assert place == f"query.{next(iter(params))}"

    def test_is_searched_by_words_and_by_date_and_sorted_by_date(
        self, api: Api, visitor: ApiClient
    ) -> None:
        seller = api.seller()
        for name, starts_at in (
            ("Jazz in May", "2090-05-01T20:00:00+08:00"),
            ("五月天 演唱會", "2090-06-01T20:00:00+08:00"),
            ("Some day 100% JAZZ", None),
            ("Jazz was", "2020-05-01T20:00:00+08:00"),
            ("Jazz in April", "2090-04-01T20:00:00+08:00"),
        ):
            dates = {} if starts_at is None else {"starts_at": starts_at}
            seller.create_event(
                name=name, seating_config=one_subsection(1, 1), venue_name="台北小巨蛋", **dates
            )

        def found(**params: str | int) -> list[str]:
            pages = visitor.pages("/api/event", seller_id=seller.id, limit=2, **params)
            return [event["name"] for page in pages for event in page]

        assert found(q=" jazz ") == [
            "Jazz in April",
            "Jazz was",
            "Some day 100% JAZZ",
            "Jazz in May",
        ]
        assert found(q="臺北 jazz april") == ["Jazz in April"]
        assert found(q="五月") == ["五月天 演唱會"]
        assert found(q="100%") == ["Some day 100% JAZZ"]
        assert found(q="j%zz") == []
        assert found(q="jazz", sort="starts_at") == [
            "Jazz in April",
            "Jazz in May",
            "Some day 100% JAZZ",
        ]
        assert found(starts_after="2090-05-01T12:00:00Z") == ["五月天 演唱會", "Jazz in May"]
        assert found(starts_before="2090-05-01T12:00:00Z") == ["Jazz in April", "Jazz was"]

    def test_of_one_order_has_no_cursor_of_the_other(self, api: Api) -> None:
        seller = api.seller()
        for _ in range(2):
            seller.create_event(seating_config=one_subsection(1, 1))
        orders: list[Json] = [{}, {"sort": "starts_at"}]

        for order, other in (orders, orders[::-1]):
            page = {"seller_id": seller.id, "limit": 1}
            answer = seller.get("/api/event", params={**page, **order})
            following = httpx.URL(answer.links["next"]["url"]).params
            wrong = {**page, **other, "cursor": following["cursor"]}

            assert list(broken_rules(seller.get("/api/event", params=wrong))) == ["query.cursor"]

    @pytest.mark.parametrize("seller_id", [0, 999_999_999, 2**63, 10**30])
    def test_of_a_seller_there_is_not_is_empty(self, visitor: ApiClient, seller_id: int) -> None:
        assert visitor.get("/api/event", params={"seller_id": seller_id}).json() == []

    def test_of_another_seller_shows_only_what_is_on_sale(self, api: Api) -> None:
        seller = api.seller()
        on_sale = seller.create_event(seating_config=one_subsection(1, 1))
        seller.create_event(seating_config=one_subsection(1, 1), is_active=False)

        listed = api.seller().get("/api/event", params={"seller_id": seller.id}).json()

        assert listed == [on_sale]


class TestAnIdempotencyKey:
    @pytest.fixture
    def create(self, seller: ApiClient) -> Callable[..., httpx.Response]:
        key = uuid.uuid4().hex

        def send(by: ApiClient = seller, key: str = key, **changes: Any) -> httpx.Response:
            request = event_request(**changes)
            return by.post("/api/event", request, headers={"Idempotency-Key": key})

        return send

    def test_makes_a_second_request_answer_as_the_first(
        self, create: Callable[..., httpx.Response]
    ) -> None:
        first, again = create(), create()

        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert again.headers["location"] == first.headers["location"]

    def test_answers_as_at_first_whatever_came_after(
        self, seller: ApiClient, create: Callable[..., httpx.Response]
    ) -> None:
        first = create().json()
        seller.change_event(first["id"], name="Another", is_active=False, status="ended")

        assert create().json() == first

    def test_serves_one_request_only(self, create: Callable[..., httpx.Response]) -> None:
        create()

        problem_of(create(name="Another concert"), 422)

    def test_is_the_sellers_own(self, api: Api, create: Callable[..., httpx.Response]) -> None:
        first = create().json()

        assert create(by=api.seller(), name="Another").json()["id"] != first["id"]

    @pytest.mark.parametrize("key", ["", "a b", "k" * 256])
    def test_must_be_a_plain_one(self, create: Callable[..., httpx.Response], key: str) -> None:
        assert list(broken_rules(create(key=key))) == ["header.Idempotency-Key"]

    def test_makes_one_event_of_many_requests_at_once(
        self, api: Api, create: Callable[..., httpx.Response]
    ) -> None:
        seller = api.seller()

        answers = together([lambda: create(by=seller)] * 10)

        assert {answer.status_code for answer in answers} <= {201, 409}
        [event] = seller.get("/api/event", params={"seller_id": seller.id}).json()
        assert {a.json()["id"] for a in answers if a.is_success} == {event["id"]}


def _create(seller: ApiClient, **changes: Any) -> httpx.Response:
    """Send what httpx would not write as JSON, half of a surrogate pair, as an escape."""
    body = json.dumps(event_request(**changes))
    return seller.http.post(
        "/api/event", content=body, headers={"Content-Type": "application/json"}
    )
