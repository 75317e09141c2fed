"""Many buyers want the same seats: each goes to one of them, and both stores say to whom."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from kit.waiting import wait_until
from test.support.api import (
    ApiClient,
    Json,
    house_seats_path,
    one_subsection,
    problem_of,
    statuses,
)
from test.support.cli import ticketing
from test.support.service import ServiceProcess
from test.support.together import together

_ROUNDS = 8


def assert_stores_agree(client: ApiClient, event: Json) -> None:
    """Every ticket in Postgres is what the seat in Kvrocks is, or soon will be."""

    def agree() -> bool:
        tickets = statuses(client.event(event["id"]))
        live: dict[str, str] = {}
        for subsection in client.overview(event["id"])["sections"]:
            live |= statuses(
                client.seats(event["id"], subsection["section"], subsection["subsection"])
            )
        return tickets == live

    wait_until(agree, what="stores that agree")


@pytest.fixture(scope="module", autouse=True)
def everything_agrees_in_the_end(
    server_process: ServiceProcess, hasty_service: ServiceProcess
) -> Iterator[None]:
    yield
    for service in (server_process, hasty_service):
        # An event in which something was pending when it ended is closed by the reconciler, a second later.
        wait_until(partial(_agrees, service), what="agreement of the stores")


def _agrees(service: ServiceProcess) -> bool:
    settings = service.settings.model_copy(update={"pending_ttl_seconds": 1})
    return ticketing(settings, "verify").returncode == 0


def test_of_fifty_buyers_of_the_same_seats_one_gets_them(
    seller: ApiClient, crowd: list[ApiClient]
) -> None:
    event = seller.create_event(seating_config=one_subsection(1, 2))
    request = {"event_id": event["id"], "seats": ["A-1-1-1", "A-1-1-2"]}

    answers = together(partial(buyer.post, "/api/reservation", request) for buyer in crowd)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: len(crowd) - 1}
    for answer in answers:
        if answer.status_code == 409:
            assert problem_of(answer, 409)["seats"] == ["A-1-1-1", "A-1-1-2"]
    assert_stores_agree(seller, event)
    assert seller.event(event["id"])["status"] == "sold_out"


def test_of_overlapping_wishes_no_seat_is_granted_twice(
    seller: ApiClient, crowd: list[ApiClient]
) -> None:
    event = seller.create_event(seating_config=one_subsection(1, 20))

    def wish(number: int) -> list[str]:
        first = number % 18 + 1
        return [f"A-1-1-{seat}" for seat in (first, first + 1, first + 2)]

    answers = together(
        partial(buyer.post, "/api/reservation", {"event_id": event["id"], "seats": wish(number)})
        for number, buyer in enumerate(crowd)
    )

    granted = _granted(answers)
    assert max(Counter(granted).values()) == 1
    held = {
        seat
        for seat, status in statuses(seller.seats(event["id"])).items()
        if status != "available"
    }
    assert held == set(granted)
    assert_stores_agree(seller, event)


def test_thirty_buyers_of_the_best_seats_never_share_one(
    seller: ApiClient, crowd: list[ApiClient]
) -> None:
    event = seller.create_event(seating_config=one_subsection(10, 10))
    request = {"event_id": event["id"], "quantity": 3}

    answers = together(partial(buyer.post, "/api/reservation", request) for buyer in crowd[:30])

    granted = _granted(answers)
    assert Counter(answer.status_code for answer in answers) == {201: 30}
    assert len(granted) == len(set(granted)) == 90
    assert_stores_agree(seller, event)


def test_the_best_seats_run_out_exactly(seller: ApiClient, crowd: list[ApiClient]) -> None:
    event = seller.create_event(seating_config=one_subsection(4, 10))
    request = {"event_id": event["id"], "quantity": 2}

    answers = together(partial(buyer.post, "/api/reservation", request) for buyer in crowd[:30])

    assert Counter(answer.status_code for answer in answers) == {201: 20, 409: 10}
    assert len(set(_granted(answers))) == 40
    assert_stores_agree(seller, event)
    assert seller.event(event["id"])["status"] == "sold_out"


def test_confirming_and_releasing_at_once_has_one_outcome(
    seller: ApiClient, buyer: ApiClient
) -> None:
    event = seller.create_event(seating_config=one_subsection(1, _ROUNDS))

    for number in range(1, _ROUNDS + 1):
        path = f"/api/reservation/{buyer.reserve(event['id'], f'A-1-1-{number}')['id']}"
        confirmed, released = together(
            [partial(buyer.post, f"{path}/confirm"), partial(buyer.delete, path)]
        )

        outcomes = {(200, 409): "confirmed", (409, 204): "released"}
        outcome = outcomes[confirmed.status_code, released.status_code]
        assert buyer.get(path).json()["status"] == outcome

    assert_stores_agree(buyer, event)


def test_giving_one_seat_back_while_the_hold_is_bought_sells_what_is_left(
    seller: ApiClient, buyer: ApiClient
) -> None:
    event = seller.create_event(seating_config=one_subsection(_ROUNDS, 2))

    for row in range(1, _ROUNDS + 1):
        first, second = f"A-1-{row}-1", f"A-1-{row}-2"
        path = f"/api/reservation/{buyer.reserve(event['id'], first, second)['id']}"
        confirmed, released = together(
            [partial(buyer.post, f"{path}/confirm"), partial(buyer.delete, f"{path}/seats/{first}")]
        )

        sold = {204: {second: "sold"}, 409: {first: "sold", second: "sold"}}[released.status_code]
        assert confirmed.status_code == 200
        assert statuses(confirmed.json()) == sold == statuses(buyer.get(path).json())

    assert_stores_agree(buyer, event)


def test_giving_back_the_last_two_seats_at_once_ends_the_hold(
    seller: ApiClient, buyer: ApiClient
) -> None:
    event = seller.create_event(seating_config=one_subsection(_ROUNDS, 2))

    for row in range(1, _ROUNDS + 1):
        seats = [f"A-1-{row}-1", f"A-1-{row}-2"]
        path = f"/api/reservation/{buyer.reserve(event['id'], *seats)['id']}"
        answers = together(
            partial(buyer.delete, f"{path}/seats/{seat}") for seat in [*seats, *seats]
        )

        assert {answer.status_code for answer in answers} == {204}
        assert buyer.get(path).json()["status"] == "released"

    assert set(statuses(seller.event(event["id"])).values()) == {"available"}
    assert_stores_agree(seller, event)


def test_cancelling_a_sale_twice_at_once_cancels_it_once(
    seller: ApiClient, buyer: ApiClient
) -> None:
    event = seller.create_event(seating_config=one_subsection(1, _ROUNDS))

    for number in range(1, _ROUNDS + 1):
        path = f"/api/reservation/{buyer.buy(event['id'], f'A-1-1-{number}')['id']}"
        first, second = together(
            partial(seller.post, f"{path}/cancel", {"reason": reason}) for reason in ("one", "two")
        )

        assert first.status_code == second.status_code == 200
        assert first.json() == second.json() == buyer.get(path).json()

    assert_stores_agree(seller, event)


def test_a_sale_is_cancelled_before_its_event_ends_or_not_at_all(
    seller: ApiClient, buyer: ApiClient
) -> None:
    events = [seller.create_event(seating_config=one_subsection(1, 1)) for _ in range(_ROUNDS)]

    for event in events:
        path = f"/api/reservation/{buyer.buy(event['id'], 'A-1-1-1')['id']}"
        cancelled, ended = together(
            [
                partial(seller.post, f"{path}/cancel", {}),
                partial(seller.patch, f"/api/event/{event['id']}", {"status": "ended"}),
            ]
        )

        assert ended.status_code == 200
        seat = {200: "available", 409: "sold"}[cancelled.status_code]
        assert statuses(seller.event(event["id"])) == {"A-1-1-1": seat}
        assert_stores_agree(seller, event)


def test_a_seat_is_the_houses_or_one_buyers(seller: ApiClient, crowd: list[ApiClient]) -> None:
    event = seller.create_event(seating_config=one_subsection(_ROUNDS, 3))

    for row in range(1, _ROUNDS + 1):
        seats = [f"A-1-{row}-{seat}" for seat in (1, 2, 3)]
        named = {"seats": seats[:2]} if row % 2 else {"section": "A", "subsection": 1}
        wish = {"event_id": event["id"], "seats": [seats[1]]}
        house, *answers = together(
            [
                partial(seller.post, house_seats_path(event["id"]), named),
                *(partial(buyer.post, "/api/reservation", wish) for buyer in crowd[:4]),
            ]
        )

        taken = statuses(house.json()) if house.status_code == 201 else {}
        assert (seats[1] in taken) + len(_granted(answers)) == 1
        if house.status_code == 409:
            assert problem_of(house, 409)["seats"] == [seats[1]]
        if taken:
            seller.free_house_seats(event["id"], seats=list(taken))

    assert_stores_agree(seller, event)


def test_house_seats_that_many_free_at_once_are_freed_once(seller: ApiClient) -> None:
    event = seller.create_event(seating_config=one_subsection(4, 10))
    for _ in range(_ROUNDS // 2):
        seller.take_house_seats(event["id"], section="A", subsection=1)
        path = house_seats_path(event["id"])
        free = partial(seller.http.request, "DELETE", path)
        halves = [{"seats": [f"A-1-{row}-{n}" for n in range(1, 11)]} for row in (1, 2, 3)]
        whole = {"section": "A", "subsection": 1}
        answers = together(partial(free, json=which) for which in [*halves, whole, *halves[::-1]])

        assert {answer.status_code for answer in answers} == {204}
        assert seller.house_seats(event["id"])["seats"] == []

    assert_stores_agree(seller, event)


def test_confirming_at_the_last_moment_has_one_outcome(
    hasty_seller: ApiClient, hasty_buyer: ApiClient
) -> None:
    event = hasty_seller.create_event(seating_config=one_subsection(1, 20))
    held = [hasty_buyer.reserve(event["id"], f"A-1-1-{seat}") for seat in range(1, 21)]

    def confirm(reservation: Json, after: timedelta) -> httpx.Response:
        moment = datetime.fromisoformat(reservation["expires_at"]) + after
        wait_until(lambda: datetime.now(UTC) >= moment, what="the moment of expiry")
        return hasty_buyer.post(f"/api/reservation/{reservation['id']}/confirm")

    answers = together(
        partial(confirm, reservation, timedelta(milliseconds=10 * (number - 15)))
        for number, reservation in enumerate(held)
    )

    for reservation, answer in zip(held, answers, strict=True):
        expected = {200: "confirmed", 409: "expired"}[answer.status_code]
        wait_until(
            lambda: hasty_buyer.reservation(reservation["id"])["status"] == expected,  # noqa: B023
            what=f"a reservation that is {expected}",
        )
    assert_stores_agree(hasty_buyer, event)


def test_closing_an_event_while_buyers_reserve_and_confirm_leaves_no_hold(
    seller: ApiClient, crowd: list[ApiClient]
) -> None:
    event = seller.create_event(seating_config=one_subsection(5, 10))

    def shop(buyer: ApiClient) -> None:
        for _ in range(3):
            request = {"event_id": event["id"], "quantity": 1}
            answer = buyer.post("/api/reservation", request)
            assert answer.status_code in (201, 409), answer.text
            if answer.status_code == 201:
                confirmed = buyer.post(f"/api/reservation/{answer.json()['id']}/confirm")
                assert confirmed.status_code in (200, 409), confirmed.text

    def close() -> None:
        wait_until(
            lambda: "sold" in statuses(seller.seats(event["id"])).values(), what="a first sale"
        )
        seller.change_event(event["id"], status="ended")

    actions: list[Callable[[], None]] = [close, *(partial(shop, buyer) for buyer in crowd[:12])]
    together(actions)

    assert set(statuses(seller.event(event["id"])).values()) == {"available", "sold"}
    assert_stores_agree(seller, event)


def _granted(answers: list[httpx.Response]) -> list[str]:
    return [
        seat["seat_identifier"]
        for answer in answers
        if answer.status_code == 201
        for seat in answer.json()["seats"]
    ]
