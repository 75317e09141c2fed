"""Commands as they are sent: in the bytes that the client's own way makes, at less cost."""

from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import DataError

from src.platform.redis_clients import make_client


def made_by(client: Redis) -> Any:
    pool: Any = client.connection_pool
    return pool.make_connection()


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("redis://localhost", Connection),
        ("rediss://localhost", SSLConnection),
        ("unix:///nowhere", UnixDomainSocketConnection),
    ],
)
def test_a_connection_is_of_the_kind_that_the_address_names(url: str, kind: type) -> None:
    assert isinstance(made_by(make_client(url, pool_size=1, timeout=1)), kind)


@pytest.mark.parametrize(
    "command",
    [
        ("GET", "key"),
        ("SCRIPT LOAD", "return 1"),
        ("EVALSHA", "ab12", 2, "event:{7}:layout", b"\x00\xff", 1.5, -3, "搖", ""),
        ("MGET", *(f"event:{{7}}:seats:A:{number}" for number in range(200))),
        (b"SET", "key", b"0" * 100_000),
    ],
    ids=lambda command: str(command[0]),
)
def test_a_command_is_the_same_bytes(command: tuple[Any, ...]) -> None:
    connection = made_by(make_client("redis://localhost", pool_size=1, timeout=1))

    assert b"".join(connection.pack_command(*command)) == b"".join(
        Connection().pack_command(*command)
    )


@pytest.mark.parametrize("value", [None, True, ["a"], {}])
def test_what_is_no_text_and_no_number_is_refused(value: Any) -> None:
    connection = made_by(make_client("redis://localhost", pool_size=1, timeout=1))

    with pytest.raises(DataError):
        connection.pack_command("SET", "key", value)
