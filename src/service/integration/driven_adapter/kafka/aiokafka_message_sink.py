"""Messages on a topic in Kafka, keyed by event, so that those of one event stay in their order."""

import asyncio
import contextlib
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from src.platform.kafka import KafkaTopic
from src.service.integration.app.interface.message_sink import MessageSink, NotPassedOnError
from src.service.integration.domain.message import Message
from src.service.integration.driven_adapter.message_json import as_json

# A whole CloudEvent in the value: the structured mode of CloudEvents' binding to Kafka.
_HEADERS = [("content-type", b"application/cloudevents+json")]

# A broker takes 1 MiB unless it is told otherwise.
_LARGEST_BATCH_BYTES = 900_000
_RETRY_MILLISECONDS = 500
_CLOSE_SECONDS = 1.0
_CANCEL_AGAIN_SECONDS = 0.1

_partition_of = DefaultPartitioner()


class AiokafkaMessageSink(MessageSink):
    """Connects when there is something to pass on, and anew after each failure. It keeps nothing but the
    ids of what was taken before something else failed, so as not to send that again.

    `client` are the options of every client of Kafka.
    """

    def __init__(
        self, topic: KafkaTopic, client: Mapping[str, Any], *, timeout_seconds: float = 8.0
    ) -> None:
        self._topic = topic
        self._client = client
        self._timeout = timeout_seconds
        self._producer: AIOKafkaProducer | None = None
        self._taken: set[int] = set()

    async def pass_on(self, messages: Sequence[Message]) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                if self._producer is None:
                    await self._connect()
                await self._send([m for m in messages if m.id not in self._taken])
        except BaseException as error:
            # What this producer still has to send it must not send later, beside the next one.
            await self.close()
            if isinstance(error, TimeoutError):
                raise NotPassedOnError(
                    f"Kafka did not take all within {self._timeout:g} s."
                ) from error
            if isinstance(error, (KafkaError, OSError)):
                raise NotPassedOnError(str(error)) from error
            raise
        self._taken.clear()

    async def close(self) -> None:
        """Send nothing more, and close the connections; within a second."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError, OSError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await _abandon(producer)

    async def _connect(self) -> None:
        await self._topic.set_up()
        self._producer = AIOKafkaProducer(
            **self._client,
            enable_idempotence=True,
            max_batch_size=_LARGEST_BATCH_BYTES,
            request_timeout_ms=int(self._timeout * 1000),
            retry_backoff_ms=_RETRY_MILLISECONDS,
        )
        await self._producer.start()

    async def _send(self, messages: Sequence[Message]) -> None:
        assert self._producer is not None
        partitions = sorted(await self._producer.partitions_for(self._topic.name))
        waiting: dict[int, deque[Message]] = defaultdict(deque)
        for message in messages:
            waiting[_partition_of(_key(message), partitions, partitions)].append(message)
        while waiting:
            # One batch of each partition at a time: of two on their way Kafka could take the second alone.
            outcomes = await asyncio.gather(
                *(self._send_batch(partition, queue) for partition, queue in waiting.items()),
                return_exceptions=True,
            )
            for outcome in outcomes:
                if outcome is not None:
                    raise outcome
            waiting = {partition: queue for partition, queue in waiting.items() if queue}

    async def _send_batch(self, partition: int, waiting: deque[Message]) -> None:
        """Take from `waiting` what fits into one batch, and have Kafka take it."""
        assert self._producer is not None
        batch = self._producer.create_batch()
        sent = []
        while waiting and _appended(batch, waiting[0]):
            sent.append(waiting.popleft().id)
        taken = await self._producer.send_batch(batch, self._topic.name, partition=partition)
        await taken
        self._taken.update(sent)


def _key(message: Message) -> bytes:
    return str(message.event_id).encode()


def _appended(batch: Any, message: Message) -> bool:
    """False when the batch is full. The first message always fits."""
    added = batch.append(
        timestamp=None, key=_key(message), value=as_json(message), headers=_HEADERS
    )
    return added is not None


async def _abandon(producer: AIOKafkaProducer) -> None:
    """Close it without what it has not sent. Its own stop() would go on trying, without end."""
    sender = producer._sender.sender_task  # noqa: SLF001 - there is no other way to it
    while sender is not None and not sender.done():
        # Once ends its loop, twice what the loop still waits for.
        sender.cancel()
        await asyncio.wait([sender], timeout=_CANCEL_AGAIN_SECONDS)
    producer._closed = True  # noqa: SLF001 - as stop() has it
    await producer.client.close()
