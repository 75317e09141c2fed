"""A program that knows of the service only what it reads in Kafka."""

import asyncio
import itertools
import time
from typing import Self

import orjson
from aiokafka import AIOKafkaConsumer

from kit.api import Account
from soak.check import every_page
from soak.client import Client
from soak.heard import Heard

_LOOK_AGAIN_MILLISECONDS = 500
_POLL_SECONDS = 0.2


class Listener:
    """Reads a topic from its beginning, whatever becomes of the broker meanwhile."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self.heard = Heard()
        self._consumer = consumer
        self._task = asyncio.ensure_future(self._listen())

    @classmethod
    async def start(cls, address: str, topic: str) -> Self:
        """The topic need not be there yet."""
        consumer = AIOKafkaConsumer(
            topic,
            bootstrap_servers=address,
            auto_offset_reset="earliest",
            metadata_max_age_ms=_LOOK_AGAIN_MILLISECONDS,
        )
        await consumer.start()
        return cls(consumer)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._consumer.stop()

    async def disagreements(self, port: int, seller: Account, *, within: float) -> list[str]:
        """Where it knows something else than REST answers of all the seller's events, `within` so many
        seconds of waiting for messages on their way; and what could not follow on what it knew."""
        deadline = time.monotonic() + within
        client = Client("listener", port)
        try:
            path = f"/api/event?seller_id={seller.id}&limit=200"
            different = {
                event["id"]: ["not compared yet"]
                for event in await every_page(client, path, seller.token)
            }
            while True:
                for event_id in list(different):
                    answer = await client.insist(f"/api/event/{event_id}", token=seller.token)
                    different[event_id] = self.heard.differs_from(answer.json())
                different = {event_id: lines for event_id, lines in different.items() if lines}
                if not different or time.monotonic() > deadline:
                    return [*self.heard.wrong, *itertools.chain(*different.values())]
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            client.close()

    async def _listen(self) -> None:
        async for record in self._consumer:
            try:
                self.heard.take(orjson.loads(record.value))
            except (KeyError, ValueError) as error:
                self.heard.wrong.append(f"{record.value!r} is no message: {error!r}")
