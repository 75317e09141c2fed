"""The topic in Kafka on which other programs follow what happens, and how to reach it."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from src.platform.kafka_settings import with_sasl, with_tls
from src.platform.settings import Settings

_CLOSE_SECONDS = 0.5


def client_options(settings: Settings) -> Mapping[str, Any]:
    """What every client of aiokafka is given so that it reaches the brokers."""
    protocol = settings.kafka_security_protocol
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap_servers,
        "client_id": "event-ticketing",
        "security_protocol": protocol,
    }
    if with_tls(protocol):
        # Without a file these are the authorities that the machine trusts.
        options["ssl_context"] = ssl.create_default_context(cafile=settings.kafka_ssl_cafile)
        if settings.kafka_ssl_certfile:
            options["ssl_context"].load_cert_chain(
                settings.kafka_ssl_certfile, settings.kafka_ssl_keyfile
            )
    if with_sasl(protocol):
        assert settings.kafka_sasl_password is not None
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_sasl_username,
            "sasl_plain_password": settings.kafka_sasl_password.get_secret_value(),
        }
    return options


class KafkaTopic:
    """`client` are the options of every client. What is asked of Kafka ends after `timeout_seconds`."""

    def __init__(
        self,
        name: str,
        *,
        partitions: int,
        replication_factor: int,
        client: Mapping[str, Any],
        timeout_seconds: float = 5.0,
    ) -> None:
        self.name = name
        self._new = NewTopic(name, partitions, replication_factor)
        self._client = client
        self._timeout = timeout_seconds

    async def set_up(self) -> None:
        """Create the topic, or find it. Raises KafkaError, OSError, TimeoutError."""
        milliseconds = max(1, int(self._timeout * 1000))
        client = AIOKafkaAdminClient(**self._client, request_timeout_ms=milliseconds)
        try:
            async with asyncio.timeout(self._timeout):
                await client.start()
                # Looked for first: who may write to a topic is not always allowed to create one.
                if self.name not in await client.list_topics():
                    await self._create(client, milliseconds)
        finally:
            await _close(client)

    async def _create(self, client: AIOKafkaAdminClient, milliseconds: int) -> None:
        try:
            answer = await client.create_topics([self._new], timeout_ms=milliseconds)
        except AttributeError as error:
            # What aiokafka raises while the cluster has no controller.
            raise KafkaError("The cluster has no controller.") from error
        # An entry is (topic, code) or (topic, code, message), by the version of the protocol.
        for _, code, *words in answer.topic_errors:
            kind = for_code(code)
            if code != 0 and kind is not TopicAlreadyExistsError:
                raise kind(*filter(None, words))


async def _close(client: AIOKafkaAdminClient) -> None:
    # A client that never started has connections to close all the same.
    with contextlib.suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await client.close()
