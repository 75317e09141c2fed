"""Whoever creates events asks Kafka for their topic no oftener than need be."""

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError

from src.platform.kafka import KafkaTopic
from src.service.ticketing.app.interface.event_topic_setup import EventTopicSetupError
from src.service.ticketing.driven_adapter.kafka.aiokafka_event_topic_setup import (
    AiokafkaEventTopicSetup,
)
from src.service.ticketing.driven_adapter.kafka.no_event_topic import NoEventTopic
from test.fake.clock import everything_ready


class FakeTopic(KafkaTopic):
    """Fails with `failure`, if there is one; counts how often it was asked for."""

    def __init__(self) -> None:
        super().__init__("events", partitions=1, replication_factor=1, client={})
        self.times = 0
        self.failure: Exception | None = None

    async def set_up(self) -> None:
        self.times += 1
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure


async def test_a_topic_that_was_found_is_not_asked_for_again() -> None:
    topic = FakeTopic()
    setup = AiokafkaEventTopicSetup(topic)

    await setup.set_up_topic()
    await setup.set_up_topic()

    assert topic.times == 1


async def test_those_who_ask_meanwhile_share_the_answer() -> None:
    topic = FakeTopic()
    setup = AiokafkaEventTopicSetup(topic)

    await asyncio.gather(*(setup.set_up_topic() for _ in range(3)))

    assert topic.times == 1


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (KafkaConnectionError("Unable to bootstrap"), "Unable to bootstrap"),
        (TimeoutError(), "no answer in time"),
        (OSError("no route"), "no route"),
    ],
)
async def test_what_fails_is_said_and_tried_again(failure: Exception, says: str) -> None:
    topic = FakeTopic()
    topic.failure = failure
    setup = AiokafkaEventTopicSetup(topic)
    with pytest.raises(EventTopicSetupError, match=says):
        await setup.set_up_topic()

    topic.failure = None
    await setup.set_up_topic()

    assert topic.times == 2


async def test_one_who_goes_takes_the_answer_from_nobody() -> None:
    setup = AiokafkaEventTopicSetup(FakeTopic())
    gone, stays = (asyncio.ensure_future(setup.set_up_topic()) for _ in range(2))
    await asyncio.sleep(0)

    gone.cancel()
    await everything_ready()

    assert gone.cancelled()
    assert stays.done()
    assert stays.exception() is None


async def test_without_kafka_there_is_nothing_to_set_up() -> None:
    await NoEventTopic().set_up_topic()
