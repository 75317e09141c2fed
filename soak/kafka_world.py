"""A world with Kafka and a program that listens there, and what befalls Kafka in it."""

import contextlib
import random
from collections.abc import AsyncIterator

from kit.kafka import running_broker
from kit.kafka_gateway import KafkaGateway
from kit.ports import free_port
from soak.faults import Fault
from soak.listener import Listener
from soak.world import World
from src.platform.settings import Settings

_TOPIC: str = Settings.model_fields["kafka_topic"].default


class WorldWithKafka(World):
    """Both instances tell `listener` what happens. The broker keeps everything in memory, so it is taken
    away and not killed: a real one has what it has taken when it comes back."""

    kafka: KafkaGateway
    listener: Listener

    async def open(self) -> None:
        broker_port = free_port()
        self.kafka = KafkaGateway(free_port(), broker_port)
        self._stack.callback(self.kafka.end)
        self._stack.enter_context(
            running_broker(self._directory, broker_port, advertised=self.kafka.address)
        )
        self.kafka.open()
        self.listener = await Listener.start(self.kafka.address, _TOPIC)
        self._stack.push_async_callback(self.listener.close)
        self._overrides |= {"kafka_bootstrap_servers": self.kafka.address}
        await super().open()


@contextlib.asynccontextmanager
async def _gone(world: World, _chance: random.Random) -> AsyncIterator[None]:
    assert isinstance(world, WorldWithKafka)
    world.kafka.close()
    yield
    world.kafka.open()


@contextlib.asynccontextmanager
async def _silent(world: World, _chance: random.Random) -> AsyncIterator[None]:
    assert isinstance(world, WorldWithKafka)
    with world.kafka.silence():
        yield


# Nobody who buys or sells notices them.
KAFKA_FAULTS = (Fault("Kafka is gone", _gone), Fault("Kafka swallows everything", _silent))
