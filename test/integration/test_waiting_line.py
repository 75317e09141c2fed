"""The waiting line as buyers, sellers and strangers meet it."""

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from kit.http_client import Connection
from kit.ports import free_port
from kit.waiting import wait_until
from soak.service import shift_clock
from src.cli import main as run_program
from src.service.admission.domain.shuffle import Shuffle
from test.conftest import StartService
from test.support.accounts import add_crowd
from test.support.api import (
    Api,
    ApiClient,
    Json,
    broken_rules,
    event_request,
    line_path,
    problem_of,
)
from test.support.cli import ticketing
from test.support.service import ServiceProcess
from test.support.stores import query
from test.support.together import together

QUICK = {"per_minute": 6_000, "pass_seconds": 600}
ONE_AT_A_TIME = {"per_minute": 6_000, "max_active": 1, "pass_seconds": 600}


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    return start_module_service()


def opening_in(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def in_state(buyer: ApiClient, event: Json, *states: str) -> Json:
    """The buyer's place as soon as it is in one of these states."""
    return wait_until(
        lambda: place if (place := buyer.place(event["id"]))["state"] in states else None,
        what=f"a place that is {states}",
    )


class TestFromJoiningToASeat:
    def test_those_who_gather_are_shuffled_in_a_way_that_anybody_can_check(
        self, api: Api, seller: ApiClient, crowd: list[ApiClient]
    ) -> None:
        event = seller.create_event(sale_opens_at=opening_in(600), admission=QUICK)
        gathered, late = crowd[:20], crowd[20]
        with api.visitor().watch_line(event["id"]) as stream:
            before = stream.next().data
            for buyer in gathered:
                place = buyer.join_line(event["id"])
                assert place.keys() == {"event_id", "state", "entry"}
                assert place["state"] == "gathering"
            seller.change_event(event["id"], sale_opens_at=opening_in(0))
            opened = stream.until(lambda message: message.data["phase"] == "open").data
        late.join_line(event["id"])

        assert (before["phase"], before["seed"]) == ("gathering", None)
        assert opened["gathered"] == len(gathered)
        seed = bytes.fromhex(opened["seed"])
        assert hashlib.sha256(seed).hexdigest() == opened["seed_hash"] == before["seed_hash"]
        shuffle = Shuffle(seed, opened["gathered"])
        places = [in_state(buyer, event, "admitted") for buyer in gathered]
        assert [p["entry"] for p in places] == list(range(1, len(gathered) + 1))
        assert [p["number"] for p in places] == [
            shuffle.shuffled(p["entry"] - 1) + 1 for p in places
        ]
        assert in_state(late, event, "admitted")["number"] == len(gathered) + 1

    def test_a_seat_needs_a_pass(self, seller: ApiClient, buyer: ApiClient) -> None:
        event = seller.create_event(admission=QUICK)
        version = buyer.overview(event["id"])["version"]

        refused = problem_of(
            buyer.post("/api/reservation", {"event_id": event["id"], "seats": ["A-1-1-1"]}), 403
        )

        assert refused["type"].endswith(":not-admitted")
        assert buyer.overview(event["id"])["version"] == version
        buyer.join_line(event["id"])
        in_state(buyer, event, "admitted")
        assert buyer.buy(event["id"], "A-1-1-1")["status"] == "confirmed"

    def test_the_opening_comes_first(self, seller: ApiClient, buyer: ApiClient) -> None:
        event = seller.create_event(sale_opens_at=opening_in(600), admission=QUICK)
        buyer.join_line(event["id"])

        refused = buyer.post("/api/reservation", {"event_id": event["id"], "quantity": 1})

        assert problem_of(refused, 409)["type"].endswith(":not-on-sale")

    def test_a_pass_ends(self, seller: ApiClient, buyer: ApiClient) -> None:
        event = seller.create_event(admission={"per_minute": 6_000, "pass_seconds": 1})
        buyer.join_line(event["id"])

        place = in_state(buyer, event, "passed")

        assert place.keys() == {"event_id", "state", "entry", "number"}
        problem_of(buyer.post("/api/reservation", {"event_id": event["id"], "quantity": 1}), 403)
        assert buyer.join_line(event["id"]) == place

    def test_what_was_reserved_in_time_may_be_bought_later(
        self, seller: ApiClient, buyer: ApiClient
    ) -> None:
        event = seller.create_event(admission={"per_minute": 6_000, "pass_seconds": 3})
        buyer.join_line(event["id"])
        in_state(buyer, event, "admitted")
        held = buyer.reserve(event["id"], "A-1-1-1")

        in_state(buyer, event, "passed")

        assert buyer.confirm(held["id"])["status"] == "confirmed"

    def test_who_leaves_makes_room_for_the_next(
        self, seller: ApiClient, crowd: list[ApiClient]
    ) -> None:
        event = seller.create_event(admission=ONE_AT_A_TIME)
        first, second = crowd[:2]
        first.join_line(event["id"])
        in_state(first, event, "admitted")
        assert second.join_line(event["id"])["state"] == "waiting"

        first.leave_line(event["id"])

        in_state(second, event, "admitted")
        problem_of(first.get(line_path(event["id"])), 404)
        problem_of(first.post("/api/reservation", {"event_id": event["id"], "quantity": 1}), 403)
        assert first.join_line(event["id"])["entry"] == 3

    def test_an_account_that_joins_everywhere_at_once_has_one_place(
        self, seller: ApiClient, buyer: ApiClient
    ) -> None:
        event = seller.create_event(sale_opens_at=opening_in(600), admission=QUICK)

        places = together([partial(buyer.post, line_path(event["id"]))] * 20)

        assert {place.json()["entry"] for place in places} == {1}


class TestTheEvent:
    def test_says_what_its_line_is_like_only_when_it_has_one(self, seller: ApiClient) -> None:
        event = seller.create_event(admission=ONE_AT_A_TIME)

        assert event["admission"] == ONE_AT_A_TIME
        assert seller.event(event["id"])["admission"] == ONE_AT_A_TIME
        assert seller.change_event(event["id"], admission=QUICK)["admission"] == QUICK
        assert seller.change_event(event["id"], name="Another name")["admission"] == QUICK
        assert "admission" not in seller.change_event(event["id"], admission=None)
        assert "admission" not in seller.create_event()

    @pytest.mark.parametrize(
        ("terms", "wrong"),
        [
            ({"pass_seconds": 60}, "body.admission.per_minute"),
            ({"per_minute": 60}, "body.admission.pass_seconds"),
            ({**QUICK, "per_minute": 0}, "body.admission.per_minute"),
            ({**QUICK, "per_minute": 60_001}, "body.admission.per_minute"),
            ({**QUICK, "per_minute": 1.5}, "body.admission.per_minute"),
            ({**QUICK, "per_minute": True}, "body.admission.per_minute"),
            ({**QUICK, "per_minute": "60"}, "body.admission.per_minute"),
            ({**QUICK, "per_minute": 10**30}, "body.admission.per_minute"),
            ({**QUICK, "max_active": 0}, "body.admission.max_active"),
            ({**QUICK, "max_active": -5}, "body.admission.max_active"),
            ({**QUICK, "pass_seconds": 86_401}, "body.admission.pass_seconds"),
            ({**QUICK, "speed": 1}, "body.admission.speed"),
            ([], "body.admission"),
            ("fast", "body.admission"),
        ],
    )
    def test_refuses_terms_that_make_no_sense(
        self, seller: ApiClient, event: Json, terms: Json, wrong: str
    ) -> None:
        assert wrong in broken_rules(seller.post("/api/event", event_request(admission=terms)))
        assert wrong in broken_rules(
            seller.patch(f"/api/event/{event['id']}", {"admission": terms})
        )

    def test_that_takes_its_line_away_lets_everybody_in(
        self, seller: ApiClient, buyer: ApiClient
    ) -> None:
        event = seller.create_event(admission=QUICK)
        with buyer.watch_line(event["id"]) as stream:
            stream.next()
            seller.change_event(event["id"], admission=None)
            assert list(stream.rest()) == []

        assert buyer.reserve(event["id"], "A-1-1-1")["status"] == "reserved"

    def test_that_ends_ends_its_line(
        self, seller: ApiClient, buyer: ApiClient, other_buyer: ApiClient
    ) -> None:
        event = seller.create_event(sale_opens_at=opening_in(600), admission=QUICK)
        buyer.join_line(event["id"])
        with buyer.watch_line(event["id"]) as stream:
            stream.next()
            seller.change_event(event["id"], status="ended")
            last = list(stream.rest())[-1]

        assert (last.id, last.data["phase"]) == ("over", "over")
        assert buyer.place(event["id"]) == {"event_id": event["id"], "state": "over", "entry": 1}
        again = buyer.get(f"{line_path(event['id'])}/sse", headers={"Last-Event-ID": last.id})
        assert again.status_code == 204
        refused = problem_of(other_buyer.post(line_path(event["id"])), 409)
        assert refused["type"].endswith(":line-over")


class TestWhoMayDoWhat:
    def test_an_event_without_a_line_has_none(
        self, seller: ApiClient, buyer: ApiClient, event: Json
    ) -> None:
        path = line_path(event["id"])

        for answer in (
            buyer.post(path),
            buyer.get(path),
            buyer.delete(path),
            buyer.get(f"{path}/sse"),
        ):
            assert problem_of(answer, 404)["type"].endswith(":no-waiting-line")

    def test_places_are_for_buyers_who_are_signed_in(
        self, seller: ApiClient, visitor: ApiClient
    ) -> None:
        path = line_path(seller.create_event(admission=QUICK)["id"])

        for who, status in ((visitor, 401), (seller, 403)):
            for answer in (who.post(path), who.get(path), who.delete(path)):
                problem_of(answer, status)

    def test_a_hidden_event_has_no_line_but_for_its_seller(
        self, seller: ApiClient, buyer: ApiClient
    ) -> None:
        event = seller.create_event(admission=QUICK, is_active=False)
        path = line_path(event["id"])

        for answer in (buyer.post(path), buyer.get(path), buyer.get(f"{path}/sse")):
            assert problem_of(answer, 404)["type"].endswith(":event-not-found")
        with seller.watch_line(event["id"]) as stream:
            assert stream.next().data["phase"] == "open"

    def test_who_has_not_joined_has_no_place(self, seller: ApiClient, buyer: ApiClient) -> None:
        path = line_path(seller.create_event(admission=QUICK)["id"])

        assert problem_of(buyer.get(path), 404)["type"].endswith(":not-in-line")
        assert buyer.delete(path).status_code == 204

    def test_a_stream_answers_head(self, seller: ApiClient, visitor: ApiClient) -> None:
        path = f"{line_path(seller.create_event(admission=QUICK)['id'])}/sse"

        answer = visitor.http.head(path)

        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")


def test_five_thousand_join_in_the_second_of_the_opening(
    service: ServiceProcess, seller: ApiClient
) -> None:
    """Each with an account of their own; half of them when it has just opened."""
    event = seller.create_event(sale_opens_at=opening_in(600), admission=QUICK)
    people = add_crowd(service.settings, 5_000)

    async def join(connection: Connection, tokens: Iterator[str]) -> list[Json]:
        path = line_path(event["id"])
        return [(await connection.request("POST", path, token=token)).json() for token in tokens]

    async def all_join() -> list[Json]:
        tokens = iter(people)
        connections = [await Connection.open(service.settings.port) for _ in range(64)]
        joining = asyncio.gather(*(join(connection, tokens) for connection in connections))
        await asyncio.to_thread(seller.change_event, event["id"], sale_opens_at=opening_in(0))
        places = [place for each in await joining for place in each]
        for connection in connections:
            connection.close()
        return places

    places = asyncio.run(all_join())

    assert sorted(place["entry"] for place in places) == list(range(1, 5_001))
    last = query(
        service.settings,
        "SELECT joined, gathered FROM waiting_line WHERE event_id = $1",
        event["id"],
    )[0]
    assert last["joined"] == 5_000
    gathered = [place for place in places if place["state"] == "gathering"]
    assert max((place["entry"] for place in gathered), default=0) == last["gathered"]
    assert all(p["number"] == p["entry"] for p in places if p["entry"] > last["gathered"])


def test_verify_finds_somebody_who_was_served_before_their_turn(
    service: ServiceProcess, seller: ApiClient, buyer: ApiClient
) -> None:
    event = seller.create_event(sale_opens_at=opening_in(600), admission=QUICK)
    buyer.join_line(event["id"])
    assert ticketing(service.settings, "verify").returncode == 0

    query(
        service.settings,
        "UPDATE line_entry SET served_at = now() WHERE event_id = $1 RETURNING entry",
        event["id"],
    )

    found = ticketing(service.settings, "verify")
    assert found.returncode == 1
    assert found.stdout.splitlines() == [
        f"event {event['id']}, its line: number 1 (entry 1) was served before its turn"
    ]
    query(
        service.settings,
        "UPDATE line_entry SET served_at = NULL WHERE event_id = $1 RETURNING entry",
        event["id"],
    )


def serve_with_a_fast_clock() -> None:
    shift_clock(300)
    run_program()


def test_instances_keep_the_rate_together_whatever_their_clocks_and_when_one_dies(
    start_service: StartService,
) -> None:
    """Fifty a second, by three of them, of which one is five minutes fast and one is killed."""
    settings = start_service().settings
    others = [
        start_service(settings.model_copy(update={"port": port}), main=main)
        for port, main in ((free_port(), serve_with_a_fast_clock), (free_port(), run_program))
    ]
    api = Api(others[0])
    seller, buyer = api.seller(), api.buyer()
    event = seller.create_event(
        sale_opens_at=opening_in(600), admission={"per_minute": 3_000, "pass_seconds": 600}
    )
    buyer.join_line(event["id"])
    query(
        settings,
        """WITH people AS (
               INSERT INTO "user" (email, name, role, password_hash)
               SELECT 'waiting-' || n || '@example.com', 'Somebody', 'buyer', ''
               FROM generate_series(2, 1000) AS n RETURNING id
           ), entered AS (
               INSERT INTO line_entry (event_id, buyer_id, entry)
               SELECT $1, id, row_number() OVER () + 1 FROM people RETURNING entry
           ), counted AS (
               UPDATE waiting_line SET joined = 1000 WHERE event_id = $1
           ) SELECT count(*) FROM entered""",
        event["id"],
    )
    seller.change_event(event["id"], sale_opens_at=opening_in(0))

    def serving() -> int:
        rows = query(settings, "SELECT serving FROM waiting_line WHERE event_id = $1", event["id"])
        return int(rows[0]["serving"])

    wait_until(lambda: serving() > 100)
    others[1].kill()
    wait_until(lambda: serving() > 300)
    line = query(
        settings,
        """SELECT serving, now() - credited_until AS behind, credited_until - sale_opens_at AS took
           FROM waiting_line JOIN event ON event.id = event_id WHERE event_id = $1""",
        event["id"],
    )[0]
    found = ticketing(settings, "verify")

    # The first one at the opening, then fifty a second: neither one more nor one less.
    assert line["serving"] == round(1 + line["took"].total_seconds() * 50)
    assert line["behind"] < timedelta(seconds=5)
    assert found.returncode == 0, found.stdout
