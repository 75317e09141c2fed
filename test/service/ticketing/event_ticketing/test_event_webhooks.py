"""Being told by webhook; see event_webhooks.feature."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from pytest_bdd import given, parsers, scenarios, then, when
from standardwebhooks import Webhook

from kit.waiting import wait_until
from test.conftest import StartService
from test.service.ticketing.event_ticketing.conftest import Person, Table, phrase, records, seats_of
from test.support.api import ApiClient, Json
from test.support.described_messages import as_told
from test.support.service import ServiceProcess
from test.support.webhook_receiver import OK, Received, Receiver, receiving

scenarios("event_webhooks.feature")


@dataclass
class Program:
    """A seller's program, and its registration."""

    receiver: Receiver
    webhook: Json
    refusals: dict[str, int] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/api/webhook/{self.webhook['id']}"

    @property
    def told(self) -> list[tuple[str, list[str]]]:
        """What it was told, with the seats."""
        return [
            (m["type"], [seat["seat_identifier"] for seat in m["data"].get("seats", [])])
            for m in map(message_of, self.receiver.received)
        ]

    def wait_until_told(self, kind: str) -> None:
        wait_until(lambda: kind in [told for told, _ in self.told], what=kind)


def message_of(request: Received) -> Json:
    message: Json = httpx.Response(200, content=request.body).json()
    as_told(message)
    return message


@pytest.fixture(scope="module")
def told_service(start_module_service: StartService) -> ServiceProcess:
    """A service that tells programs on this machine."""
    return start_module_service(webhook_allow_private=True)


@pytest.fixture
def service(told_service: ServiceProcess) -> ServiceProcess:
    return told_service


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def other_receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def _registered(seller: ApiClient, receiver: Receiver, **wish: object) -> Program:
    answer = seller.post("/api/webhook", {"url": receiver.url, **wish})
    assert answer.status_code == 201, answer.text
    program = Program(receiver, answer.json())
    receiver.answer = lambda request: (
        (refusal, {}, b"") if (refusal := program.refusals.get(message_of(request)["type"])) else OK
    )
    return program


@given("a program of this seller that is told of everything", target_fixture="program")
def _told_of_everything(seller: ApiClient, receiver: Receiver) -> Program:
    return _registered(seller, receiver)


@given(
    parsers.parse("another program of this seller that is told of {kind}"),
    target_fixture="other_program",
)
def _told_of(seller: ApiClient, other_receiver: Receiver, kind: str) -> Program:
    return _registered(seller, other_receiver, types=[kind])


@given(parsers.parse("the program answers {status:d} to {kind}"))
def _answers(program: Program, status: int, kind: str) -> None:
    program.refusals[kind] = status


@when("the program is mended")
def _mended(program: Program) -> None:
    program.refusals.clear()


@given(phrase("the buyer has bought {seats:Seats}"), target_fixture="reservation")
@when(phrase("the buyer buys {seats:Seats}"), target_fixture="reservation")
def _buys(buyer: ApiClient, event: Json, seats: list[str]) -> Json:
    return buyer.buy(event["id"], *seats)


@when("the seller cancels the sale")
def _cancels(seller: ApiClient, reservation: Json) -> None:
    seller.cancel(reservation["id"])


@when("the other seller creates an event")
def _creates(other_seller: ApiClient) -> None:
    other_seller.create_event()


@when("the seller pauses the webhook")
def _pauses(seller: ApiClient, program: Program) -> None:
    program.wait_until_told("event.created")
    assert seller.patch(program.path, {"status": "paused"}).json()["status"] == "paused"


@when("the seller resumes the webhook")
def _resumes(seller: ApiClient, program: Program) -> None:
    assert seller.patch(program.path, {"status": "active"}).json()["status"] == "active"


@when("the seller changes the secret", target_fixture="new_secret")
def _changes_secret(seller: ApiClient, program: Program) -> str:
    secret: str = seller.post(f"{program.path}/secret").json()["secret"]
    assert secret != program.webhook["secret"]
    return secret


@when("the seller sends a test")
def _sends_test(seller: ApiClient, program: Program) -> None:
    assert seller.post(f"{program.path}/test").status_code == 202


@when(phrase("the {who} asks for the webhook"), target_fixture="answer")
def _asks(person: Person, who: str, program: Program) -> httpx.Response:
    return person(who).get(program.path)


@when(parsers.parse("the seller has {kind} sent again"))
def _sent_again(seller: ApiClient, program: Program, kind: str) -> None:
    [delivery] = _deliveries(seller, program, kind)
    assert seller.post(f"{program.path}/delivery/{delivery['id']}/send").status_code == 202


@then("the program has been told, in this order:")
def _told_in_order(program: Program, datatable: Table) -> None:
    expected = [
        (row["type"], seats_of(row["seats"]) if row["seats"] else []) for row in records(datatable)
    ]
    wait_until(lambda: len(program.told) >= len(expected), what=f"{expected}")
    assert program.told == expected


@then("each message is signed with the secret that the seller was shown")
def _signed(program: Program) -> None:
    program.wait_until_told("reservation.confirmed")
    for request in program.receiver.received:
        request.verified(program.webhook["secret"])


@then("the last message is signed with the new secret too")
def _signed_anew(program: Program, new_secret: str) -> None:
    last = program.receiver.received[-1]
    assert Webhook(new_secret).verify(last.body, last.headers) == message_of(last)


@then(parsers.parse("the other program has been told of {kind} alone"))
def _told_alone(other_program: Program, kind: str) -> None:
    other_program.wait_until_told(kind)
    assert other_program.told == [(kind, [])]


@then("the program hears of this seller's event alone")
def _told_of_own(program: Program, event: Json) -> None:
    program.wait_until_told("reservation.confirmed")
    subjects = {message_of(request)["subject"] for request in program.receiver.received}
    assert subjects == {f"event/{event['id']}"}


@then(parsers.parse("the program has been told of {kind}"))
def _has_been_told(program: Program, kind: str) -> None:
    program.wait_until_told(kind)


@then(parsers.parse("the program has not been told of {kind}"))
def _not_told(program: Program, kind: str) -> None:
    assert kind not in [told for told, _ in program.told]


@then("what was told twice has the same id")
def _same_id(program: Program) -> None:
    told = [(m["type"], m["id"]) for m in map(message_of, program.receiver.received)]
    twice = [one for one in told if one[0] == "reservation.reserved"]
    assert len(twice) == 2
    assert len(set(twice)) == 1
    assert {r.headers["webhook-id"] for r in program.receiver.received} == {
        number for _, number in told
    }


@then(parsers.parse("the seller reads that {kind} was answered with {status:d}"))
def _reads_answer(seller: ApiClient, program: Program, kind: str, status: int) -> None:
    wait_until(
        lambda: [d.get("answer_status") for d in _deliveries(seller, program, kind)] == [status],
        what=f"a delivery of {kind} that was answered with {status}",
    )


@then("the seller reads that the webhook is paused because the program is gone")
def _reads_gone(seller: ApiClient, program: Program) -> None:
    shown = wait_until(
        lambda: (found := seller.get(program.path).json())["status"] == "paused" and found,
        what="a paused webhook",
    )
    assert "410 Gone" in shown["paused_reason"]


def _deliveries(seller: ApiClient, program: Program, kind: str) -> list[Json]:
    found: list[Json] = seller.get(f"{program.path}/delivery").json()["deliveries"]
    return [delivery for delivery in found if delivery["type"] == kind]
