"""What happens is written down for those who listen, in the statement in which it happens."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from kit.waiting import wait_until
from src.platform.settings import Settings
from src.service.shared_kernel.outbox_sql import KAFKA_SETTING
from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.api import ApiClient, Json
from test.support.outbox import messages_of
from test.support.service import ServiceProcess
from test.support.stores import query


@pytest.fixture(scope="module")
def service(
    start_module_service: StartService, new_settings: Callable[..., Settings]
) -> ServiceProcess:
    """Every connection to its database says that Kafka listens, and nothing is passed on."""
    settings = new_settings(hold_ttl_seconds=900)
    name = make_url(settings.database_url or "").database
    query(settings, f"ALTER DATABASE {name} SET {KAFKA_SETTING} = 'on'")
    return start_module_service(settings)


def told(service: ServiceProcess, event: Json) -> list[tuple[str, list[str]]]:
    """The types of the event's messages after its creation, and the seats that each is about."""
    return [
        (m["type"], [seat["seat_identifier"] for seat in m["data"].get("seats", [])])
        for m in messages_of(service.settings, event["id"])[1:]
    ]


def last_data(service: ServiceProcess, event: Json) -> dict[str, Any]:
    data: dict[str, Any] = messages_of(service.settings, event["id"])[-1]["data"]
    return data


def test_an_event_is_told_as_the_api_shows_it(service: ServiceProcess, seller: ApiClient) -> None:
    event = seller.create_event(
        starts_at="2027-01-01T20:00:00+08:00",
        timezone="Asia/Taipei",
        sale_opens_at="2026-01-01T00:00:00Z",
        admission={"per_minute": 60, "pass_seconds": 300},
    )

    [created] = messages_of(service.settings, event["id"])

    shown = {**event, "event_id": event["id"]}
    del shown["id"]
    assert created["type"] == "event.created"
    assert {n: v for n, v in created["data"].items() if not n.endswith("_at")} == {
        n: v for n, v in shown.items() if not n.endswith("_at")
    }
    assert created["data"]["starts_at"] == "2027-01-01T12:00:00+00:00"
    assert created["subject"] == f"event/{event['id']}"


def test_what_becomes_of_seats_is_told_in_its_order(
    service: ServiceProcess, seller: ApiClient, buyer: ApiClient, event: Json
) -> None:
    one, two, three = "A-1-1-1", "A-1-1-2", "A-1-1-3"
    held = buyer.reserve(event["id"], one, two, three)
    buyer.release_seat(held["id"], two)
    bought = buyer.confirm(held["id"])
    given_up = buyer.reserve(event["id"], two)
    buyer.release(given_up["id"])
    sold = buyer.buy(event["id"], two)
    [ticket] = buyer.tickets(sold["id"])
    seller.check_in(event["id"], ticket["code"])
    seller.cancel(bought["id"], reason="Moved")

    assert told(service, event) == [
        ("reservation.reserved", [one, two, three]),
        ("reservation.released", [two]),
        ("reservation.confirmed", [one, three]),
        ("reservation.reserved", [two]),
        ("reservation.released", [two]),
        ("reservation.reserved", [two]),
        ("reservation.confirmed", [two]),
        ("ticket.checked_in", [two]),
        ("reservation.cancelled", [one, three]),
    ]
    _, reserved, *_, cancelled = messages_of(service.settings, event["id"])
    assert reserved["data"] == {
        "event_id": event["id"],
        "reservation_id": held["id"],
        "buyer_id": buyer.id,
        "house": False,
        "seats": [
            {name: seat[name] for name in seat if name not in ("event_id", "status")}
            for seat in held["seats"]
        ],
        "total_price": held["total_price"],
        "expires_at": held["expires_at"].replace("Z", "+00:00"),
    }
    assert cancelled["data"]["reason"] == "Moved"
    ids = [int(m["id"]) for m in messages_of(service.settings, event["id"])]
    assert ids == sorted(set(ids))


def test_what_ends_by_itself_is_told_too(
    service: ServiceProcess, seller: ApiClient, buyer: ApiClient, event: Json
) -> None:
    due = buyer.reserve(event["id"], "A-1-1-1")
    query(
        service.settings,
        "UPDATE reservation SET expires_at = now() WHERE id = $1::uuid",
        due["id"],
    )
    wait_until(lambda: told(service, event)[-1] == ("reservation.expired", ["A-1-1-1"]))

    buyer.reserve(event["id"], "A-1-1-2")
    seller.change_event(event["id"], status="completed")

    assert told(service, event)[-2:] == [
        ("event.closed", []),
        ("reservation.released", ["A-1-1-2"]),
    ]


def test_nothing_is_written_where_nobody_listens(server_process: ServiceProcess) -> None:
    with api_of(server_process) as api:
        event = api.seller().create_event()
        api.buyer().buy(event["id"], "A-1-1-1")

    assert messages_of(server_process.settings, event["id"]) == []
