"""Dates and the sale window, over HTTP; see event_sale_window.feature."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pytest_bdd import given, scenarios, then, when

from kit.waiting import wait_until
from test.service.ticketing.event_ticketing.conftest import phrase
from test.support.api import Api, ApiClient, Json

scenarios("event_sale_window.feature")

NOT_ON_SALE = "urn:ticketing:problem:not-on-sale"


def _from_now(seconds: int) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _try_to_reserve(buyer: ApiClient, event: Json, seat: str) -> httpx.Response:
    return buyer.post("/api/reservation", {"event_id": event["id"], "seats": [seat]})


@pytest.fixture
def kept() -> dict[str, datetime]:
    """Times that a step leaves to the next."""
    return {}


@given(phrase("the sale of the event opens in {seconds:d} seconds"))
def _opens(seller: ApiClient, event: Json, kept: dict[str, datetime], seconds: int) -> None:
    kept["opens"] = _from_now(seconds)
    seller.change_event(event["id"], sale_opens_at=kept["opens"].isoformat())


@given(phrase("the sale of the event closes in {seconds:d} seconds"))
def _closes(seller: ApiClient, event: Json, kept: dict[str, datetime], seconds: int) -> None:
    kept["closes"] = _from_now(seconds)
    seller.change_event(event["id"], sale_closes_at=kept["closes"].isoformat())


@given(phrase("the buyer holds {seat}"), target_fixture="held")
def _holds(buyer: ApiClient, event: Json, seat: str) -> Json:
    return buyer.reserve(event["id"], seat)


@when("the sale has closed")
def _has_closed(visitor: ApiClient, event: Json, kept: dict[str, datetime]) -> None:
    wait_until(
        lambda: event["id"] not in _listed(visitor, event), what="the end of the event's sale"
    )
    assert datetime.now(UTC) >= kept["closes"]


@when(phrase("the buyer reserves {seat}"), target_fixture="answer")
def _reserves(buyer: ApiClient, event: Json, seat: str) -> httpx.Response:
    return _try_to_reserve(buyer, event, seat)


@when(phrase("the buyer reserves {seat} as soon as they may"), target_fixture="answer")
def _reserves_soon(buyer: ApiClient, event: Json, seat: str) -> httpx.Response:
    answers: list[httpx.Response] = []

    def served() -> bool:
        answers.append(_try_to_reserve(buyer, event, seat))
        return answers[-1].status_code == 201

    wait_until(served, what="the opening of the sale")
    early = answers[:-1]
    assert early, "the sale was open before anybody could try"
    assert {answer.json()["type"] for answer in early} == {NOT_ON_SALE}
    return answers[-1]


@when("the seller reads the event", target_fixture="read")
def _reads(seller: ApiClient, event: Json) -> Json:
    return seller.event(event["id"])


@then(phrase("they are told that the sale opens in {seconds:d} seconds"))
def _told_when(answer: httpx.Response, kept: dict[str, datetime], seconds: int) -> None:
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == NOT_ON_SALE
    assert problem["opens_at"].endswith("Z")
    assert datetime.fromisoformat(problem["opens_at"]) == kept["opens"]
    assert seconds - 60 < int(answer.headers["retry-after"]) <= seconds


@then("they are told that the event is not on sale")
def _told(answer: httpx.Response) -> None:
    assert answer.status_code == 409
    assert answer.json()["type"] == NOT_ON_SALE
    assert "opens_at" not in answer.json()
    assert "retry-after" not in answer.headers


@then(phrase("{seat} is reserved"))
def _is_reserved(answer: httpx.Response, seat: str) -> None:
    assert [seat] == [held["seat_identifier"] for held in answer.json()["seats"]]


@then("it was reserved no sooner than the sale opened")
def _no_sooner(answer: httpx.Response, kept: dict[str, datetime]) -> None:
    assert datetime.fromisoformat(answer.json()["created_at"]) >= kept["opens"]


@then("no seat of the event has changed hands")
def _nothing_changed(visitor: ApiClient, event: Json) -> None:
    overview = visitor.overview(event["id"])
    assert overview["version"] == 1
    assert [s["available"] for s in overview["sections"]] == [5]


@then("the list of events on sale shows the event")
def _is_listed(visitor: ApiClient, event: Json) -> None:
    assert event["id"] in _listed(visitor, event)


@then("the list of events on sale does not show the event")
def _is_not_listed(visitor: ApiClient, event: Json) -> None:
    assert event["id"] not in _listed(visitor, event)


@then("the buyer can still confirm what they hold")
def _confirms(buyer: ApiClient, held: Json) -> None:
    assert buyer.confirm(held["id"])["status"] == "confirmed"


@then("it has no dates")
def _no_dates(read: Json) -> None:
    assert not {"starts_at", "sale_opens_at", "sale_closes_at", "timezone"} & read.keys()


@pytest.fixture
def visitor(api: Api) -> ApiClient:
    return api.visitor()


def _listed(visitor: ApiClient, event: Json) -> list[int]:
    return [
        one["id"]
        for page in visitor.pages("/api/event", seller_id=event["seller_id"])
        for one in page
    ]
