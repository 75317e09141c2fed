"""Who has which seat is between the buyer and the service."""

from collections.abc import Iterator

import httpx
import pytest

from test.support.api import Api, ApiClient, Json, overview_path, seats_path


@pytest.fixture(scope="module")
def bought(seller: ApiClient, buyer: ApiClient) -> Json:
    """An event with a seat that is sold and one that is held; who has them is to stay unknown."""
    event = seller.create_event()
    sold = buyer.buy(event["id"], "A-1-1-1")
    held = buyer.reserve(event["id"], "A-1-1-2")
    return {"id": event["id"], "reservations": [sold["id"], held["id"]]}


@pytest.fixture(params=["visitor", "another buyer", "the seller"])
def onlooker(
    request: pytest.FixtureRequest, api: Api, other_buyer: ApiClient, seller: ApiClient
) -> ApiClient:
    return {"visitor": api.visitor(), "another buyer": other_buyer, "the seller": seller}[
        request.param
    ]


def assert_tells_nothing(text: str, buyer: ApiClient, bought: Json) -> None:
    assert "A-1" in text or '"section":"A"' in text or '"name":"A"' in text, "nothing was told"
    for private in (*bought["reservations"], buyer.user["email"], "buyer_id", "reservation"):
        assert private not in text


def test_no_answer_tells_who_has_a_seat(
    onlooker: ApiClient, buyer: ApiClient, seller: ApiClient, bought: Json
) -> None:
    event = bought["id"]
    for answer in (
        onlooker.get(f"/api/event/{event}"),
        onlooker.get(f"/api/event/{event}", params={"tickets": False}),
        onlooker.get("/api/event", params={"seller_id": seller.id, "limit": 200}),
        onlooker.get(overview_path(event)),
        onlooker.get(seats_path(event)),
    ):
        assert answer.status_code == 200
        assert_tells_nothing(answer.text, buyer, bought)


@pytest.mark.parametrize("delta", [False, True])
@pytest.mark.parametrize("path", [overview_path, seats_path])
def test_no_stream_tells_who_takes_a_seat(
    onlooker: ApiClient, buyer: ApiClient, seller: ApiClient, path: object, delta: bool
) -> None:
    event = seller.create_event()["id"]
    assert callable(path)
    params = {"delta": True} if delta else {}
    with onlooker.http.stream("GET", f"{path(event)}/sse", params=params) as stream:
        lines = stream.iter_lines()
        messages = [next_message(lines)]
        reservation = buyer.buy(event, "A-1-1-1")
        while '"sold":1' not in messages[-1]:
            messages.append(next_message(lines))

    told = {"reservations": [reservation["id"]]}
    for message in messages:
        assert_tells_nothing(message, buyer, told)


def next_message(lines: Iterator[str]) -> str:
    return next(line for line in lines if line.startswith("data:"))


def test_a_refusal_does_not_tell_who_was_quicker(
    other_buyer: ApiClient, buyer: ApiClient, bought: Json
) -> None:
    wanted = {"event_id": bought["id"], "seats": ["A-1-1-1", "A-1-1-2"]}

    answer = other_buyer.post("/api/reservation", wanted)

    assert answer.status_code == 409
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "seats"}
    for private in (*bought["reservations"], buyer.user["email"], "buyer"):
        assert private not in answer.text


def test_another_buyers_key_opens_nothing(
    buyer: ApiClient, other_buyer: ApiClient, seller: ApiClient
) -> None:
    """The same Idempotency-Key, and even the same request, is another buyer's own."""
    event = seller.create_event()["id"]
    key = {"Idempotency-Key": f"used-by-two-{event}"}
    wanted = {"event_id": event, "quantity": 1}

    def reserve(person: ApiClient) -> httpx.Response:
        return person.post("/api/reservation", wanted, headers=key)

    first, second = reserve(buyer).json(), reserve(other_buyer).json()

    assert first["id"] != second["id"]
    assert second["buyer_id"] == other_buyer.id


def test_the_metrics_name_nobody(visitor: ApiClient, buyer: ApiClient, bought: Json) -> None:
    for reservation in bought["reservations"]:
        buyer.reservation(reservation)

    metrics = visitor.get("/metrics").text

    for private in (*bought["reservations"], buyer.user["email"], buyer.token):
        assert private not in metrics
