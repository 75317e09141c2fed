"""Reserving, confirming and releasing seats."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from kit.waiting import wait_until
from test.support.api import (
    Api,
    ApiClient,
    Json,
    broken_rules,
    one_subsection,
    problem_of,
    seating,
    section,
    statuses,
)
from test.support.service import ServiceProcess
from test.support.stores import query
from test.support.together import together


class TestReservingByName:
    def test_holds_the_seats_for_the_buyer(self, buyer: ApiClient, event: Json) -> None:
        reservation = buyer.reserve(event["id"], "A-1-1-2", "B-1-2-5")

        assert uuid.UUID(reservation["id"])
        assert reservation["event_id"] == event["id"]
        assert reservation["buyer_id"] == buyer.id
        assert reservation["status"] == "reserved"
        assert reservation["total_price"] == 2000 + 1500
        assert reservation["seats"][0] == {
            "event_id": event["id"],
            "section": "A",
            "subsection": 1,
            "row": 1,
            "seat": 2,
            "price": 2000,
            "status": "reserved",
            "seat_identifier": "A-1-1-2",
        }
        assert statuses(reservation) == {"A-1-1-2": "reserved", "B-1-2-5": "reserved"}

    def test_lasts_as_long_as_the_setting_says(self, buyer: ApiClient, event: Json) -> None:
        reservation = buyer.reserve(event["id"], "A-1-1-1")

        left = datetime.fromisoformat(reservation["expires_at"]) - datetime.now(UTC)
        assert timedelta(seconds=890) < left <= timedelta(seconds=900)

    def test_answers_where_the_reservation_is(self, buyer: ApiClient, event: Json) -> None:
        answer = buyer.post("/api/reservation", {"event_id": event["id"], "seats": ["A-1-1-1"]})

        assert buyer.get(answer.headers["location"]).json() == answer.json()

    def test_is_seen_in_both_stores(self, buyer: ApiClient, event: Json) -> None:
        buyer.reserve(event["id"], "A-1-1-1")

        assert statuses(buyer.event(event["id"]))["A-1-1-1"] == "reserved"
        assert statuses(buyer.seats(event["id"]))["A-1-1-1"] == "reserved"

    def test_takes_all_seats_or_none_and_names_those_taken(
        self, buyer: ApiClient, other_buyer: ApiClient, event: Json
    ) -> None:
        buyer.reserve(event["id"], "A-1-1-1", "A-2-1-1")
        wanted = ["A-1-1-1", "A-1-1-2", "A-2-1-1"]

        answer = other_buyer.post("/api/reservation", {"event_id": event["id"], "seats": wanted})

        problem = problem_of(answer, 409)
        assert problem["seats"] == ["A-1-1-1", "A-2-1-1"]
        assert "A-2-1-1" in problem["detail"]
        assert statuses(buyer.event(event["id"]))["A-1-1-2"] == "available"
        assert statuses(buyer.seats(event["id"]))["A-1-1-2"] == "available"

    def test_is_refused_for_seats_one_holds_oneself(self, buyer: ApiClient, event: Json) -> None:
        buyer.reserve(event["id"], "A-1-1-1")

        answer = buyer.post("/api/reservation", {"event_id": event["id"], "seats": ["A-1-1-1"]})

        assert problem_of(answer, 409)["seats"] == ["A-1-1-1"]

    def test_takes_ten_seats_but_not_eleven(self, buyer: ApiClient, seller: ApiClient) -> None:
        event = seller.create_event(seating_config=one_subsection(1, 11))
        seats = [f"A-1-1-{number}" for number in range(1, 12)]

        refused = buyer.post("/api/reservation", {"event_id": event["id"], "seats": seats})

        assert "body.seats" in broken_rules(refused)
        assert len(buyer.reserve(event["id"], *seats[:10])["seats"]) == 10

    def test_takes_sections_with_dashes_and_of_any_script(
        self, buyer: ApiClient, seller: ApiClient
    ) -> None:
        config = seating(1, 2, [section("搖滾區"), section("A-1"), section("Ω 2-1-1")])
        event = seller.create_event(seating_config=config)
        seats = ["搖滾區-1-1-2", "A-1-1-1-1", "Ω 2-1-1-1-1-2"]

        assert statuses(buyer.buy(event["id"], *seats)) == dict.fromkeys(seats, "sold")
        assert statuses(buyer.seats(event["id"], "Ω 2-1-1"))["Ω 2-1-1-1-1-2"] == "sold"


class TestReservingTheBestAvailable:
    def test_gives_neighbours_in_one_row(self, buyer: ApiClient, event: Json) -> None:
        seats = buyer.reserve_best(event["id"], 3)["seats"]

        assert len({(s["section"], s["subsection"], s["row"]) for s in seats}) == 1
        first = seats[0]["seat"]
        assert [s["seat"] for s in seats] == [first, first + 1, first + 2]

    def test_gives_the_fewest_rows_where_no_row_has_enough(
        self, buyer: ApiClient, seller: ApiClient
    ) -> None:
        event = seller.create_event(seating_config=one_subsection(3, 3))
        buyer.reserve(event["id"], "A-1-2-2")

        seats = buyer.reserve_best(event["id"], 5)["seats"]

        assert len({seat["row"] for seat in seats}) == 2

    @pytest.mark.parametrize(
        ("part", "expected"),
        [({"section": "B"}, {"B-1"}), ({"section": "A", "subsection": 2}, {"A-2"})],
    )
    def test_stays_in_the_part_asked_for(
        self, buyer: ApiClient, event: Json, part: dict[str, Any], expected: set[str]
    ) -> None:
        seats = buyer.reserve_best(event["id"], 2, **part)["seats"]

        assert {f"{s['section']}-{s['subsection']}" for s in seats} == expected

    def test_is_refused_when_too_few_are_left(self, buyer: ApiClient, seller: ApiClient) -> None:
        event = seller.create_event(seating_config=one_subsection(1, 3))
        buyer.reserve(event["id"], "A-1-1-2")

        answer = buyer.post("/api/reservation", {"event_id": event["id"], "quantity": 3})

        problem_of(answer, 409)
        assert buyer.overview(event["id"])["sections"][0]["available"] == 2


class TestABadRequest:
    @pytest.mark.parametrize(
        ("request_", "place"),
        [
            ({}, "body"),
            ({"seats": []}, "body.seats"),
            ({"seats": ["A-1-1-1", "A-1-1-1"]}, "body.seats.1"),
            ({"seats": ["A-1-1"]}, "body.seats.0"),
            ({"seats": ["A-1-1-01"]}, "body.seats.0"),
            ({"seats": ["A-1-1-6"]}, "body.seats.0"),
            ({"seats": ["A-3-1-1"]}, "body.seats.0"),
            ({"seats": ["C-1-1-1"]}, "body.seats.0"),
            ({"seats": [7]}, "body.seats.0"),
            ({"seats": ["\x00-1-1-1"]}, "body.seats.0"),
            ({"seats": "A-1-1-1"}, "body.seats"),
            ({"seats": ["A-1-1-1"], "quantity": 1}, "body"),
            ({"seats": ["A-1-1-1"], "section": "A"}, "body"),
            ({"quantity": 0}, "body.quantity"),
            ({"quantity": 11}, "body.quantity"),
            ({"quantity": -1}, "body.quantity"),
            ({"quantity": True}, "body.quantity"),
            ({"quantity": 1.5}, "body.quantity"),
            ({"quantity": 10**30}, "body.quantity"),
            ({"quantity": 1, "section": "Z"}, "body.section"),
            ({"quantity": 1, "section": "A", "subsection": 9}, "body.subsection"),
            ({"quantity": 1, "subsection": 1}, "body.section"),
        ],
    )
    def test_is_refused_with_the_place_of_the_mistake(
        self, buyer: ApiClient, event: Json, request_: Json, place: str
    ) -> None:
        answer = buyer.post("/api/reservation", {"event_id": event["id"], **request_})

        assert list(broken_rules(answer)) == [place]

    @pytest.mark.parametrize("event_id", [0, -1, 2**63, 10**30, 999_999_999])
    def test_for_no_event_there_is_finds_none(self, buyer: ApiClient, event_id: int) -> None:
        problem_of(buyer.post("/api/reservation", {"event_id": event_id, "quantity": 1}), 404)

    @pytest.mark.parametrize("event_id", [True, "1", 1.0, None])
    def test_for_what_is_no_event_is_refused(self, buyer: ApiClient, event_id: object) -> None:
        answer = buyer.post("/api/reservation", {"event_id": event_id, "quantity": 1})

        assert list(broken_rules(answer)) == ["body.event_id"]


class TestWhoMayReserve:
    def test_a_seller_may_not(self, seller: ApiClient, event: Json) -> None:
        problem_of(seller.post("/api/reservation", {"event_id": event["id"], "quantity": 1}), 403)

    def test_a_visitor_may_not(self, visitor: ApiClient, event: Json) -> None:
        problem_of(visitor.post("/api/reservation", {"event_id": event["id"], "quantity": 1}), 401)

    def test_nobody_may_for_an_event_that_is_not_listed(
        self, buyer: ApiClient, seller: ApiClient
    ) -> None:
        event = seller.create_event(is_active=False)

        answer = buyer.post("/api/reservation", {"event_id": event["id"], "quantity": 1})

        problem_of(answer, 404)


class TestAnothersReservation:
    @pytest.fixture
    def path(self, buyer: ApiClient, event: Json) -> str:
        return f"/api/reservation/{buyer.reserve(event['id'], 'A-1-1-1')['id']}"

    def test_is_not_found(self, other_buyer: ApiClient, path: str) -> None:
        problem_of(other_buyer.get(path), 404)
        problem_of(other_buyer.post(f"{path}/confirm"), 404)
        problem_of(other_buyer.delete(path), 404)

    def test_is_untouched_by_the_attempt(
        self, buyer: ApiClient, other_buyer: ApiClient, path: str
    ) -> None:
        other_buyer.delete(path)

        assert buyer.get(path).json()["status"] == "reserved"

    def test_is_not_listed(self, buyer: ApiClient, other_buyer: ApiClient, path: str) -> None:
        listed = other_buyer.get("/api/reservation", params={"limit": 200}).json()

        assert path.rpartition("/")[2] not in {r["id"] for r in listed}
        assert {r["buyer_id"] for r in listed} <= {other_buyer.id}

    @pytest.mark.parametrize("name", ["1", "not-a-uuid", "6fc1d586-05a8-419d-bba1-6b775ce50877"])
    def test_that_does_not_exist_is_not_found(self, buyer: ApiClient, name: str) -> None:
        problem_of(buyer.get(f"/api/reservation/{name}"), 404)
        problem_of(buyer.post(f"/api/reservation/{name}/confirm"), 404)
        problem_of(buyer.delete(f"/api/reservation/{name}"), 404)

    def test_needs_a_sign_in_to_be_asked_for(self, visitor: ApiClient, path: str) -> None:
        problem_of(visitor.get(path), 401)
        problem_of(visitor.get("/api/reservation"), 401)
        problem_of(visitor.post(f"{path}/confirm"), 401)
        problem_of(visitor.delete(path), 401)


class TestConfirming:
    def test_sells_the_seats(self, buyer: ApiClient, event: Json) -> None:
        reservation = buyer.reserve(event["id"], "A-1-1-1", "A-1-1-2")

        confirmed = buyer.confirm(reservation["id"])

        assert confirmed["status"] == "confirmed"
        assert set(statuses(confirmed).values()) == {"sold"}
        assert statuses(buyer.event(event["id"]))["A-1-1-1"] == "sold"
        assert statuses(buyer.seats(event["id"]))["A-1-1-1"] == "sold"

    def test_again_changes_nothing(self, buyer: ApiClient, event: Json) -> None:
        first = buyer.buy(event["id"], "A-1-1-1")
        before = buyer.overview(event["id"])

        assert buyer.confirm(first["id"]) == first
        assert buyer.overview(event["id"]) == before

    def test_is_refused_after_a_release(self, buyer: ApiClient, event: Json) -> None:
        reservation = buyer.reserve(event["id"], "A-1-1-1")
        buyer.release(reservation["id"])

        problem_of(buyer.post(f"/api/reservation/{reservation['id']}/confirm"), 409)

        assert statuses(buyer.seats(event["id"]))["A-1-1-1"] == "available"


class TestReleasing:
    def test_frees_the_seats_for_others(
        self, buyer: ApiClient, other_buyer: ApiClient, event: Json
    ) -> None:
        reservation = buyer.reserve(event["id"], "A-1-1-1")

        buyer.release(reservation["id"])

        assert buyer.reservation(reservation["id"])["status"] == "released"
        assert statuses(buyer.event(event["id"]))["A-1-1-1"] == "available"
        assert other_buyer.buy(event["id"], "A-1-1-1")["status"] == "confirmed"

    def test_again_changes_nothing_even_when_others_have_the_seats(
        self, buyer: ApiClient, other_buyer: ApiClient, event: Json
    ) -> None:
        reservation = buyer.reserve(event["id"], "A-1-1-1")
        buyer.release(reservation["id"])
        other_buyer.reserve(event["id"], "A-1-1-1")

        buyer.release(reservation["id"])

        assert statuses(buyer.seats(event["id"]))["A-1-1-1"] == "reserved"

    def test_is_refused_once_the_seats_are_sold(self, buyer: ApiClient, event: Json) -> None:
        reservation = buyer.buy(event["id"], "A-1-1-1")

        problem_of(buyer.delete(f"/api/reservation/{reservation['id']}"), 409)

        assert statuses(buyer.seats(event["id"]))["A-1-1-1"] == "sold"


class TestReleasingOneSeat:
    def test_frees_it_for_others_and_keeps_the_rest(
        self, buyer: ApiClient, other_buyer: ApiClient, event: Json
    ) -> None:
        made = buyer.reserve(event["id"], "A-1-1-1", "A-1-1-2")

        buyer.release_seat(made["id"], "A-1-1-1")

        assert other_buyer.buy(event["id"], "A-1-1-1")["status"] == "confirmed"
        [kept] = [seat for seat in made["seats"] if seat["seat_identifier"] == "A-1-1-2"]
        left = made | {"seats": [kept], "total_price": kept["price"]}
        assert buyer.reservation(made["id"]) == left
        assert buyer.confirm(made["id"])["total_price"] == kept["price"]
        assert statuses(buyer.seats(event["id"]))["A-1-1-2"] == "sold"

    def test_that_is_the_last_ends_the_hold(self, buyer: ApiClient, event: Json) -> None:
        made = buyer.reserve(event["id"], "A-1-1-1", "A-1-1-2")

        buyer.release_seat(made["id"], "A-1-1-1")
        buyer.release_seat(made["id"], "A-1-1-2")
        buyer.release_seat(made["id"], "A-1-1-2")

        assert buyer.reservation(made["id"])["status"] == "released"
        assert set(statuses(buyer.seats(event["id"])).values()) == {"available"}

    def test_is_refused_for_a_seat_that_the_hold_never_had(
        self, buyer: ApiClient, event: Json
    ) -> None:
        made = buyer.reserve(event["id"], "A-1-1-1")

        for seat in ("A-1-1-2", "Z-9-9-9", "nonsense", "%E6%90%96-1-1-1"):
            problem = problem_of(buyer.delete(f"/api/reservation/{made['id']}/seats/{seat}"), 404)
            assert problem["type"].endswith(":seat-not-found")

        assert buyer.reservation(made["id"]) == made

    def test_is_refused_to_others_and_once_it_is_sold(
        self, buyer: ApiClient, other_buyer: ApiClient, seller: ApiClient, event: Json
    ) -> None:
        made = buyer.reserve(event["id"], "A-1-1-1", "A-1-1-2")
        path = f"/api/reservation/{made['id']}/seats/A-1-1-1"
        problem_of(other_buyer.delete(path), 404)
        problem_of(seller.delete(path), 403)
        buyer.confirm(made["id"])

        problem_of(buyer.delete(path), 409)

        assert statuses(buyer.seats(event["id"]))["A-1-1-1"] == "sold"

    def test_leaves_the_first_answer_of_a_key_as_it_was(
        self, buyer: ApiClient, event: Json
    ) -> None:
        request = {"event_id": event["id"], "seats": ["A-1-1-1", "A-1-1-2", "B-1-1-1"]}
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        made = buyer.post("/api/reservation", request, headers=headers).json()
        buyer.release_seat(made["id"], "A-1-1-2")

        again = buyer.post("/api/reservation", request, headers=headers)

        assert (again.status_code, again.json()) == (201, made)


class TestExpiry:
    @pytest.fixture
    def event(self, hasty_seller: ApiClient) -> Json:
        return hasty_seller.create_event()

    @pytest.fixture
    def expired(self, hasty_buyer: ApiClient, event: Json) -> Json:
        """A reservation whose time is up."""
        reservation = hasty_buyer.reserve(event["id"], "A-1-1-1", "B-1-1-1")
        wait_until(
            lambda: hasty_buyer.reservation(reservation["id"])["status"] == "expired",
            what="the expiry",
        )
        return hasty_buyer.reservation(reservation["id"])

    def test_frees_the_seats(self, hasty_buyer: ApiClient, event: Json, expired: Json) -> None:
        assert set(statuses(expired).values()) == {"available"}
        assert statuses(hasty_buyer.event(event["id"]))["A-1-1-1"] == "available"
        wait_until(
            lambda: statuses(hasty_buyer.seats(event["id"]))["A-1-1-1"] == "available",
            what="the seat in Kvrocks",
        )

    def test_cannot_be_undone_by_confirming(self, hasty_buyer: ApiClient, expired: Json) -> None:
        problem_of(hasty_buyer.post(f"/api/reservation/{expired['id']}/confirm"), 409)

    def test_leaves_nothing_to_release(self, hasty_buyer: ApiClient, expired: Json) -> None:
        hasty_buyer.release(expired["id"])

        assert hasty_buyer.reservation(expired["id"])["status"] == "expired"

    def test_never_comes_over_a_sale(
        self, seller: ApiClient, buyer: ApiClient, server_process: ServiceProcess
    ) -> None:
        event = seller.create_event()
        bought = buyer.buy(event["id"], "A-1-1-2")
        held = buyer.reserve(event["id"], "A-1-1-3")

        query(
            server_process.settings,
            "UPDATE reservation SET expires_at = now() WHERE event_id = $1",
            event["id"],
        )
        wait_until(lambda: buyer.reservation(held["id"])["status"] == "expired", what="the expiry")

        assert buyer.reservation(bought["id"])["status"] == "confirmed"
        assert statuses(buyer.seats(event["id"]))["A-1-1-2"] == "sold"


class TestTheListOfReservations:
    def test_walks_through_all_of_them_newest_first(self, api: Api, event: Json) -> None:
        buyer = api.buyer()
        made = [buyer.reserve(event["id"], f"A-1-1-{n}")["id"] for n in range(1, 6)]

        pages = buyer.pages("/api/reservation", limit=2)

        assert [len(page) for page in pages] == [2, 2, 1]
        assert [r["id"] for page in pages for r in page] == list(reversed(made))

    def test_is_empty_at_first(self, api: Api) -> None:
        answer = api.buyer().get("/api/reservation")

        assert answer.json() == []
        assert "link" not in answer.headers

    @pytest.mark.parametrize(
        "params", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"cursor": "x"}, {"cursor": ""}]
    )
    def test_refuses_what_is_no_page(self, buyer: ApiClient, params: dict[str, Any]) -> None:
        [place] = broken_rules(buyer.get("/api/reservation", params=params))

        assert place == f"query.{next(iter(params))}"


class TestSellingOut:
    @pytest.fixture
    def event(self, seller: ApiClient) -> Json:
        return seller.create_event(seating_config=one_subsection(1, 2))

    def test_follows_the_last_seat_and_back(self, buyer: ApiClient, event: Json) -> None:
        def status() -> str:
            return str(buyer.event(event["id"])["status"])

        buyer.reserve(event["id"], "A-1-1-1")
        assert status() == "available"
        last = buyer.reserve(event["id"], "A-1-1-2")
        assert status() == "sold_out"
        buyer.release(last["id"])
        assert status() == "available"

    def test_holds_when_all_is_sold(self, buyer: ApiClient, event: Json) -> None:
        buyer.buy(event["id"], "A-1-1-1", "A-1-1-2")

        assert buyer.event(event["id"])["status"] == "sold_out"
        problem_of(buyer.post("/api/reservation", {"event_id": event["id"], "quantity": 1}), 409)

    def test_ends_with_an_expiry(self, hasty_seller: ApiClient, hasty_buyer: ApiClient) -> None:
        event = hasty_seller.create_event(seating_config=one_subsection(1, 1))
        hasty_buyer.reserve(event["id"], "A-1-1-1")

        wait_until(
            lambda: hasty_buyer.event(event["id"])["status"] == "available", what="the expiry"
        )


@pytest.mark.parametrize("status", ["completed", "ended"])
class TestClosingAnEvent:
    def test_releases_what_is_held_and_keeps_what_is_sold(
        self, seller: ApiClient, buyer: ApiClient, event: Json, status: str
    ) -> None:
        held = buyer.reserve(event["id"], "A-1-1-1")
        sold = buyer.buy(event["id"], "A-1-1-2")

        seller.change_event(event["id"], status=status)

        assert buyer.reservation(held["id"])["status"] == "released"
        assert buyer.reservation(sold["id"])["status"] == "confirmed"
        for seats in (buyer.event(event["id"]), buyer.seats(event["id"])):
            assert statuses(seats)["A-1-1-1"] == "available"
            assert statuses(seats)["A-1-1-2"] == "sold"

    def test_ends_the_sale(
        self, seller: ApiClient, buyer: ApiClient, event: Json, status: str
    ) -> None:
        held = buyer.reserve(event["id"], "A-1-1-1")
        seller.change_event(event["id"], status=status)
        before = buyer.overview(event["id"])

        for wanted in ({"seats": ["A-1-1-2"]}, {"quantity": 1}):
            problem_of(buyer.post("/api/reservation", {"event_id": event["id"], **wanted}), 409)
        problem_of(buyer.post(f"/api/reservation/{held['id']}/confirm"), 409)

        assert buyer.overview(event["id"]) == before


class TestAnIdempotencyKey:
    @pytest.fixture
    def reserve(self, buyer: ApiClient, event: Json) -> Callable[..., httpx.Response]:
        key = uuid.uuid4().hex

        def send(*seats: str, by: ApiClient = buyer, key: str = key) -> httpx.Response:
            request = {"event_id": event["id"], "seats": list(seats)}
            return by.post("/api/reservation", request, headers={"Idempotency-Key": key})

        return send

    def test_makes_a_second_request_answer_as_the_first(
        self, buyer: ApiClient, event: Json, reserve: Callable[..., httpx.Response]
    ) -> None:
        first = reserve("A-1-1-1")
        again = reserve("A-1-1-1")

        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert buyer.overview(event["id"])["sections"][0]["reserved"] == 1

    @pytest.mark.parametrize("what", ["confirm", "release"])
    def test_answers_as_at_first_whatever_came_after(
        self, buyer: ApiClient, reserve: Callable[..., httpx.Response], what: str
    ) -> None:
        first = reserve("A-1-1-1").json()
        getattr(buyer, what)(first["id"])

        assert reserve("A-1-1-1").json() == first

    def test_serves_one_request_only(self, reserve: Callable[..., httpx.Response]) -> None:
        reserve("A-1-1-1")

        problem_of(reserve("A-1-1-2"), 422)

    def test_is_the_buyers_own(
        self, other_buyer: ApiClient, reserve: Callable[..., httpx.Response]
    ) -> None:
        reserve("A-1-1-1")

        assert reserve("A-1-1-2", by=other_buyer).status_code == 201

    def test_of_a_refused_request_can_be_used_again(
        self,
        buyer: ApiClient,
        other_buyer: ApiClient,
        event: Json,
        reserve: Callable[..., httpx.Response],
    ) -> None:
        others = other_buyer.reserve(event["id"], "A-1-1-1")
        problem_of(reserve("A-1-1-1"), 409)
        other_buyer.release(others["id"])

        assert reserve("A-1-1-1").status_code == 201

    @pytest.mark.parametrize("key", ["", "a b", "k" * 256])
    def test_must_be_a_plain_one(self, reserve: Callable[..., httpx.Response], key: str) -> None:
        assert list(broken_rules(reserve("A-1-1-1", key=key))) == ["header.Idempotency-Key"]

    def test_makes_one_reservation_of_many_requests_at_once(
        self, buyer: ApiClient, event: Json, reserve: Callable[..., httpx.Response]
    ) -> None:
        answers = together([lambda: reserve("A-1-1-1", "A-1-1-2")] * 12)

        made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        assert len(made) >= 1
        assert len(set(made)) == 1
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert buyer.overview(event["id"])["sections"][0]["reserved"] == 2
        assert reserve("A-1-1-1", "A-1-1-2").json()["id"] == made[0]
