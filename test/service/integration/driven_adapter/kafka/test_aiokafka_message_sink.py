"""On a real broker: what is passed on is there, in order, once; what fails is said and leaves nothing
behind that could come later."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from kit.kafka_gateway import KafkaGateway
from kit.waiting import TIMEOUT
from src.platform.kafka import KafkaTopic, client_options
from src.platform.settings import Settings
from src.service.integration.app.interface.message_sink import NotPassedOnError
from src.service.integration.driven_adapter.kafka.aiokafka_message_sink import (
    AiokafkaMessageSink,
)
from test.fake.clock import everything_ready
from test.fake.messages import a_message
from test.support.infrastructure import Infrastructure
from test.support.kafka import TopicReader, events, reading, running_kafka

_numbers = count(1)


@pytest.fixture(scope="module")
def kafka(
    infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KafkaGateway]:
    with running_kafka(infrastructure, tmp_path_factory.mktemp("kafka")) as kafka:
        yield kafka


@pytest.fixture
def client(kafka: KafkaGateway) -> dict[str, Any]:
    return dict(client_options(Settings(kafka_bootstrap_servers=kafka.address)))


@pytest.fixture
def topic(client: dict[str, Any]) -> KafkaTopic:
    """A topic that nobody else uses; it is not there yet."""
    name = f"events-{next(_numbers)}"
    return KafkaTopic(name, partitions=3, replication_factor=1, client=client)


@asynccontextmanager
async def open_sink(
    topic: KafkaTopic, client: dict[str, Any], *, seconds: float = TIMEOUT
) -> AsyncIterator[AiokafkaMessageSink]:
    sink = AiokafkaMessageSink(topic, client, timeout_seconds=seconds)
    try:
        yield sink
    finally:
        await sink.close()


@asynccontextmanager
async def reader_of(topic: KafkaTopic, client: dict[str, Any]) -> AsyncIterator[TopicReader]:
    async with reading(topic.name, client) as reader:
        yield reader


async def test_each_message_is_a_cloud_event_keyed_by_its_event(
    topic: KafkaTopic, client: dict[str, Any]
) -> None:
    message = a_message(12, event_id=7)
    async with open_sink(topic, client) as sink:
        await sink.pass_on([message])

    async with reader_of(topic, client) as reader:
        [record] = await reader.until_there_are(1)
    assert record.key == b"7"
    assert record.headers == (("content-type", b"application/cloudevents+json"),)
    assert events([record]) == [message.as_cloud_event()]


async def test_those_of_an_event_are_in_one_partition_in_their_order(
    topic: KafkaTopic, client: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # So small that the messages of a partition need many batches.
    monkeypatch.setattr(
        "src.service.integration.driven_adapter.kafka.aiokafka_message_sink._LARGEST_BATCH_BYTES",
        1_000,
    )
    messages = [a_message(number, event_id=1 + number % 5) for number in range(1, 101)]
    async with open_sink(topic, client) as sink:
        await sink.pass_on(messages[:60])
        await sink.pass_on(messages[60:])

    async with reader_of(topic, client) as reader:
        records = await reader.until_there_are(100)
    numbers: dict[bytes, list[int]] = defaultdict(list)
    partitions: dict[bytes, set[int]] = defaultdict(set)
    for record in records:
        numbers[record.key].append(int(events([record])[0]["id"]))
        partitions[record.key].add(record.partition)
    assert {int(key): found for key, found in numbers.items()} == {
        1 + rest: [n for n in range(1, 101) if n % 5 == rest] for rest in range(5)
    }
    assert {len(found) for found in partitions.values()} == {1}
    assert len(set.union(*partitions.values())) > 1


async def test_an_outage_is_said_and_over_when_it_is_over(
    kafka: KafkaGateway, topic: KafkaTopic, client: dict[str, Any]
) -> None:
    async with open_sink(topic, client, seconds=2) as sink:
        await sink.pass_on([a_message(1)])
        kafka.close()
        try:
            for _ in ("the connection breaks", "there is none"):
                with pytest.raises(NotPassedOnError):
                    await sink.pass_on([a_message(2)])
        finally:
            kafka.open()
        await pass_on_in_the_end(sink, 2)

    async with reader_of(topic, client) as reader:
        records = await reader.until_there_are(2)
    assert [event["id"] for event in events(records)] == ["1", "2"]


async def test_a_broker_that_takes_and_says_nothing_is_given_up(
    kafka: KafkaGateway, topic: KafkaTopic, client: dict[str, Any]
) -> None:
    before = asyncio.all_tasks()
    async with open_sink(topic, client, seconds=1) as sink:
        await pass_on_in_the_end(sink, 1)
        with kafka.silence():
            with pytest.raises(NotPassedOnError, match="within 1 s"):
                await sink.pass_on([a_message(2)])
            assert asyncio.all_tasks() == before, "nobody is left who would send it later"
        await pass_on_in_the_end(sink, 3)

    async with reader_of(topic, client) as reader:
        records = await reader.until_there_are(2)
    assert [event["id"] for event in events(records)] == ["1", "3"]


async def test_what_was_taken_beside_a_failure_is_not_sent_again(
    topic: KafkaTopic, client: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [a_message(number, event_id=number) for number in range(2, 22)]
    async with open_sink(topic, client) as sink:
        await sink.pass_on([a_message(1)])
        producer = sink._producer
        assert producer is not None
        send_batch = producer.send_batch

        async def fail_for_partition_0(batch: Any, name: str, *, partition: int) -> Any:
            if partition == 0:
                raise KafkaError("The partition has no leader.")
            return await send_batch(batch, name, partition=partition)

        monkeypatch.setattr(producer, "send_batch", fail_for_partition_0)
        with pytest.raises(NotPassedOnError, match="no leader"):
            await sink.pass_on(messages)
        await sink.pass_on(messages)

    async with reader_of(topic, client) as reader:
        records = await reader.until_there_are(21)
    numbers = sorted(int(event["id"]) for event in events(records))
    assert numbers == list(range(1, 22))


async def test_one_who_is_cancelled_leaves_nothing_running(
    kafka: KafkaGateway, topic: KafkaTopic, client: dict[str, Any]
) -> None:
    before = asyncio.all_tasks()
    async with open_sink(topic, client) as sink:
        await sink.pass_on([a_message(1)])
        with kafka.silence():
            going_on = asyncio.ensure_future(sink.pass_on([a_message(2)]))
            await everything_ready()
            going_on.cancel()
            await asyncio.wait([going_on])

    assert asyncio.all_tasks() == before


async def pass_on_in_the_end(sink: AiokafkaMessageSink, number: int) -> None:
    """As the relay does; the machine may stand still for longer than the sink may take."""
    while True:
        try:
            return await sink.pass_on([a_message(number)])
        except NotPassedOnError:
            continue
