"""A real Kafka behind a gateway, and what can be read from it."""

import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from kit.kafka import running_broker
from kit.kafka_gateway import KafkaGateway
from kit.ports import free_port
from kit.waiting import wait_until
from test.support.described_messages import as_told
from test.support.infrastructure import Infrastructure
from test.support.waiting import eventually

KAFKA_IMAGE = "apache/kafka:4.1.0"


@contextmanager
def running_kafka(
    infrastructure: Infrastructure,
    directory: Path,
    *,
    tls: ssl.SSLContext | None = None,
    account: tuple[str, str] | None = None,
) -> Iterator[KafkaGateway]:
    """Kafka in a container where the stores are in containers, else the broker that tests bring along."""
    port = free_port()
    with _broker(infrastructure, directory, f"127.0.0.1:{port}") as broker_port:
        gateway = KafkaGateway(port, broker_port, tls=tls, account=account)
        try:
            gateway.open()
            yield gateway
        finally:
            gateway.end()


class TopicReader:
    """Everything on a topic from its beginning, in the order of each partition."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.records: list[ConsumerRecord] = []

    async def until(self, condition: Callable[[Sequence[ConsumerRecord]], bool]) -> None:
        """Read on until the records so far fulfil the condition."""

        async def fulfilled() -> bool:
            for records in (await self._consumer.getmany(timeout_ms=100)).values():
                self.records += records
            return condition(self.records)

        await eventually(fulfilled, what="messages on the topic")

    async def until_there_are(self, count: int) -> Sequence[ConsumerRecord]:
        await self.until(lambda records: len(records) >= count)
        return self.records


@asynccontextmanager
async def reading(topic: str, client: dict[str, Any]) -> AsyncIterator[TopicReader]:
    """`client` are the options of a client of aiokafka. The topic must be there, or come."""
    consumer = AIOKafkaConsumer(**client, auto_offset_reset="earliest")
    await consumer.start()
    try:

        async def is_there() -> bool:
            return topic in await consumer.topics()

        # Not before: to ask for a topic may create it.
        await eventually(is_there, what="the topic")
        consumer.subscribe([topic])
        yield TopicReader(consumer)
    finally:
        await consumer.stop()


def events(records: Sequence[ConsumerRecord]) -> list[dict[str, Any]]:
    """The CloudEvents in them, each as it is described."""
    found = [orjson.loads(record.value) for record in records]
    for event in found:
        as_told(event)
    return found


@contextmanager
def _broker(infrastructure: Infrastructure, directory: Path, address: str) -> Iterator[int]:
    """The port of a broker that sends its clients to `address`."""
    if infrastructure.name == "containers":
        with _container(address) as port:
            yield port
    else:
        port = free_port()
        with running_broker(directory, port, advertised=address):
            yield port


@contextmanager
def _container(address: str) -> Iterator[int]:
    from testcontainers.core.container import DockerContainer

    container = DockerContainer(KAFKA_IMAGE).with_exposed_ports(9092)
    for name, value in {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "LISTENERS": "CLIENTS://:9092,BROKERS://:9093,CONTROLLER://:9094",
        "ADVERTISED_LISTENERS": f"CLIENTS://{address},BROKERS://localhost:9093",
        "LISTENER_SECURITY_PROTOCOL_MAP": (
            "CLIENTS:PLAINTEXT,BROKERS:PLAINTEXT,CONTROLLER:PLAINTEXT"
        ),
        "INTER_BROKER_LISTENER_NAME": "BROKERS",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9094",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
    }.items():
        container.with_env(f"KAFKA_{name}", value)
    with container:
        wait_until(lambda: b"Kafka Server started" in container.get_logs()[0], what=KAFKA_IMAGE)
        yield int(container.get_exposed_port(9092))
