"""Mistakes in settings: one sentence for each, which names it, helps, and quotes no secret."""

from pathlib import Path

import pytest
import trustme

from src.main import app
from src.platform.settings import SettingError, Settings

_PG = "postgresql://u:sesame@db.example:5432/tickets"
_REDIS = "redis://:sesame@kv.example:6666/0"


def _mistake(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> str:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as refused:
        Settings.read()
    [sentence] = str(refused.value).splitlines()
    assert sentence.startswith(f"{name}: ")
    assert sentence.endswith(".")
    assert "sesame" not in sentence
    assert "nput" not in sentence  # as pydantic says it
    return sentence


@pytest.mark.parametrize(
    "value",
    [
        _PG,
        "postgres://db/tickets",
        "postgresql+asyncpg://u:sesame@/tickets?host=/run/postgresql&port=5432",
        "postgresql://u@[::1]:5432/tickets?ssl=verify-full&target_session_attrs=read-write",
        "postgresql://u:a%2Fb%3F@db/tickets?prepared_statement_cache_size=0",
        "postgresql://u@/tickets?host=db-1:5432&host=db-2:5432",
        "postgresql://u:sesame@db-1:5432,db-2,[::1]:5433/tickets?ssl=require",
        "postgresql://u:a,b@db/tickets",
        "postgresql://",
    ],
)
def test_addresses_of_postgres_that_are_right(value: str) -> None:
    assert Settings(database_url=value).database_url == value


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("sesame", "must be a URL like postgresql://"),
        ("mysql://u:sesame@db/tickets", "must be a URL like postgresql://"),
        ("postgresql+psycopg://u:sesame@db/tickets", "must be a URL like postgresql://"),
        ("postgresql://u:sesame@db:port/tickets", "port"),
        ("postgresql://u:sesame@db:0/tickets", "port"),
        ("postgresql://u:sesame@db:65536/tickets", "port"),
        ("postgresql://u:sesame@/tickets?host=/run&port=many", "port"),
        ("postgresql://u:sesame@db-1,/tickets", "several hosts: db-1:5432,db-2:5432"),
        ("postgresql://u:sesame@db-1:port,db-2/tickets", "several hosts"),
        ("postgresql://u:sesame@db-1,db-2:65536/tickets", "port"),
        ("postgresql://u:sesame@db-1,db-2/tickets?host=sesame", "several hosts"),
        (_PG + "?target_session_attrs=standby", "target_session_attrs that is none of any, prim"),
        (_PG + "?sslmode=require", "write ssl for sslmode"),
        (_PG + "?sesame=1", "option"),
        (_PG + "?command_timeout=60", "option"),
        (_PG + "?ssl=sesame", "ssl that is none of allow, disable"),
        (_PG + "?target_session_attrs=first", "target_session_attrs that is none of"),
        (_PG + "?prepared_statement_cache_size=none", "prepared_statement_cache_size"),
    ],
)
def test_addresses_of_postgres_that_are_wrong(
    value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert says in _mistake(monkeypatch, "DATABASE_URL", value)


@pytest.mark.parametrize(
    "value",
    [
        _REDIS,
        "redis://kv.example",
        "rediss://u:a%2Fb@kv.example:6666/1?ssl_cert_reqs=none&ssl_ca_certs=/etc/ca.pem",
        "unix:///run/kvrocks.sock?db=1",
        "redis://[::1]:6379/0?health_check_interval=30",
    ],
)
def test_addresses_of_redis_that_are_right(value: str) -> None:
    settings = Settings(kvrocks_url=value, redis_url=value)
    assert (settings.kvrocks_url, settings.redis_url) == (value, value)


@pytest.mark.parametrize("name", ["KVROCKS_URL", "REDIS_URL"])
@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("kv.example:6666", "must be a URL like redis://"),
        ("http://:sesame@kv.example:6666", "must be a URL like redis://"),
        ("redis://", "must be a URL like redis://"),
        ("redis://[::1/0", "must be a URL like redis://"),
        ("redis://:sesame@kv.example:port/0", "port"),
        ("redis://:sesame@kv.example:0/0", "port"),
        ("redis://:sesame@kv.example:65536/0", "port"),
        ("redis://:pass/sesame@kv.example:6666/0", "percent-encoded"),
        ("redis://kv.example/zero", "database that is no number"),
        ("redis://kv.example/-1", "database that is no number"),
        (_REDIS + "?db=sesame", "value that is not right"),
        (_REDIS + "?sesame=1", "option"),
        (_REDIS + "?decode_responses=true", "option"),
        (_REDIS + "?socket_timeout=60", "option"),
        (_REDIS + "?ssl_cert_reqs=none", "rediss://"),
        ("rediss://kv.example/0?ssl_cert_reqs=sesame", "value that is not right"),
    ],
)
def test_addresses_of_redis_that_are_wrong(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert says in _mistake(monkeypatch, name, value)


@pytest.mark.parametrize(
    "value",
    [
        "redis://:sesame@kv-1.example:6666,kv-2.example:6667,kv-3.example/0?cluster=true",
        "rediss://u:a%2Fb@kv.example?ssl_cert_reqs=none&cluster=true",
        "redis://[::1]:6379,[::2]:6379?cluster=true&health_check_interval=30",
    ],
)
def test_addresses_of_a_cluster_that_are_right(value: str) -> None:
    assert Settings(kvrocks_url=value).kvrocks_url == value


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("redis://:sesame@kv-1.example,kv-2.example/0", "need ?cluster=true"),
        ("redis://:sesame@kv.example/0?cluster=yes", "option cluster that is not true"),
        (
            "redis://:sesame@kv-1.example,/0?cluster=true",
            "must be a URL like redis://:password@host-1",
        ),
        ("redis://:sesame@kv-1.example:port,kv-2.example/0?cluster=true", "port"),
        ("redis://:sesame@kv-1.example,kv-2.example:0/0?cluster=true", "port"),
        ("redis://:sesame@kv.example/1?cluster=true", "only database 0"),
        ("redis://:sesame@kv.example/0?cluster=true&db=0", "only database 0"),
        ("unix:///run/sesame.sock?cluster=true", "must be a URL like redis://:password@host-1"),
        ("redis://:sesame@kv.example/0?cluster=true&sesame=1", "option"),
        ("redis://:sesame@kv.example/0?cluster=true&ssl_cert_reqs=none", "rediss://"),
    ],
)
def test_addresses_of_a_cluster_that_are_wrong(
    value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert says in _mistake(monkeypatch, "KVROCKS_URL", value)


def test_pub_sub_is_on_one_server(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = "redis://:sesame@kv-1.example,kv-2.example/0?cluster=true"

    assert "must name one server" in _mistake(monkeypatch, "REDIS_URL", cluster)


@pytest.mark.parametrize(
    "value", ["kafka", "kafka-1:9092,kafka-2:9092", "kafka-1:9092, kafka-2:9092", "[::1]:9092"]
)
def test_kafka_servers_that_are_right(value: str) -> None:
    assert Settings(kafka_bootstrap_servers=value).kafka_bootstrap_servers == value


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("kafka:port", "port"),
        ("kafka:9092,kafka:99999", "port"),
        ("kafka://kafka:9092", "must be a list like"),
        ("kafka:9092,", "must be a list like"),
        ("kafka:9092;kafka:9093", "port"),
        ("u:sesame@kafka:9092", "must be a list like"),
    ],
)
def test_kafka_servers_that_are_wrong(
    value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert says in _mistake(monkeypatch, "KAFKA_BOOTSTRAP_SERVERS", value)


_SERVERS = {"KAFKA_BOOTSTRAP_SERVERS": "kafka"}
_SASL = _SERVERS | {
    "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
    "KAFKA_SASL_MECHANISM": "PLAIN",
    "KAFKA_SASL_USERNAME": "ticketing",
    "KAFKA_SASL_PASSWORD": "sesame",
}


@pytest.mark.parametrize(
    ("given", "name", "value", "says"),
    [
        ({}, "KAFKA_SECURITY_PROTOCOL", "SSL", "needs KAFKA_BOOTSTRAP_SERVERS"),
        (_SERVERS, "KAFKA_SECURITY_PROTOCOL", "TLS", "must be one of 'PLAINTEXT', 'SSL'"),
        (_SERVERS, "KAFKA_SASL_MECHANISM", "PLAIN", "needs KAFKA_SECURITY_PROTOCOL to be SASL_SSL"),
        (_SERVERS, "KAFKA_SASL_USERNAME", "sesame", "needs KAFKA_SECURITY_PROTOCOL to be SASL_SSL"),
        (_SERVERS, "KAFKA_SASL_PASSWORD", "sesame", "needs KAFKA_SECURITY_PROTOCOL to be SASL_SSL"),
        (_SASL, "KAFKA_SASL_MECHANISM", "GSSAPI", "must be one of 'PLAIN', 'SCRAM-SHA-256'"),
        (_SASL, "KAFKA_SASL_MECHANISM", "", "must be set, because KAFKA_SECURITY_PROTOCOL is SASL"),
        (_SASL, "KAFKA_SASL_USERNAME", "", "must be set, because KAFKA_SECURITY_PROTOCOL is SASL"),
        (_SASL, "KAFKA_SASL_PASSWORD", "", "must be set, because KAFKA_SECURITY_PROTOCOL is SASL"),
        (_SASL, "KAFKA_SSL_CAFILE", __file__, "needs KAFKA_SECURITY_PROTOCOL to be SSL"),
        (_SASL, "KAFKA_SSL_CERTFILE", __file__, "needs KAFKA_SECURITY_PROTOCOL to be SSL"),
        (_SASL, "KAFKA_SSL_KEYFILE", __file__, "needs KAFKA_SECURITY_PROTOCOL to be SSL"),
        (_SERVERS, "KAFKA_TOPIC", "sesame/events", "must be 1 to 249 of the characters"),
        (_SERVERS, "KAFKA_TOPIC", "..", "must be 1 to 249 of the characters"),
        (_SERVERS, "KAFKA_PARTITIONS", "0", "must be more than 0"),
        (_SERVERS, "KAFKA_REPLICATION_FACTOR", "32768", "must be at most 32,767"),
    ],
)
def test_kafka_settings_that_do_not_go_together(
    given: dict[str, str], name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other, good in given.items():
        monkeypatch.setenv(other, good)
    assert says in _mistake(monkeypatch, name, value)


class TestKafkaCertificates:
    """Files are looked into at the start, not when Kafka is first needed."""

    @pytest.fixture(autouse=True)
    def tls(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka")
        monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SSL")

    @pytest.fixture
    def files(self, tmp_path: Path) -> dict[str, str]:
        """Of an authority, a certificate and its key, another key, and a text."""
        authority = trustme.CA()
        ours = authority.issue_cert("event-ticketing.example")
        authority.cert_pem.write_to_path(tmp_path / "authority")
        ours.cert_chain_pems[0].write_to_path(tmp_path / "certificate")
        ours.private_key_pem.write_to_path(tmp_path / "key")
        authority.private_key_pem.write_to_path(tmp_path / "another key")
        (tmp_path / "text").write_text("sesame")
        return {path.name: str(path) for path in tmp_path.iterdir()} | {"none": "/no/such/file"}

    def test_that_are_right(self, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KAFKA_SSL_CAFILE", files["authority"])
        monkeypatch.setenv("KAFKA_SSL_CERTFILE", files["certificate"])
        monkeypatch.setenv("KAFKA_SSL_KEYFILE", files["key"])

        assert str(Settings.read().kafka_ssl_keyfile) == files["key"]

    @pytest.mark.parametrize(
        ("file", "says"),
        [("text", "must be a file with certificates"), ("none", "cannot be read")],
    )
    def test_an_authority_that_is_none(
        self, file: str, says: str, files: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert says in _mistake(monkeypatch, "KAFKA_SSL_CAFILE", files[file])

    @pytest.mark.parametrize(
        ("certificate", "key", "says"),
        [
            ("certificate", "another key", "must be the private key of the certificate"),
            ("certificate", "text", "must be the private key of the certificate"),
            ("certificate", "none", "cannot be read"),
            ("none", "key", "cannot be read"),
            ("certificate", "", "must be the private key of the certificate"),
            ("", "key", "needs KAFKA_SSL_CERTFILE"),
        ],
    )
    def test_a_key_without_its_certificate_or_the_other_way(
        self,
        certificate: str,
        key: str,
        says: str,
        files: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("KAFKA_SSL_CERTFILE", files.get(certificate, ""))
        assert says in _mistake(monkeypatch, "KAFKA_SSL_KEYFILE", files.get(key, ""))


_NUMBERS = sorted(
    name
    for name, field in Settings.model_fields.items()
    if isinstance(field.default, int | float) and not isinstance(field.default, bool)
)


@pytest.mark.parametrize("rubbish", ["sesame", "nan", "1e999", "-1", "0x10", "1 s", "9" * 400])
@pytest.mark.parametrize("name", _NUMBERS)
def test_a_number_that_is_rubbish(name: str, rubbish: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = _mistake(monkeypatch, name.upper(), rubbish)
    assert "number" in said or "must be at" in said or "must be more" in said


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "8000.5", "must be a whole number"),
        ("PORT", "65536", "must be at most 65,535"),
        ("HOLD_TTL_SECONDS", "0", "must be more than 0"),
        ("HOLD_TTL_SECONDS", "99999999999", "must be at most"),
        ("SSE_SEND_TIMEOUT_SECONDS", "9999999", "must be at most"),
        ("KEY_PREFIX", "{a}", "must have no braces"),
        ("KEY_PREFIX", "a\udcff", "must be text in UTF-8"),
        ("COOKIE_SECURE", "sesame", "must be true or false"),
        ("LOG_LEVEL", "loud", "must be one of 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("CORS_ORIGINS", "*", "'*' is not possible"),
    ],
)
def test_other_values_that_are_wrong(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert says in _mistake(monkeypatch, name, value)


def test_every_mistake_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sesame")
    monkeypatch.setenv("PORT", "sesame")
    with pytest.raises(SettingError, match=r"(?s)^PORT: [^\n]*\nDATABASE_URL: [^\n]*$"):
        Settings.read()


@pytest.mark.parametrize(
    ("name", "value"), [("REDIS_URL", "redis://:sesame@kv:port"), ("PORT", "sesame")]
)
def test_another_asgi_server_ends_with_the_sentence(
    name: str,
    value: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        app()

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{name}: ")
    assert "sesame" not in said
