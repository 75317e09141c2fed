"""What happens arrives in Kafka, and an outage of Kafka costs nobody anything but delay."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from kit.kafka_gateway import KafkaGateway
from src.platform.kafka import client_options
from test.conftest import StartService
from test.support.api import ApiClient, Json
from test.support.infrastructure import Infrastructure
from test.support.kafka import events, reading, running_kafka
from test.support.service import ServiceProcess
from test.support.waiting import quickest_of


@pytest.fixture(scope="module")
def kafka(
    infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KafkaGateway]:
    with running_kafka(infrastructure, tmp_path_factory.mktemp("kafka")) as kafka:
        yield kafka


@pytest.fixture(scope="module")
def service(start_module_service: StartService, kafka: KafkaGateway) -> ServiceProcess:
    return start_module_service(kafka_bootstrap_servers=kafka.address)


def told(service: ServiceProcess, event_id: int, count: int) -> Sequence[ConsumerRecord]:
    """What is on the topic of this event, read until there are so many different messages."""

    def of_event(records: Sequence[ConsumerRecord]) -> list[ConsumerRecord]:
        return [record for record in records if record.key == str(event_id).encode()]

    async def read() -> Sequence[ConsumerRecord]:
        client = dict(client_options(service.settings))
        async with reading(service.settings.kafka_topic, client) as reader:
            await reader.until(lambda records: len(set(ids(of_event(records)))) >= count)
            return of_event(reader.records)

    return asyncio.run(read())


def types(records: Sequence[ConsumerRecord]) -> list[str]:
    return [event["type"] for event in events(records)]


def ids(records: Sequence[ConsumerRecord]) -> list[int]:
    return [int(event["id"]) for event in events(records)]


def go_through_everything(seller: ApiClient, buyer: ApiClient, event: Json) -> list[str]:
    """Let all that may happen to an event happen; return the types that are told of it after its
    creation, in order."""
    seller.change_event(event["id"], name="Another name")
    held = buyer.reserve(event["id"], "A-1-1-1", "A-1-1-2")
    buyer.release_seat(held["id"], "A-1-1-2")
    bought = buyer.confirm(held["id"])
    buyer.release(buyer.reserve(event["id"], "A-1-1-3")["id"])
    sold = buyer.buy(event["id"], "A-1-1-4")
    [ticket] = buyer.tickets(sold["id"])
    seller.check_in(event["id"], ticket["code"])
    seller.cancel(bought["id"])
    seller.take_house_seats(event["id"], seats=["A-1-1-5"])
    seller.free_house_seats(event["id"], seats=["A-1-1-5"])
    seller.change_event(event["id"], status="ended")
    return [
        "event.updated",
        "reservation.reserved",
        "reservation.released",
        "reservation.confirmed",
        "reservation.reserved",
        "reservation.released",
        "reservation.reserved",
        "reservation.confirmed",
        "ticket.checked_in",
        "reservation.cancelled",
        "reservation.reserved",
        "reservation.released",
        "event.closed",
    ]


def test_everything_arrives_once_in_its_order(
    service: ServiceProcess, seller: ApiClient, buyer: ApiClient
) -> None:
    happened = {}
    for event in (seller.create_event(), seller.create_event()):
        happened[event["id"]] = go_through_everything(seller, buyer, event)

    for event_id, expected in happened.items():
        records = told(service, event_id, 1 + len(expected))
        assert types(records) == ["event.created", *expected]
        assert ids(records) == sorted(set(ids(records)))
        assert len({record.partition for record in records}) == 1
        assert {record.headers for record in records} == {
            (("content-type", b"application/cloudevents+json"),)
        }
        assert {event["subject"] for event in events(records)} == {f"event/{event_id}"}


def test_an_outage_is_noticed_by_nobody_and_loses_nothing(
    service: ServiceProcess, kafka: KafkaGateway, seller: ApiClient, buyer: ApiClient
) -> None:
    before = seller.create_event()
    told(service, before["id"], 1)  # a connection is open, and breaks
    free = iter(range(1, 6))

    def takes(does: Callable[[], Any]) -> float:
        seconds, _ = quickest_of(3, does)
        return seconds

    kafka.close()
    try:
        # Kafka is waited for 8 s.
        assert takes(seller.create_event) < 4
        assert takes(lambda: buyer.buy(before["id"], f"A-1-1-{next(free)}")) < 4
        event = seller.create_event()
        happened = go_through_everything(seller, buyer, event)
        assert seller.get("/health/ready").status_code == 200
    finally:
        kafka.open()

    for event_id, expected in {
        event["id"]: ["event.created", *happened],
        before["id"]: ["event.created", *["reservation.reserved", "reservation.confirmed"] * 3],
    }.items():
        records = told(service, event_id, len(expected))
        # A lost answer may have made some come twice; each for the first time in its order.
        first = dict(zip(reversed(ids(records)), reversed(types(records)), strict=True))
        assert [first[number] for number in sorted(first)] == expected
        assert list(dict.fromkeys(ids(records))) == sorted(first)
