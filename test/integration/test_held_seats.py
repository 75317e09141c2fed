"""How many seats of an event a buyer may hold: exactly so many, whatever is asked at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import pytest

from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.api import Api, ApiClient, Json, one_subsection, problem_of, statuses
from test.support.service import ServiceProcess
from test.support.stores import connected
from test.support.together import together

LIMIT = 6


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    """Two processes behind one address, who hardly ever look for what is due."""
    return start_module_service(
        arguments=("serve", "--workers", "2"), max_held_seats=LIMIT, expiry_interval_seconds=3600
    )


@pytest.fixture
def event(seller: ApiClient) -> Json:
    return seller.create_event(seating_config=one_subsection(6, 10))


def a_seat(event: Json, number: int) -> Json:
    return {"event_id": event["id"], "seats": [f"A-1-6-{number}"]}


def test_one_more_is_refused_with_numbers_and_a_time(buyer: ApiClient, event: Json) -> None:
    buyer.reserve_best(event["id"], LIMIT - 1)

    answer = buyer.post("/api/reservation", {"event_id": event["id"], "quantity": 2})

    problem = problem_of(answer, 429)
    assert problem["type"] == "urn:ticketing:problem:too-many-seats-held"
    assert problem["held"] == LIMIT - 1
    assert problem["limit"] == LIMIT
    assert "hold 5 seats" in problem["detail"]
    assert "at most 6" in problem["detail"]
    assert 880 < int(answer.headers["retry-after"]) <= 900


def test_refused_seats_are_there_for_others(
    api: Api, buyer: ApiClient, seller: ApiClient, event: Json
) -> None:
    buyer.reserve_best(event["id"], LIMIT)

    problem_of(buyer.post("/api/reservation", a_seat(event, 1)), 429)

    assert statuses(seller.seats(event["id"]))["A-1-6-1"] == "available"
    api.buyer().buy(event["id"], "A-1-6-1")


def test_a_buyer_who_keeps_asking_for_too_many_costs_others_nothing(
    api: Api, seller: ApiClient, buyer: ApiClient
) -> None:
    event = seller.create_event(seating_config=one_subsection(2, 10))
    buyer.reserve(event["id"], *(f"A-1-2-{n + 1}" for n in range(LIMIT)))
    wishes: list[Json] = [{"seats": [f"A-1-1-{n + 1}" for n in range(10)]}, {"quantity": 1}]
    others = [api.buyer() for _ in range(4)]
    served = Event()

    def keep_asking(wish: Json) -> set[int]:
        answers = set()
        while not served.is_set():
            answer = buyer.post("/api/reservation", {"event_id": event["id"], **wish})
            answers.add(answer.status_code)
        return answers

    def come_and_go(other: ApiClient, seats: list[int]) -> None:
        for number in seats:
            held = other.reserve(event["id"], f"A-1-1-{number}")
            other.release(held["id"])

    before = seller.overview(event["id"])["version"]
    with ThreadPoolExecutor(24) as threads:
        loops = [threads.submit(keep_asking, wish) for wish in wishes for _ in range(10)]
        try:
            shares = ([n for n in range(1, 11) if n % 4 == share] * 4 for share in range(4))
            list(threads.map(come_and_go, others, shares))
        finally:
            served.set()

    assert {status for loop in loops for status in loop.result()} == {429}
    assert seller.overview(event["id"])["version"] == before + 2 * 40


def test_more_than_anybody_may_hold_is_refused_without_a_time(
    buyer: ApiClient, event: Json
) -> None:
    answer = buyer.post("/api/reservation", {"event_id": event["id"], "quantity": LIMIT + 1})

    assert problem_of(answer, 429)["held"] == 0
    assert "retry-after" not in answer.headers


def test_what_is_bought_or_let_go_does_not_count(buyer: ApiClient, event: Json) -> None:
    first = buyer.reserve_best(event["id"], LIMIT)
    buyer.confirm(first["id"])
    second = buyer.reserve_best(event["id"], LIMIT)
    buyer.release(second["id"])

    buyer.reserve_best(event["id"], LIMIT)


async def test_what_has_run_out_does_not_count_although_nobody_has_ended_it_yet(
    service: ServiceProcess, buyer: ApiClient, event: Json
) -> None:
    held = buyer.reserve_best(event["id"], LIMIT)
    async with (
        connected(service.settings) as ours,
        connected(service.settings) as other,
        ours.transaction(),
    ):
        # Whoever ends what is due leaves out what somebody else has locked.
        await ours.execute("SELECT FROM reservation WHERE id = $1 FOR KEY SHARE", held["id"])
        await other.execute("UPDATE reservation SET expires_at = now() WHERE id = $1", held["id"])

        buyer.reserve_best(event["id"], LIMIT)

        assert buyer.reservation(held["id"])["status"] == "reserved"


def test_a_repeated_request_gets_its_first_answer(buyer: ApiClient, event: Json) -> None:
    request = {"event_id": event["id"], "quantity": LIMIT}
    key = {"Idempotency-Key": f"all-of-{event['id']}"}

    first = buyer.post("/api/reservation", request, headers=key)
    again = buyer.post("/api/reservation", request, headers=key)

    assert again.status_code == 201
    assert again.json() == first.json()


@pytest.mark.parametrize("size", [1, 2, 4])
def test_a_buyer_who_asks_many_times_at_once_never_has_more(
    buyer: ApiClient, seller: ApiClient, size: int
) -> None:
    event = seller.create_event(seating_config=one_subsection(30, 5))

    def wish(number: int) -> Json:
        row = number % 30 + 1
        return {"event_id": event["id"], "seats": [f"A-1-{row}-{n + 1}" for n in range(size)]}

    answers = together(partial(buyer.post, "/api/reservation", wish(n)) for n in range(30))

    fits = LIMIT // size
    assert Counter(answer.status_code for answer in answers) == {201: fits, 429: 30 - fits}
    now = Counter(statuses(seller.seats(event["id"])).values())
    assert now == {"reserved": fits * size, "available": 150 - fits * size}


def test_many_buyers_at_once_each_have_their_own_share(
    api: Api, seller: ApiClient, buyer: ApiClient
) -> None:
    event = seller.create_event(seating_config=one_subsection(12, 5))
    buyers = [buyer, api.buyer(), api.buyer()]

    answers = together(
        partial(
            buyers[n % 3].post,
            "/api/reservation",
            {"event_id": event["id"], "seats": [f"A-1-{n + 1}-{s}" for s in (1, 2, 3)]},
        )
        for n in range(12)
    )

    assert Counter(answer.status_code for answer in answers) == {201: 6, 429: 6}


def test_the_limit_is_twenty_unless_it_is_set(server_process: ServiceProcess) -> None:
    with api_of(server_process) as api:
        event = api.seller().create_event(seating_config=one_subsection(3, 10))
        buyer = api.buyer()
        buyer.reserve_best(event["id"], 10)
        buyer.reserve_best(event["id"], 10)

        answer = buyer.post("/api/reservation", {"event_id": event["id"], "quantity": 1})

    assert problem_of(answer, 429)["limit"] == 20
