"""What the API says of itself is enough to use it: generated clients, and its own examples."""

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.api import Api, ApiClient, Json, new_account, problem_of
from test.support.described import described_api

_GENERATE = "from openapi_python_client.cli import app; app()"


@pytest.fixture(scope="module")
def client(
    api: Api, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], ModuleType]]:
    """The modules of a client that openapi-python-client makes of what a server says of itself."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_bytes(api.visitor().get("/openapi.json").content)
    # It knows JSON and text; an image is bytes to it.
    images = "content_type_overrides:\n  image/svg+xml: application/octet-stream\n"
    (folder / "config.yaml").write_text(f"post_hooks: []\n{images}")
    run = subprocess.run(
        [
            *(sys.executable, "-c", _GENERATE, "generate", "--meta", "none"),
            *("--path", str(folder / "openapi.json"), "--config", str(folder / "config.yaml")),
            *("--output-path", str(folder / "ticketing_client"), "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield lambda name: importlib.import_module(f"ticketing_client.{name}".rstrip("."))


def test_a_generated_client_sells_and_buys(client: Callable[[str], ModuleType], api: Api) -> None:
    models = client("models")
    plain = client("").Client(base_url=api.base_url)

    def call(operation: str, *arguments: Any, by: Any = plain, **options: Any) -> Any:
        return client(f"api.{operation}").sync_detailed(*arguments, client=by, **options)

    def signed_in(role: str) -> Any:
        account = new_account(role)
        registered = call("user.register", body=models.RegisterRequest.from_dict(account))
        assert registered.parsed.role == role
        login = {name: account[name] for name in ("email", "password")}
        user = call("user.login", body=models.LoginRequest.from_dict(login)).parsed
        return client("").AuthenticatedClient(base_url=api.base_url, token=user.access_token)

    seller, buyer = signed_in("seller"), signed_in("buyer")
    body = described_api()["paths"]["/api/event"]["post"]["requestBody"]["content"]
    example = body["application/json"]["examples"]["one-section"]["value"]
    request = models.EventCreateWithTicketConfigRequest.from_dict(example)
    event = call("event.create_event", by=seller, body=request).parsed
    assert event.id in [listed.id for listed in call("event.list_events").parsed]

    detail = call("event.get_event", event.id).parsed
    assert detail.seating_config.sections[0].subsections[0].available == 500
    seats = [ticket.seat_identifier for ticket in detail.tickets[:2]]
    wanted = models.ReservationRequest(event_id=event.id, seats=seats)
    held = call("reservation.reserve_seats", by=buyer, body=wanted).parsed
    assert [seat.seat_identifier for seat in held.seats] == seats
    bought = call("reservation.confirm_reservation", held.id, by=buyer).parsed
    assert (bought.id, bought.status) == (held.id, "confirmed")

    # A refusal is a Problem, with what there is to know about it.
    refused = call("reservation.release_reservation", held.id, by=buyer)
    assert (refused.status_code, refused.parsed.status) == (409, 409)
    taken = call("reservation.reserve_seats", by=buyer, body=wanted).parsed
    assert (taken.type_, taken.seats) == ("urn:ticketing:problem:seats-taken", seats)

    best = models.ReservationRequest(event_id=event.id, quantity=3)
    second = call("reservation.reserve_seats", by=buyer, body=best).parsed
    assert call("reservation.release_reservation", second.id, by=buyer).status_code == 204
    mine = call("reservation.list_reservations", by=buyer).parsed
    assert [one.status for one in mine] == ["released", "confirmed"]


def examples_of(method: str, path: str) -> Json:
    """The bodies that the description gives for examples, by name."""
    operation = described_api()["paths"][path][method]
    found = operation["requestBody"]["content"]["application/json"]["examples"]
    return {name: example["value"] for name, example in found.items()}


def test_every_example_can_be_sent_as_it_is(
    start_service: StartService,
) -> None:
    """To a new service, in the order of the story."""
    sent = set()

    with api_of(start_service()) as api:

        def send(by: ApiClient, method: str, path: str, name: str, **ids: str) -> Json:
            sent.add((method, path, name))
            answer = by.http.request(
                method, path.format(event_id=1, **ids), json=examples_of(method, path)[name]
            )
            assert answer.is_success, answer.text
            return dict(answer.json()) if answer.content else {}

        seller, buyer = api.visitor(), api.visitor()
        send(seller, "post", "/api/user", "seller")
        send(seller, "post", "/api/user/login", "seller")
        send(buyer, "post", "/api/user", "buyer")
        send(buyer, "post", "/api/user/login", "buyer")
        assert send(seller, "post", "/api/event", "one-section")["id"] == 1
        made = [
            send(buyer, "post", "/api/reservation", name)["id"]
            for name in examples_of("post", "/api/reservation")
        ]
        cancel = "/api/reservation/{reservation_id}/cancel"
        for name, held in zip(examples_of("post", cancel), made, strict=False):
            buyer.confirm(held)
            send(seller, "post", cancel, name, reservation_id=held)
        house = "/api/event/{event_id}/house_seats"
        for method in ("post", "delete"):
            for name in examples_of(method, house):
                send(seller, method, house, name)
        # Nobody can know a code beforehand: that of the example is no ticket's.
        door = "/api/event/{event_id}/check_in"
        for name, code in examples_of("post", door).items():
            sent.add(("post", door, name))
            problem_of(seller.post(door.format(event_id=1), code), 404)
        for name in ("texts", "dates", "hide", "end"):
            send(seller, "patch", "/api/event/{event_id}", name)
        # Nothing happens any more, so nothing is sent to the addresses of the examples.
        webhooks = [
            send(seller, "post", "/api/webhook", name)["id"]
            for name in examples_of("post", "/api/webhook")
        ]
        webhook = "/api/webhook/{webhook_id}"
        for name in examples_of("patch", webhook):
            send(seller, "patch", webhook, name, webhook_id=webhooks[0])

    assert sent == {
        (method, path, name)
        for path, item in described_api()["paths"].items()
        for method, operation in item.items()
        if "requestBody" in operation
        for name in examples_of(method, path)
    }
