"""Kafka, as far as the service uses it, and the part of the producer that the service's own sink works with."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from simulation.network import Link, LostError, RefusedError, Server
from simulation.timeline import Timeline
from src.platform.kafka import KafkaTopic

_TOPIC = "events"
_PARTITIONS = frozenset({0, 1})
# Of one batch; a broker takes many more, but then there would be no second one.
_MOST_AT_ONCE = 4
_REQUEST_SECONDS = 2.0


class KafkaServer(Server):
    """One topic, which keeps what it has taken. `on_message` is called with each message, in its order."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__(timeline, "Kafka")
        self.on_message: Callable[[bytes], None] = lambda _: None
        self._taken: set[tuple[SimulatedProducer, int]] = set()

    def take(self, producer: "SimulatedProducer", number: int, batch: "Batch") -> None:
        """A batch that its producer sends again is not taken again."""
        if (producer, number) not in self._taken:
            self._taken.add((producer, number))
            for value in batch.values:
                self.on_message(value)


class SimulatedTopic:
    """In the place of the client that creates the topic."""

    name = _TOPIC

    def __init__(self, link: Link) -> None:
        self._link = link

    def as_topic(self) -> KafkaTopic:
        return cast("KafkaTopic", self)

    async def set_up(self) -> None:
        await _request(self._link, lambda: None)


@dataclass(slots=True)
class Batch:
    values: list[bytes] = field(default_factory=list)

    def append(self, *, value: bytes, **_: Any) -> object | None:
        if len(self.values) == _MOST_AT_ONCE:
            return None
        self.values.append(value)
        return value


class SimulatedProducer:
    """As aiokafka's, idempotent: it sends a batch until it has an answer, or its time is up."""

    def __init__(
        self, *, link: Link, request_timeout_ms: int, retry_backoff_ms: int, **_: Any
    ) -> None:
        self.client = SimpleNamespace(close=_close)
        self._closed = False
        self._sender = SimpleNamespace(sender_task=None)
        self._link = link
        self._seconds = request_timeout_ms / 1000
        self._retry_seconds = retry_backoff_ms / 1000
        self._queue: asyncio.Queue[tuple[Batch, asyncio.Future[None]]] = asyncio.Queue()
        self._sent = 0

    async def start(self) -> None:
        await _request(self._link, lambda: None)
        self._sender.sender_task = asyncio.ensure_future(self._send_all())

    async def partitions_for(self, _topic: str) -> frozenset[int]:
        return _PARTITIONS

    def create_batch(self) -> Batch:
        return Batch()

    async def send_batch(
        self, batch: Batch, _topic: str, *, partition: int
    ) -> asyncio.Future[None]:
        taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((batch, taken))
        return taken

    async def _send_all(self) -> None:
        while True:
            batch, taken = await self._queue.get()
            self._sent += 1
            await self._send(self._sent, batch, taken)

    async def _send(self, number: int, batch: Batch, taken: asyncio.Future[None]) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._seconds
        server = cast("KafkaServer", self._link.server)
        while loop.time() < ends:
            try:
                await _request(self._link, lambda: server.take(self, number, batch))
            except KafkaConnectionError:
                await asyncio.sleep(self._retry_seconds)
            else:
                if not taken.done():
                    taken.set_result(None)
                return
        if not taken.done():
            taken.set_exception(KafkaTimeoutError())


async def _request(link: Link, work: Callable[[], None]) -> None:
    try:
        await link.call(work, within=_REQUEST_SECONDS)
    except (RefusedError, LostError, TimeoutError) as error:
        raise KafkaConnectionError from error


async def _close() -> None: ...
