"""Webhooks: a seller's program is told what happens to their events."""

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kit.ports import free_port
from kit.waiting import wait_until
from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.api import Api, ApiClient, Json, broken_rules, problem_of
from test.support.service import ServiceProcess
from test.support.stores import query
from test.support.webhook_receiver import OK, Answer, Received, Receiver, receiving

WEBHOOKS = "/api/webhook"
BROKEN: Answer = (500, {}, b"No database")


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


def path_of(webhook: Json) -> str:
    return f"{WEBHOOKS}/{webhook['id']}"


def change(seller: ApiClient, webhook: Json, **changes: object) -> Json:
    answer = seller.patch(path_of(webhook), changes)
    assert answer.status_code == 200, answer.text
    changed: Json = answer.json()
    return changed


def deliveries(seller: ApiClient, webhook: Json, **params: Any) -> list[Json]:
    answer = seller.get(f"{path_of(webhook)}/delivery", params=params)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["deliveries"]
    return found


def delivery_that(seller: ApiClient, webhook: Json, **fields: object) -> Json:
    """The newest delivery, once it is so."""

    def looked_for() -> Json | None:
        newest = deliveries(seller, webhook, limit=1)
        return newest[0] if newest and newest[0].items() >= fields.items() else None

    return wait_until(looked_for, what=f"a delivery that has {fields}")


def answering_after(go_on: threading.Event) -> Callable[[Received], Answer]:
    def answer(_: Received) -> Answer:
        go_on.wait()
        return OK

    return answer


def make_due(service: ServiceProcess) -> None:
    """As if the pause before the next attempts were over."""
    query(service.settings, "UPDATE webhook_delivery SET next_attempt_at = now()")
    query(service.settings, "UPDATE webhook_lane SET due_at = now() WHERE lease IS NULL")


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
            assert buyer.user["email"] not in request.body.decode()
        [seat] = messages[1]["data"]["seats"]
        assert seat["seat_identifier"] == "A-1-1-1"
        delivered = delivery_that(seller, webhook, status="delivered")
        assert str(delivered["id"]) == messages[-1]["id"]
        assert delivered["answer_status"] == 204
        assert delivered["attempts"] == 1
        assert "next_attempt_at" not in delivered

    def test_of_the_types_that_it_wants_and_of_no_one_elses_events(
        self, seller: ApiClient, api: Api, buyer: ApiClient, receiver: Receiver
    ) -> None:
        wanted = register(seller, receiver.url, types=["reservation.confirmed"])
        paused = register(seller, receiver.url)
        change(seller, paused, status="paused")
        others = api.seller().create_event()["id"]
        event = seller.create_event()["id"]
        for each in (others, event):
            buyer.buy(each, "A-1-1-1")

        [request] = receiver.wait_for(1)

        assert request.verified(wanted["secret"])["type"] == "reservation.confirmed"
        assert request.verified(wanted["secret"])["subject"] == f"event/{event}"
        assert deliveries(seller, paused) == []

    def test_each_event_in_its_order_and_none_held_up_by_another(
        self, seller: ApiClient, receiver: Receiver, service: ServiceProcess
    ) -> None:
        webhook = register(seller, receiver.url, types=["event.updated"])
        stuck, other = (seller.create_event()["id"] for _ in range(2))
        receiver.answer = lambda r: BROKEN if f"event/{stuck}" in r.body.decode() else OK
        for name in ("First", "Second"):
            for event in (stuck, other):
                seller.change_event(event, name=name)

        def names(event: int) -> list[str]:
            messages = [r.verified(webhook["secret"]) for r in receiver.received]
            return [m["data"]["name"] for m in messages if m["subject"] == f"event/{event}"]

        wait_until(lambda: names(other) == ["First", "Second"] and names(stuck))
        assert set(names(stuck)) == {"First"}
        receiver.answer = lambda _: OK
        make_due(service)
        wait_until(lambda: names(stuck)[-1] == "Second")
        assert names(stuck).count("Second") == 1

    def test_a_silent_receiver_holds_up_no_other(
        self, seller: ApiClient, api: Api, receiver: Receiver
    ) -> None:
        go_on = threading.Event()
        with receiving() as silent:
            silent.answer = answering_after(go_on)
            slow_seller = api.seller()
            for _ in range(2):
                register(slow_seller, silent.url, types=["event.created"])
            for _ in range(5):
                slow_seller.create_event()
            silent.wait_for(8)  # four of each, of five events

            register(seller, receiver.url, types=["event.created"])
            seller.create_event()
            receiver.wait_for(1)
            go_on.set()
            silent.wait_for(10)


