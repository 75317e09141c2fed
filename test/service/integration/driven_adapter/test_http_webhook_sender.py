"""A message leaves once, for the open internet alone, and whatever is on the other end costs little."""

import asyncio
import gzip
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from standardwebhooks import Webhook, WebhookVerificationError

from src.service.integration.app.interface.delivery_lanes import DueDelivery
from src.service.integration.domain.delivery import MAX_KEPT_ANSWER, Answer, Trouble
from src.service.integration.domain.webhook import new_secret
from src.service.integration.driven_adapter.http_webhook_sender import HttpWebhookSender
from src.service.shared_kernel.ids import EventId

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LONG, SHORT = 60.0, 0.3


def delivery(url: str, *secrets: str) -> DueDelivery:
    return DueDelivery(
        7,
        EventId(1),
        url,
        '{"id": "7", "name": "臺北"}',
        datetime.now(UTC),
        Trouble(),
        secrets or (new_secret(),),
    )


class Server:
    """Answers each connection with `reply`, and keeps what it was sent."""

    def __init__(self, reply: bytes | Handler) -> None:
        self.reply = reply
        self.requests: list[bytes] = []
        self.connections = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r")[0])
                self.requests.append(head + await reader.readexactly(length))
                if isinstance(self.reply, bytes):
                    writer.write(self.reply)
                    await writer.drain()
                else:
                    await self.reply(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(
    reply: bytes | Handler, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    server = Server(reply)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


@asynccontextmanager
async def sending(
    *, seconds: float = LONG, private: bool = True, trusted: ssl.SSLContext | None = None
) -> AsyncIterator[HttpWebhookSender]:
    sender = HttpWebhookSender(
        trusted or ssl.create_default_context(), private_allowed=private, timeout=seconds
    )
    yield sender
    await sender.close()


async def answer_to(reply: bytes | Handler, seconds: float = LONG) -> Answer:
    async with serving(reply) as server, sending(seconds=seconds) as sender:
        return await sender.send(delivery(f"http://127.0.0.1:{server.port}/hook"))


def response(status: int, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def names_mean(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Whatever is looked up stands for these addresses. Returns what is looked up."""
    asked: list[str] = []

    def look_up(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


class TestTheMessage:
    async def test_is_taken_by_a_receiver_with_either_secret_and_no_other(self) -> None:
        new, old, other = (new_secret() for _ in range(3))
        async with serving(response(204)) as server, sending() as sender:
            sent = delivery(f"http://127.0.0.1:{server.port}/a/b?c=d", new, old)
            answer = await sender.send(sent)

        assert (answer.status, answer.body, answer.error) == (204, None, None)
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        assert first == "POST /a/b?c=d HTTP/1.1"
        assert headers["Host"] == f"127.0.0.1:{server.port}"
        assert headers["webhook-id"] == "7"
        for secret in (new, old):
            assert Webhook(secret).verify(body, headers) == {"id": "7", "name": "臺北"}
        with pytest.raises(WebhookVerificationError):
            Webhook(other).verify(body, headers)

    async def test_takes_the_connection_of_the_one_before(self) -> None:
        async with serving(response(200, b"ok")) as server, sending() as sender:
            for _ in range(3):
                await sender.send(delivery(f"http://127.0.0.1:{server.port}/"))

        assert (len(server.requests), server.connections) == (3, 1)


class TestTheAnswer:
    async def test_is_kept_as_far_as_a_person_reads(self) -> None:
        answer = await answer_to(response(500, b"\0Na\xff" + b"x" * 5_000))

        assert (answer.status, answer.error) == (500, None)
        assert answer.body is not None
        assert answer.body.startswith("\ufffdNa\ufffdxxx")
        assert len(answer.body) == MAX_KEPT_ANSWER

    async def test_says_when_to_come_again(self) -> None:
        answer = await answer_to(response(503, b"", "retry-after: 90"))

        assert (answer.status, answer.retry_after) == (503, timedelta(seconds=90))

    async def test_that_never_ends_is_read_so_far_and_no_further(self) -> None:
        async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
                await writer.drain()

        assert (await answer_to(flood)).is_success

    async def test_that_is_compressed_stays_so(self) -> None:
        bomb = gzip.compress(b"0" * 10_000_000)
        answer = await answer_to(response(200, bomb, "Content-Encoding: gzip"))

        assert answer.body is not None
        assert "0000" not in answer.body

    async def test_that_leads_elsewhere_is_not_followed(self) -> None:
        async with serving(response(200)) as target:
            location = f"Location: http://127.0.0.1:{target.port}/"
            answer = await answer_to(response(307, b"", location))

        assert (answer.status, answer.error) == (
            307,
            "answered with a redirect, which is not followed",
        )
        assert target.connections == 0

    async def test_does_not_come_in_time(self) -> None:
        async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(SHORT / 10)

        answer = await answer_to(drip, SHORT)

        assert (answer.status, answer.error) == (None, f"did not answer within {SHORT} s")
        assert SHORT <= answer.seconds < LONG

    @pytest.mark.parametrize("reply", [b"SSH-2.0-server\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n"])
    async def test_is_none_in_http(self, reply: bytes) -> None:
        assert (await answer_to(reply)).error == "gave no answer in HTTP"

    async def test_is_the_end_of_the_connection(self) -> None:
        async def leave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        assert (await answer_to(leave)).error == "gave no answer in HTTP"

    async def test_of_nobody_is_none(self) -> None:
        async with serving(b"") as server:
            pass
        async with sending() as sender:
            answer = await sender.send(delivery(f"http://127.0.0.1:{server.port}/"))

        assert answer.error == "does not take connections"


class TestPrivateAddresses:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433"])
    async def test_are_sent_nothing(self, host: str) -> None:
        async with serving(response(200)) as server, sending(private=False) as sender:
            answer = await sender.send(delivery(f"https://{host}:{server.port}/"))

        assert (answer.error, server.connections) == ("its address is private", 0)

    async def test_are_found_among_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        names_mean(monkeypatch, "93.184.216.34", "10.0.0.1")
        async with sending(private=False) as sender:
            answer = await sender.send(delivery("https://mixed.example/"))

        assert answer.error == "its address is private"

    async def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So that a name which stands for another address a moment later leads nowhere else."""
        async with serving(response(204)) as server, sending() as sender:
            asked = names_mean(monkeypatch, "127.0.0.1")
            answer = await sender.send(delivery(f"http://rebinding.example:{server.port}/"))

        assert answer.is_success
        assert asked == ["rebinding.example"]

    async def test_without_tls_nothing_is_sent_either(self) -> None:
        async with sending(private=False) as sender:
            answer = await sender.send(delivery("http://93.184.216.34/"))

        assert answer.error == "its address does not begin with https://"

    async def test_proxies_of_the_environment_are_not_asked(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with serving(response(200)) as proxy, serving(response(204)) as server:
            for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            async with sending() as sender:
                await sender.send(delivery(f"http://127.0.0.1:{server.port}/"))

        assert (proxy.connections, server.connections) == (0, 1)


class TestNames:
    async def test_one_of_nothing_is_said_to_be_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: Any, **__: Any) -> None:
            raise socket.gaierror

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        async with sending() as sender:
            answer = await sender.send(delivery("https://nowhere.example/"))

        assert answer.error == "its name stands for no address"

    async def test_one_whose_servers_are_silent_takes_no_longer_than_an_answer_may(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answered = threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait() and [])
        async with sending(seconds=SHORT) as sender:
            answers = await asyncio.gather(
                *(sender.send(delivery("https://silent.example/")) for _ in range(2))
            )
        waiting = [t for t in threading.enumerate() if t.name == "look up silent.example"]
        answered.set()

        assert {answer.error for answer in answers} == {f"did not answer within {SHORT} s"}
        assert len(waiting) == 1, "both wait for the same look-up"
        assert waiting[0].daemon


class TestTls:
    async def test_the_name_is_verified(self, monkeypatch: pytest.MonkeyPatch) -> None:
        authority = trustme.CA()
        trusted, tls = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.configure_trust(trusted)
        authority.issue_cert("right.example").configure_cert(tls)
        names_mean(monkeypatch, "127.0.0.1")
        async with serving(response(204), tls) as server:
            async with sending(trusted=trusted) as sender:
                right = await sender.send(delivery(f"https://right.example:{server.port}/"))
                wrong = await sender.send(delivery(f"https://wrong.example:{server.port}/"))
            async with sending() as stranger:
                unknown = await stranger.send(delivery(f"https://right.example:{server.port}/"))

        assert right.is_success
        assert wrong.error is not None
        assert wrong.error.startswith("TLS: Hostname mismatch")
        assert unknown.error == "TLS: unable to get local issuer certificate"
