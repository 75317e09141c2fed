"""Kafka, for the contexts that have to do with it. Imported only where it is configured, because it needs
the package of the extra `kafka`."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from src.platform.kafka import KafkaTopic, client_options
from src.platform.settings import Settings
from src.service.integration.app.interface.message_sink import MessageSink
from src.service.integration.driven_adapter.kafka.aiokafka_message_sink import AiokafkaMessageSink
from src.service.ticketing.app.interface.event_topic_setup import EventTopicSetup
from src.service.ticketing.driven_adapter.kafka.aiokafka_event_topic_setup import (
    AiokafkaEventTopicSetup,
)


@dataclass(frozen=True, slots=True)
class Kafka:
    topic_setup: EventTopicSetup
    sink: MessageSink


@contextlib.asynccontextmanager
async def open_kafka(settings: Settings) -> AsyncIterator[Kafka]:
    """Nothing is connected before it is used, and nothing stays connected after the block."""
    client = client_options(settings)
    topic = KafkaTopic(
        settings.kafka_topic,
        partitions=settings.kafka_partitions,
        replication_factor=settings.kafka_replication_factor,
        client=client,
    )
    sink = AiokafkaMessageSink(topic, client)
    try:
        yield Kafka(AiokafkaEventTopicSetup(topic), sink)
    finally:
        await sink.close()
