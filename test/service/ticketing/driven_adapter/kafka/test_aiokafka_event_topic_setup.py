"""An event's topics, on a broker that speaks Kafka's protocol."""

import asyncio
import socket
import time
from collections.abc import Iterator

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from src.service.ticketing.app.interface.event_topic_setup import EventTopicSetupError
from src.service.ticketing.driven_adapter.kafka.aiokafka_event_topic_setup import (
    AiokafkaEventTopicSetup,
    topic_names,
)
from src.service.ticketing.driven_adapter.kafka.no_event_topics import NoEventTopics
from test.support.kafka import running_broker
from test.support.waiting import TIMEOUT


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_broker(tmp_path_factory.mktemp("broker")) as bootstrap_server:
        yield bootstrap_server


@pytest.fixture
def silent_server() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


async def test_creates_the_topics_of_the_event(broker: str) -> None:
    await AiokafkaEventTopicSetup(broker, timeout_seconds=TIMEOUT).set_up_topics(7)

    assert set(topic_names(7)) <= set(await _topics(broker))


async def test_topics_that_exist_are_left_as_they_are(broker: str) -> None:
    setup = AiokafkaEventTopicSetup(broker, timeout_seconds=TIMEOUT)
    await setup.set_up_topics(8)

    await setup.set_up_topics(8)

    assert set(topic_names(8)) <= set(await _topics(broker))


async def test_each_event_has_topics_of_its_own(broker: str) -> None:
    setup = AiokafkaEventTopicSetup(broker, partitions=3, timeout_seconds=TIMEOUT)
    await asyncio.gather(*(setup.set_up_topics(event_id) for event_id in (20, 21)))

    assert {*topic_names(20), *topic_names(21)} <= set(await _topics(broker))


async def test_a_broker_that_is_down_is_an_error_at_once(unused_address: str) -> None:
    setup = AiokafkaEventTopicSetup(unused_address, timeout_seconds=TIMEOUT)
    with pytest.raises(EventTopicSetupError, match=unused_address) as refused:
        await setup.set_up_topics(9)
    assert not isinstance(refused.value.__cause__, TimeoutError)


async def test_a_broker_that_does_not_answer_is_an_error_in_time(silent_server: str) -> None:
    began = time.monotonic()
    with pytest.raises(EventTopicSetupError, match=silent_server):
        await AiokafkaEventTopicSetup(silent_server, timeout_seconds=0.3).set_up_topics(9)
    assert time.monotonic() - began < 20, "without a limit it waits twice as long"


async def test_without_kafka_there_is_nothing_to_set_up() -> None:
    await NoEventTopics().set_up_topics(9)


@pytest.fixture
def unused_address() -> Iterator[str]:
    """An address that is taken, so nobody else listens there, but refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


async def _topics(broker: str) -> list[str]:
    client = AIOKafkaAdminClient(bootstrap_servers=broker)
    await client.start()
    try:
        return list(await client.list_topics())
    finally:
        await client.close()
