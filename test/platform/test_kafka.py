"""The topic is set up on a real broker, in the clear and over TLS with a password."""

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError

from kit.kafka_gateway import KafkaGateway
from kit.waiting import TIMEOUT
from src.platform.kafka import KafkaTopic, client_options
from src.platform.settings import Settings
from test.support.infrastructure import Infrastructure
from test.support.kafka import running_kafka

NAME, PASSWORD = "ticketing", "sesame, open"


@pytest.fixture(scope="module")
def kafka(
    infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KafkaGateway]:
    with running_kafka(infrastructure, tmp_path_factory.mktemp("kafka")) as kafka:
        yield kafka


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secure_kafka(
    authority: trustme.CA,
    infrastructure: Infrastructure,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[KafkaGateway]:
    """It wants a certificate and a password."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED
    directory = tmp_path_factory.mktemp("secure-kafka")
    with running_kafka(infrastructure, directory, tls=tls, account=(NAME, PASSWORD)) as kafka:
        yield kafka


def topic_on(settings: Settings, name: str, *, timeout: float = TIMEOUT) -> KafkaTopic:
    return KafkaTopic(
        name,
        partitions=3,
        replication_factor=1,
        client=client_options(settings),
        timeout_seconds=timeout,
    )


async def partitions_of(settings: Settings, topic: str) -> int:
    client = AIOKafkaAdminClient(**client_options(settings))
    await client.start()
    try:
        [described] = await client.describe_topics([topic])
        return len(described["partitions"])
    finally:
        await client.close()


async def test_it_is_created_and_found_again(kafka: KafkaGateway) -> None:
    settings = Settings(kafka_bootstrap_servers=kafka.address)

    await topic_on(settings, "new").set_up()
    await topic_on(settings, "new").set_up()

    assert await partitions_of(settings, "new") == 3


async def test_kafka_that_is_down_is_an_error_at_once(kafka: KafkaGateway) -> None:
    topic = topic_on(Settings(kafka_bootstrap_servers=kafka.address), "down")
    kafka.close()
    try:
        with pytest.raises(KafkaConnectionError):
            await topic.set_up()
    finally:
        kafka.open()


async def test_kafka_that_does_not_answer_is_an_error_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        topic = topic_on(Settings(kafka_bootstrap_servers=address), "silent", timeout=0.3)
        began = time.monotonic()
        with pytest.raises((TimeoutError, KafkaConnectionError)):
            await topic.set_up()
    assert time.monotonic() - began < 20, "without a limit it waits for 40 s"


class TestSecurity:
    """TLS in both directions and SASL PLAIN: the broker's side of it is the gateway's."""

    @pytest.fixture
    def environment(
        self, authority: trustme.CA, secure_kafka: KafkaGateway, tmp_path: Path
    ) -> dict[str, str]:
        """What an operator sets to reach it."""
        ours = authority.issue_cert("event-ticketing.example")
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        ours.private_key_and_cert_chain_pem.write_to_path(tmp_path / "ours.pem")
        return {
            "KAFKA_BOOTSTRAP_SERVERS": secure_kafka.address,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": "PLAIN",
            "KAFKA_SASL_USERNAME": NAME,
            "KAFKA_SASL_PASSWORD": PASSWORD,
            "KAFKA_SSL_CAFILE": str(tmp_path / "ca.pem"),
            "KAFKA_SSL_CERTFILE": str(tmp_path / "ours.pem"),
        }

    async def test_who_has_all_of_it_gets_in(
        self, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

        await topic_on(Settings.read(), "secure").set_up()

        assert await partitions_of(Settings.read(), "secure") == 3

    @pytest.mark.parametrize(
        "wrong",
        [
            {"KAFKA_SASL_PASSWORD": "another"},
            {"KAFKA_SASL_MECHANISM": "SCRAM-SHA-512"},
            {"KAFKA_SSL_CERTFILE": ""},
            {"KAFKA_SSL_CAFILE": ""},
        ],
        ids=lambda wrong: next(iter(wrong)),
    )
    async def test_who_has_not_stays_outside(
        self,
        wrong: dict[str, str],
        environment: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name, value in (environment | wrong).items():
            monkeypatch.setenv(name, value)

        with pytest.raises(KafkaConnectionError):
            await topic_on(Settings.read(), "secret").set_up()


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_scram_is_the_client_s_own(mechanism: str) -> None:
    options = client_options(
        Settings(
            kafka_bootstrap_servers="kafka",
            kafka_security_protocol="SASL_PLAINTEXT",
            kafka_sasl_mechanism=mechanism,
            kafka_sasl_username=NAME,
            kafka_sasl_password=PASSWORD,
        )
    )

    assert (options["security_protocol"], options["sasl_mechanism"]) == (
        "SASL_PLAINTEXT",
        mechanism,
    )
    assert "ssl_context" not in options