class TestTroubles:
    def test_what_fails_is_tried_again_until_it_is_taken(
        self, seller: ApiClient, receiver: Receiver, service: ServiceProcess
    ) -> None:
        webhook = register(seller, receiver.url, types=["event.created"])
        receiver.answer = lambda _: BROKEN
        seller.create_event()

        failed = delivery_that(seller, webhook, attempts=1)
        assert failed["status"] == "waiting"
        assert failed["answer_status"] == 500
        assert failed["answer_body"] == "No database"
        assert failed["next_attempt_at"] > failed["created_at"]

        receiver.answer = lambda _: OK
        make_due(service)
        delivered = delivery_that(seller, webhook, status="delivered")
        assert delivered["attempts"] == 2
        ids = [request.headers["webhook-id"] for request in receiver.received]
        assert len(set(ids)) == 1

    def test_gone_pauses_it_and_resuming_sends_what_waited(
        self, seller: ApiClient, receiver: Receiver
    ) -> None:
        webhook = register(seller, receiver.url, types=["event.created"])
        receiver.answer = lambda _: (410, {}, b"")
        seller.create_event()

        paused = wait_until(
            lambda: (w := seller.get(path_of(webhook)).json())["status"] == "paused" and w
        )
        assert "410" in paused["paused_reason"]
        assert delivery_that(seller, webhook, attempts=1)["status"] == "waiting"

        receiver.answer = lambda _: OK
        resumed = change(seller, webhook, status="active")
        assert "paused_reason" not in resumed
        assert delivery_that(seller, webhook, status="delivered")["attempts"] == 2

    def test_a_day_of_failures_pauses_it(
        self, seller: ApiClient, receiver: Receiver, service: ServiceProcess
    ) -> None:
        webhook = register(seller, receiver.url, types=["event.created"])
        receiver.answer = lambda _: BROKEN
        seller.create_event()
        delivery_that(seller, webhook, attempts=1)
        for table in ("webhook_delivery", "webhook_lane"):
            query(
                service.settings,
                f"UPDATE {table} SET failing_since = now() - interval '1 day' WHERE endpoint_id = $1",
                uuid.UUID(webhook["id"]),
            )
        make_due(service)

        paused = wait_until(
            lambda: (w := seller.get(path_of(webhook)).json())["status"] == "paused" and w
        )

        assert (
            paused["paused_reason"] == "It took nothing for a day. The last attempt: answered 500."
        )

    def test_another_address_gets_at_once_what_the_first_did_not_take(
        self, seller: ApiClient, receiver: Receiver
    ) -> None:
        with receiving() as gone:
            pass
        webhook = register(seller, gone.url, types=["event.created"])
        seller.create_event()
        failed = delivery_that(seller, webhook, attempts=1)
        assert failed["error"] == "does not take connections"

        change(seller, webhook, url=receiver.url)

        receiver.wait_for(1)

    def test_of_an_instance_that_is_killed_another_takes_over(
        self, receiver: Receiver, start_service: StartService
    ) -> None:
        """What was being sent comes again, with the same id, and after it what waited behind it."""
        go_on = threading.Event()
        receiver.answer = answering_after(go_on)
        service = start_service(webhook_allow_private=True)
        with api_of(service) as api:
            seller = api.seller()
            webhook = register(seller, receiver.url, types=["event.created", "event.updated"])
            seller.change_event(seller.create_event()["id"], name="Later")
            receiver.wait_for(1)
        service.kill()
        go_on.set()

        start_service(service.settings.model_copy(update={"port": free_port()}))
        # As if the time were over after which an instance that says nothing has lost the lane.
        query(service.settings, "UPDATE webhook_lane SET leased_until = now()")

        types = [r.verified(webhook["secret"])["type"] for r in receiver.wait_for(3)]
        assert types == ["event.created", "event.created", "event.updated"]
        first, again, _ = receiver.received
        assert first.headers["webhook-id"] == again.headers["webhook-id"]


class TestTheSecret:
    def test_is_shown_once_and_after_a_rotation_two_sign(
        self, seller: ApiClient, receiver: Receiver
    ) -> None:
        webhook = register(seller, receiver.url)
        assert webhook["secret"].startswith("whsec_")
        for answer in (seller.get(WEBHOOKS), seller.get(path_of(webhook))):
            assert webhook["secret"] not in answer.text

        rotated = seller.post(f"{path_of(webhook)}/secret").json()["secret"]
        assert rotated != webhook["secret"]
        seller.post(f"{path_of(webhook)}/test")

        [request] = receiver.wait_for(1)
        for secret in (webhook["secret"], rotated):
            assert request.verified(secret)["type"] == "webhook.test"


class TestTrying:
    def test_is_sent_to_a_paused_one_too_once(self, seller: ApiClient, receiver: Receiver) -> None:
        webhook = register(seller, receiver.url)
        change(seller, webhook, status="paused")
        receiver.answer = lambda _: (410, {}, b"Go away")

        answer = seller.post(f"{path_of(webhook)}/test")

        assert answer.status_code == 202
        assert answer.json()["type"] == "webhook.test"
        failed = delivery_that(seller, webhook, status="failed")
        assert failed["id"] == answer.json()["id"]
        assert failed["answer_body"] == "Go away"
        assert len(receiver.received) == 1


