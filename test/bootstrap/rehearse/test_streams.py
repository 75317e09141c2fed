"""How a rehearsal reads a stream, however it comes in pieces."""

from collections.abc import Callable
from unittest.mock import Mock

import pytest

from src.bootstrap.commands.rehearse.event_stream import EventStream
from src.bootstrap.commands.rehearse.http_client import Address

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_MESSAGES = (
    b'retry: 1500\nid: 1:1\nevent: initial_status\ndata: {"n":1}\n\n',
    b": still there\n\n",
    b'data: {"n":2}\n\n',
    b'id: 1:3\nevent: status_update\ndata: {"n":3}\n\n',
)


def chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


@pytest.fixture
def messages() -> list[bytes]:
    return []


@pytest.fixture
async def stream(messages: list[bytes]) -> EventStream:
    stream = EventStream(Address("localhost", 80), "/sse", messages.append)
    stream.connection_made(Mock())
    return stream


class TestMessages:
    async def test_come_one_by_one(self, stream: EventStream, messages: list[bytes]) -> None:
        stream.data_received(_HEAD)
        for message in _MESSAGES:
            stream.data_received(chunk(message))

        assert messages == [b'{"n":1}', b'{"n":2}', b'{"n":3}']
        assert await stream.status == 200
        assert stream.retry_after == 1.5

    @pytest.mark.parametrize("size", [1, 7, 50, 1000])
    async def test_come_in_any_pieces(
        self, stream: EventStream, messages: list[bytes], size: int
    ) -> None:
        sent = _HEAD + b"".join(map(chunk, _MESSAGES))
        for at in range(0, len(sent), size):
            stream.data_received(sent[at : at + size])
        assert messages == [b'{"n":1}', b'{"n":2}', b'{"n":3}']


class TestRefusals:
    @pytest.mark.parametrize("body", [b"", b"data: no message of a stream\n\n"])
    async def test_say_when_to_come_again(
        self, stream: EventStream, messages: list[bytes], body: bytes
    ) -> None:
        head = f"HTTP/1.1 503 Busy\r\nretry-after: 2\r\ncontent-length: {len(body)}\r\n\r\n"
        stream.data_received(head.encode() + body)

        assert await stream.status == 503
        assert stream.retry_after == 2
        assert messages == []

    async def test_that_are_no_http_end_it(self, stream: EventStream) -> None:
        stream.data_received(b"220 mail.example.com ESMTP\r\n")
        stream.connection_lost(None)
        with pytest.raises(ConnectionResetError):
            await stream.status
        assert stream.ended.is_set()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8000", Address("127.0.0.1", 8000)),
        ("https://tickets.example.com/", Address("tickets.example.com", 443, tls=True)),
        ("http://[::1]:81/shop/", Address("::1", 81, prefix="/shop")),
    ],
)
def test_a_server_is_named_by_its_url(url: str, address: Address) -> None:
    assert Address.of(url) == address
    assert str(address).startswith(url.partition(":")[0])


def test_a_request_names_the_host_and_what_comes_before_its_path() -> None:
    sent = Address("::1", 81, prefix="/shop").request("POST", "/api", {"A": "b"}, b"{}")

    head, _, body = sent.partition(b"\r\n\r\n")
    assert head.splitlines()[:2] == [b"POST /shop/api HTTP/1.1", b"Host: [::1]:81"]
    assert set(head.splitlines()[2:]) > {b"A: b", b"Content-Length: 2"}
    assert body == b"{}"


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://example.com", "http://", "http://a:b"])
def test_what_is_no_url_names_no_server(url: str) -> None:
    build: Callable[[str], Address] = Address.of
    with pytest.raises(ValueError):
        build(url)
