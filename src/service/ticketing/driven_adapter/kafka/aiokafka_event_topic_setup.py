"""The topic of all events in Kafka."""

import asyncio

from aiokafka.errors import KafkaError

from src.platform.kafka import KafkaTopic
from src.service.shared_kernel.tasks import start_detached
from src.service.ticketing.app.interface.event_topic_setup import (
    EventTopicSetup,
    EventTopicSetupError,
)


class AiokafkaEventTopicSetup(EventTopicSetup):
    """Asks Kafka until it has once said yes. Whoever asks meanwhile shares that question."""

    def __init__(self, topic: KafkaTopic) -> None:
        self._topic = topic
        self._asked: asyncio.Task[None] | None = None

    async def set_up_topic(self) -> None:
        if self._asked is None or _failed(self._asked):
            self._asked = start_detached(self._topic.set_up())
        try:
            await asyncio.shield(self._asked)
        except TimeoutError as error:
            raise EventTopicSetupError("Kafka gave no answer in time.") from error
        except (KafkaError, OSError) as error:
            raise EventTopicSetupError(str(error)) from error


def _failed(task: asyncio.Task[None]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
