"""Webhooks: a seller's program is told what happens to their events."""

from collections.abc import Iterator

import pytest

from test.conftest import StartService
from test.support.api import Api, ApiClient, Json
from test.support.service import ServiceProcess
from test.support.webhook_receiver import Receiver, receiving

WEBHOOKS = "/api/webhook"


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    return start_module_service(webhook_allow_private=True)


@pytest.fixture
def seller(api: Api) -> ApiClient:
    """One with no webhooks yet."""
    return api.seller()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def register(seller: ApiClient, url: str, **fields: object) -> Json:
    answer = seller.post(WEBHOOKS, {"url": url, **fields})
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def deliveries(seller: ApiClient, webhook: Json, **params: object) -> list[Json]:
    answer = seller.get(f"{WEBHOOKS}/{webhook['id']}/delivery", params=params)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["deliveries"]
    return found


class TestBeingTold:
    def test_what_happens_in_its_order_signed(
        self, seller: ApiClient, buyer: ApiClient, receiver: Receiver
    ) -> None:
        webhook = register(seller, receiver.url)
        event = seller.create_event()["id"]
        buyer.buy(event, "A-1-1-1")

        received = receiver.wait_for(3)

        messages = [request.verified(webhook["secret"]) for request in received]
        assert [message["type"] for message in messages] == [
            "event.created",
            "reservation.reserved",
            "reservation.confirmed",
        ]
        assert {message["subject"] for message in messages} == {f"event/{event}"}
        for request, message in zip(received, messages, strict=True):
            assert request.path == "/hook"
            assert request.headers["content-type"] == "application/cloudevents+json"
            assert request.headers["webhook-id"] == message["id"]
            assert message["specversion"] == "1.0"
        [seat] = messages[1]["data"]["seats"]
        assert seat["seat_identifier"] == "A-1-1-1"