class TestSendingAgain:
    def test_repeats_a_message_with_its_id(self, seller: ApiClient, receiver: Receiver) -> None:
        webhook = register(seller, receiver.url, types=["event.created"])
        seller.create_event()
        delivered = delivery_that(seller, webhook, status="delivered")

        answer = seller.post(f"{path_of(webhook)}/delivery/{delivered['id']}/send")

        assert answer.status_code == 202
        assert answer.json()["status"] == "waiting"
        first, second = receiver.wait_for(2)
        assert first.body == second.body
        assert first.headers["webhook-id"] == second.headers["webhook-id"]

    @pytest.mark.parametrize("message", [0, 10**15, 10**30])
    def test_of_what_there_is_not_is_refused(
        self, seller: ApiClient, receiver: Receiver, message: int
    ) -> None:
        webhook = register(seller, receiver.url)

        answer = seller.post(f"{path_of(webhook)}/delivery/{message}/send")

        assert problem_of(answer, 404)["type"].endswith(":delivery-not-found")


class TestTheList:
    def test_has_pages_and_can_be_narrowed(
        self, seller: ApiClient, receiver: Receiver, service: ServiceProcess
    ) -> None:
        webhook = register(seller, receiver.url, types=["event.created"])
        for _ in range(3):
            seller.create_event()
        wait_until(lambda: len(deliveries(seller, webhook, status="delivered")) == 3)

        first = seller.get(f"{path_of(webhook)}/delivery", params={"limit": 2}).json()
        second = deliveries(seller, webhook, limit=2, cursor=first["next_cursor"])

        ids = [delivery["id"] for delivery in first["deliveries"] + second]
        assert ids == sorted(ids, reverse=True)
        assert len(set(ids)) == 3
        assert deliveries(seller, webhook, status="failed") == []
        for wrong in ({"status": "lost"}, {"cursor": "x"}):
            problem_of(seller.get(f"{path_of(webhook)}/delivery", params=wrong), 400)


class TestWhoMayDoWhat:
    def test_another_sellers_is_not_there_and_a_buyer_has_none(
        self, seller: ApiClient, api: Api, buyer: ApiClient, receiver: Receiver
    ) -> None:
        webhook = register(seller, receiver.url)
        own, stranger = path_of(webhook), api.seller()
        for person, status in ((stranger, 404), (buyer, 403), (api.visitor(), 401)):
            for answer in (
                person.get(own),
                person.patch(own, {"status": "paused"}),
                person.http.delete(own),
                person.post(f"{own}/secret"),
                person.post(f"{own}/test"),
                person.get(f"{own}/delivery"),
                person.post(f"{own}/delivery/1/send"),
            ):
                problem_of(answer, status)
        assert stranger.get(WEBHOOKS).json() == {"webhooks": []}
        problem_of(seller.get(f"{WEBHOOKS}/no-uuid"), 404)

    def test_nobody_has_more_than_ten(self, seller: ApiClient, receiver: Receiver) -> None:
        made = [register(seller, receiver.url) for _ in range(10)]

        answer = seller.post(WEBHOOKS, {"url": receiver.url})

        assert problem_of(answer, 409)["type"].endswith(":too-many-webhooks")
        assert [w["id"] for w in seller.get(WEBHOOKS).json()["webhooks"]] == [w["id"] for w in made]
        assert seller.http.delete(path_of(made[0])).status_code == 204
        problem_of(seller.http.delete(path_of(made[0])), 404)
        register(seller, receiver.url)


class TestChanging:
    def test_what_is_not_named_stays(self, seller: ApiClient, receiver: Receiver) -> None:
        webhook = register(seller, receiver.url, description=" The  till ", types=["event.closed"])
        assert webhook["description"] == "The till"

        assert change(seller, webhook)["types"] == ["event.closed"]
        both = ["event.closed", "event.created"]
        assert change(seller, webhook, types=both)["types"] == sorted(both, reverse=True)
        assert "description" not in change(seller, webhook, description=None)

    def test_a_mistake_is_named(self, seller: ApiClient) -> None:
        def refused(**fields: object) -> dict[str, str]:
            return broken_rules(seller.post(WEBHOOKS, {"url": "https://a.example/", **fields}))

        assert refused(url="nonsense") == {"body.url": "must begin with https:// or http://"}
        assert refused(types=[]) == {"body.types": "must have at least 1 item"}
        assert "body.types.0" in refused(types=["event.exploded"])


def test_attempts_are_counted(api: Api, seller: ApiClient, receiver: Receiver) -> None:
    seller.post(f"{path_of(register(seller, receiver.url))}/test")

    counted = 'webhook_deliveries_total{outcome="delivered"}'
    wait_until(lambda: counted in api.visitor().get("/metrics").text)


def test_no_private_address_is_sent_anything(
    start_service: StartService, receiver: Receiver
) -> None:
    with api_of(start_service()) as api:
        seller = api.seller()
        for url, why in (
            (receiver.url, "must begin with https://"),
            (receiver.url.replace("http:", "https:"), "must not be a private address"),
        ):
            assert broken_rules(seller.post(WEBHOOKS, {"url": url})) == {"body.url": why}
        named = receiver.url.replace("http://127.0.0.1", "https://localhost")
        webhook = register(seller, named)
        seller.create_event()

        assert delivery_that(seller, webhook, attempts=1)["error"] == "its address is private"
    assert receiver.received == []
