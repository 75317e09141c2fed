"""An event's topics in Kafka."""

import asyncio
import contextlib

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from src.service.ticketing.app.interface.event_topic_setup import EventTopicSetupError

_KINDS = ("seat-state", "reservations")
_CLOSE_SECONDS = 0.5


def topic_names(event_id: int) -> list[str]:
    """The names of an event's topics, for example `ticketing.event.7.seat-state`."""
    return [f"ticketing.event.{event_id}.{kind}" for kind in _KINDS]


class AiokafkaEventTopicSetup:
    """An EventTopicSetup that asks a Kafka cluster, at most `timeout_seconds` long.

    It connects for each event anew: events are few, and so a broker that is down costs nothing
    until one is created. One partition by default, since the order within an event matters.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        partitions: int = 1,
        replication_factor: int = 1,
        timeout_seconds: float = 2.0,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._partitions = partitions
        self._replication_factor = replication_factor
        self._timeout = timeout_seconds

    async def set_up_topics(self, event_id: int) -> None:
        """Create the event's topics; do nothing for those that exist. Raise EventTopicSetupError."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._create(topic_names(event_id))
        except TimeoutError as error:
            raise EventTopicSetupError(
                f"Kafka at {self._bootstrap_servers} gave no answer within {self._timeout:g} s."
            ) from error
        except (KafkaError, OSError, AttributeError) as error:
            # AttributeError is what aiokafka raises while the cluster has no controller.
            raise EventTopicSetupError(
                f"Kafka at {self._bootstrap_servers} did not create the topics: {error}"
            ) from error

    async def _create(self, names: list[str]) -> None:
        milliseconds = max(1, int(self._timeout * 1000))
        client = AIOKafkaAdminClient(
            bootstrap_servers=self._bootstrap_servers, request_timeout_ms=milliseconds
        )
        try:
            await client.start()
            response = await client.create_topics(
                [NewTopic(name, self._partitions, self._replication_factor) for name in names],
                timeout_ms=milliseconds,
            )
        finally:
            await _close(client)
        # Each entry is (topic, code) or (topic, code, message), by the version of the protocol.
        for name, code, *_ in response.topic_errors:
            error = for_code(code)
            if code != 0 and error is not TopicAlreadyExistsError:
                raise error(f"{name}: {error.description}")


async def _close(client: AIOKafkaAdminClient) -> None:
    # A client that never started has connections to close all the same.
    with contextlib.suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await client.close()
