"""Clients that are slow, endless or out of order, at the protocol that meets them first."""

import asyncio
import gc
import json
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.server import ServerState

from kit.waiting import TIMEOUT
from src.platform.http.access_log import AccessLog
from src.platform.http.problems import answer_internal_error
from src.platform.http.security_headers import SecurityHeaders
from src.platform.metrics import Metrics
from src.platform.settings import Settings
from src.server import http_protocol
from src.server.http_protocol import BoundedHttpProtocol, RefuseEarly
from test.support.waiting import eventually

_HURRY = 0.1
_HOST = b"Host: here\r\n"
_LAST = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


@dataclass
class RecordingApp:
    """An app that notes what it gets. /stream answers for ever, everything else reads its body.

    /watched is a stream that ends when its client leaves, as is /flood, which never stops sending.
    /pieces does not say its length, and /closing ends the connection.
    """

    scopes: list[Scope] = field(default_factory=list)
    ends: list[Message] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["path"] in ("/watched", "/flood", "/pieces"):
            await self._send_pieces(scope["path"], receive, send)
            return
        if scope["path"] == "/stream":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"open", "more_body": True})
        if scope["path"] != "/unread":
            while (message := await receive()).get("more_body"):
                pass
            self.ends.append(message)
        if scope["path"] == "/stream":
            await asyncio.Event().wait()
        headers = [(b"content-length", b"2")]
        if scope["path"] == "/closing":
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    async def _send_pieces(self, path: str, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if path == "/pieces":
            for piece in (b"one", b"two", b"three"):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.body", "body": b"open", "more_body": True})
        flood = asyncio.ensure_future(self._flood(send) if path == "/flood" else asyncio.sleep(0))
        while (await receive())["type"] != "http.disconnect":
            pass
        await flood
        self.left.set()

    @staticmethod
    async def _flood(send: Send) -> None:
        for _ in range(1000):
            await send({"type": "http.response.body", "body": bytes(100_000), "more_body": True})


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def read_until(self, end: bytes) -> bytes:
        return await asyncio.wait_for(self._reader.readuntil(end), TIMEOUT)

    async def read_all(self) -> bytes:
        """What comes until the server hangs up."""
        return await asyncio.wait_for(self._reader.read(), TIMEOUT)

    async def hears_nothing(self) -> bool:
        """Whether the server is silent, and keeps the connection, well beyond its timeout."""
        try:
            await asyncio.wait_for(self._reader.read(1), 4 * _HURRY)
        except TimeoutError:
            return True
        return False

    def leave(self, how: str) -> None:
        """close: politely; abort: as a crash would."""
        if how == "abort":
            self._writer.transport.abort()
        else:
            self._writer.close()

    async def drip(self, data: bytes) -> bytes:
        """Send the same again and again, until the server hangs up; return what it said."""
        said = asyncio.ensure_future(self.read_all())
        while not said.done():
            self._writer.write(data)
            await asyncio.wait([said], timeout=_HURRY / 10)
        try:
            return said.result()
        except ConnectionResetError:  # the server hung up while something was on its way to it
            return b""


Connect = Callable[[], Any]


@asynccontextmanager
async def serving(
    app: ASGIApp,
    *,
    state: ServerState | None = None,
    refuse_early: RefuseEarly | None = None,
    **settings: Any,
) -> AsyncIterator[Connect]:
    config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    clients: list[asyncio.StreamWriter] = []
    protocol = partial(
        BoundedHttpProtocol,
        config,
        state or ServerState(),
        {},
        settings=Settings(**settings),
        refuse_early=refuse_early,
    )
    server = await loop.create_server(protocol, "127.0.0.1", 0)

    async def connect() -> Client:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        clients.append(writer)
        return Client(reader, writer)

    async with server:
        yield connect
        for writer in clients:
            writer.transport.abort()


@pytest.fixture
def app() -> RecordingApp:
    return RecordingApp()


@pytest.fixture
async def connect(app: RecordingApp) -> AsyncIterator[Connect]:
    """Connections to a server that waits for little."""
    async with serving(app, request_timeout_seconds=_HURRY) as connect:
        yield connect


@pytest.fixture
async def connect_calmly(app: RecordingApp) -> AsyncIterator[Connect]:
    """Connections to a server that has all the time."""
    async with serving(app, request_timeout_seconds=600, max_body_bytes=1000) as connect:
        yield connect


def refusal(said: bytes, status: int) -> dict[str, Any]:
    """The problem in an answer that ends its connection."""
    head, _, body = said.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = dict(line.split(b": ", 1) for line in lines)
    assert first.startswith(b"HTTP/1.1 %d " % status), said
    assert headers[b"content-type"] == b"application/problem+json"
    assert headers[b"connection"] == b"close"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert int(headers[b"content-length"]) == len(body)
    problem: dict[str, Any] = json.loads(body)
    assert problem["status"] == status
    assert problem["detail"].endswith(".")
    return problem


class TestASlowHead:
    async def test_that_stops_is_given_up(self, connect: Connect, app: RecordingApp) -> None:
        client = await connect()
        await client.send(b"GET / HTTP/1.1\r\nHost: ")

        refusal(await client.read_all(), 408)
        assert app.scopes == []

    async def test_that_drips_is_given_up(self, connect: Connect, app: RecordingApp) -> None:
        client = await connect()
        await client.send(b"GET / HTTP/1.1\r\n" + _HOST)

        refusal(await client.drip(b"X: y\r\n"), 408)
        assert app.scopes == []

    async def test_that_never_begins_is_hung_up_on_without_a_word(self, connect: Connect) -> None:
        client = await connect()

        assert await client.read_all() == b""

    async def test_after_an_answer_is_given_up_too(self, connect: Connect) -> None:
        client = await connect()
        await client.send(b"GET / HTTP/1.1\r\n" + _HOST + b"\r\n")
        await client.read_until(b"ok")

        await client.send(b"GET / HT")

        refusal(await client.read_all(), 408)

    async def test_of_empty_lines_alone_does_not_keep_the_connection(
        self, connect: Connect
    ) -> None:
        client = await connect()
        await client.send(b"GET / HTTP/1.1\r\n" + _HOST + b"\r\n")
        await client.read_until(b"ok")

        refusal(await client.drip(b"\r\n"), 408)


class TestASlowBody:
    @pytest.mark.parametrize(
        "framing", [b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"]
    )
    async def test_is_given_up(self, connect: Connect, app: RecordingApp, framing: bytes) -> None:
        client = await connect()
        await client.send(b"POST / HTTP/1.1\r\n" + _HOST + framing + b"\r\n1")

        refusal(await client.read_all(), 408)
        assert app.ends == [{"type": "http.disconnect"}]

    async def test_of_a_request_that_has_its_answer_ends_the_connection(
        self, connect: Connect
    ) -> None:
        client = await connect()
        await client.send(b"POST /unread HTTP/1.1\r\n" + _HOST + b"Content-Length: 100000\r\n\r\n")
        await client.read_until(b"ok")

        assert await client.drip(b"x") == b""


class TestAnAnswerUnderWay:
    async def test_is_not_cut_off_for_a_body_that_does_not_come(self, connect: Connect) -> None:
        client = await connect()
        await client.send(b"GET /stream HTTP/1.1\r\n" + _HOST + b"Content-Length: 5\r\n\r\n")
        await client.read_until(b"open\r\n")

        assert await client.hears_nothing()

    async def test_is_not_cut_off_for_a_second_request_that_does_not_end(
        self, connect: Connect
    ) -> None:
        client = await connect()
        await client.send(b"GET /stream HTTP/1.1\r\n" + _HOST + b"\r\n")
        await client.read_until(b"open\r\n")

        await client.send(b"GET /")

        assert await client.hears_nothing()

    async def test_may_take_longer_than_a_request(self, connect: Connect) -> None:
        client = await connect()
        await client.send(b"GET /stream HTTP/1.1\r\n" + _HOST + b"\r\n")
        await client.read_until(b"open\r\n")

        assert await client.hears_nothing()


class TestAConnection:
    async def test_may_be_idle_for_longer_than_a_request_may_take(self, connect: Connect) -> None:
        client = await connect()
        for _ in range(2):
            await client.send(b"GET / HTTP/1.1\r\n" + _HOST + b"\r\n")
            await client.read_until(b"ok")
            assert await client.hears_nothing()

    async def test_takes_requests_one_after_the_other_and_at_once(
        self, connect_calmly: Connect, app: RecordingApp
    ) -> None:
        client = await connect_calmly()
        request = b"POST /%d HTTP/1.1\r\n" + _HOST + b"Content-Length: 2\r\n\r\n{}"

        await client.send(b"".join(request % number for number in range(20)))

        for _ in range(20):
            await client.read_until(b"ok")
        assert [scope["path"] for scope in app.scopes] == [f"/{number}" for number in range(20)]

    async def test_that_asks_for_another_protocol_is_answered_and_ends(
        self, connect_calmly: Connect
    ) -> None:
        client = await connect_calmly()
        upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        await client.send(b"GET / HTTP/1.1\r\n" + _HOST + upgrade)

        said = await client.read_all()

        assert said.startswith(b"HTTP/1.1 200 ")
        assert said.endswith(b"ok")

    async def test_says_how_long_it_may_be_idle(self, connect: Connect) -> None:
        client = await connect()
        await client.send(b"GET / HTTP/1.1\r\n" + _HOST + b"\r\n")

        assert b"\r\nkeep-alive: timeout=75\r\n" in await client.read_until(b"ok")

    async def test_that_is_to_close_says_nothing_of_that(self, connect: Connect) -> None:
        for last in (b"GET / HTTP/1.0\r\n\r\n", _LAST):
            client = await connect()
            await client.send(last)

            said = await client.read_all()
            assert b"keep-alive" not in said
            assert b"\r\nconnection: close\r\n" in said

    async def test_that_an_answer_ends_says_nothing_of_that(self, connect_calmly: Connect) -> None:
        client = await connect_calmly()
        await client.send(b"POST /closing HTTP/1.1\r\n" + _HOST + b"Content-Length: 2\r\n\r\n{}")

        said = await client.read_all()
        assert b"keep-alive" not in said
        assert said.count(b"\r\nconnection: close\r\n") == 1

    async def test_is_closed_when_it_was_idle_for_so_long(
        self, app: RecordingApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http_protocol, "KEEP_ALIVE_GRACE_SECONDS", 0)
        async with serving(app, keep_alive_seconds=1) as connect:
            client: Client = await connect()
            began = asyncio.get_running_loop().time()
            await client.send(b"GET / HTTP/1.1\r\n" + _HOST + b"\r\n")
            await client.read_until(b"ok")

            assert await client.read_all() == b""
            assert asyncio.get_running_loop().time() - began >= 1

    def test_is_kept_longer_than_it_says(self) -> None:
        """A client that goes by what it was told never sends a request into the end of it."""
        config = uvicorn.Config(RecordingApp(), ws="none", lifespan="off", log_config=None)
        config.load()
        settings = Settings(keep_alive_seconds=75)
        protocol = BoundedHttpProtocol(
            config, ServerState(), {}, asyncio.new_event_loop(), settings=settings
        )

        assert protocol.timeout_keep_alive >= 75 + 5


class TestAClientThatLeaves:
    """Nobody waits for it, and no mistake is logged."""

    @pytest.mark.parametrize(
        "behind",
        [
            b"",
            b"GET /next HTTP/1.1\r\nHost: here\r\n\r\n",
            3 * b"GET /next HTTP/1.1\r\nHost: here\r\n\r\n",
            b"POST /next HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n{",
            b"GET /half",
        ],
        ids=["alone", "one waits", "many wait", "a body waits", "half a request"],
    )
    @pytest.mark.parametrize("how", ["close", "abort"])
    async def test_a_stream_is_noticed_at_once(
        self,
        connect_calmly: Connect,
        app: RecordingApp,
        behind: bytes,
        how: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        client: Client = await connect_calmly()
        await client.send(b"GET /watched HTTP/1.1\r\n" + _HOST + b"\r\n" + behind)
        await client.read_until(b"open\r\n")

        client.leave(how)
        await asyncio.wait_for(app.left.wait(), TIMEOUT)

        assert [scope["path"] for scope in app.scopes] == ["/watched"]
        assert not [record for record in caplog.records if record.levelname == "ERROR"]

    async def test_an_answer_that_waits_for_it_to_read_ends(
        self, connect_calmly: Connect, app: RecordingApp
    ) -> None:
        client: Client = await connect_calmly()
        await client.send(2 * (b"GET /flood HTTP/1.1\r\n" + _HOST + b"\r\n"))
        await client.read_until(b"\r\n\r\n")

        client.leave("abort")

        await asyncio.wait_for(app.left.wait(), TIMEOUT)


class TestHttp10:
    async def test_gets_a_body_without_a_length_as_it_is(self, connect_calmly: Connect) -> None:
        client: Client = await connect_calmly()
        await client.send(b"GET /pieces HTTP/1.0\r\n\r\n")

        head, _, body = (await client.read_all()).partition(b"\r\n\r\n")

        assert b"transfer-encoding" not in head
        assert b"\r\nconnection: close" in head
        assert body == b"onetwothree"

    async def test_gets_a_body_with_a_length_too(self, connect_calmly: Connect) -> None:
        client: Client = await connect_calmly()
        await client.send(b"GET / HTTP/1.0\r\n\r\n")

        said = await client.read_all()
        assert b"content-length: 2" in said
        assert said.endswith(b"\r\n\r\nok")


class TestASize:
    async def test_of_an_address_that_is_just_allowed(self, connect_calmly: Connect) -> None:
        client = await connect_calmly()
        await client.send(b"GET /" + 8191 * b"a" + b" HTTP/1.1\r\n" + _HOST + b"\r\n")

        assert (await client.read_until(b"ok")).startswith(b"HTTP/1.1 200 ")

    @pytest.mark.parametrize("length", [8192, 400_000])
    @pytest.mark.parametrize("rest", [b" HTTP/1.1\r\nHost: here\r\n\r\n", 40_000 * b"a"])
    async def test_of_an_address_that_is_too_long(
        self, connect_calmly: Connect, app: RecordingApp, length: int, rest: bytes
    ) -> None:
        client = await connect_calmly()
        await client.send(b"GET /" + length * b"a" + rest)

        refusal(await client.read_all(), 414)
        assert app.scopes == []

    @pytest.mark.parametrize(
        "headers",
        [b"X: " + 32_768 * b"a" + b"\r\n\r\n", 6_000 * b"X: y\r\n", b"X: " + 40_000 * b"a"],
        ids=["one", "many", "endless"],
    )
    async def test_of_a_head_that_is_too_large(
        self, connect_calmly: Connect, app: RecordingApp, headers: bytes
    ) -> None:
        client = await connect_calmly()
        await client.send(b"GET / HTTP/1.1\r\n" + _HOST + headers)

        refusal(await client.read_all(), 431)
        assert app.scopes == []

    async def test_of_a_trailer_that_is_too_large(self, connect_calmly: Connect) -> None:
        """It would fill the memory, a packet at a time, until the deadline."""
        client = await connect_calmly()
        await client.send(b"POST / HTTP/1.1\r\n" + _HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        await client.send(b"2\r\n{}\r\n0\r\nX: " + 20_000 * b"a")

        refusal(await client.read_all(), 413)


class TestWhatIsNoRequest:
    @pytest.mark.parametrize(
        "lines",
        [
            b"hello\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"BREW / HTTP/1.1\r\nHost: here\r\n\r\n",
            b"GET / HTTP/1.1\nHost: here\n\n",
            b"GET /\x00 HTTP/1.1\r\nHost: here\r\n\r\n",
            b"GET /\xff HTTP/1.1\r\nHost: here\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: here\r\nX: \x00\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: here\r\nX: a\r\n b\r\n\r\n",
            b"CONNECT here:80 HTTP/1.1\r\nHost: here\r\n\r\n",
        ],
    )
    async def test_is_refused(
        self, connect_calmly: Connect, app: RecordingApp, lines: bytes
    ) -> None:
        client = await connect_calmly()
        await client.send(lines)

        refusal(await client.read_all(), 400)
        assert app.scopes == []

    @pytest.mark.parametrize(
        "framing",
        [
            b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            b"Content-Length: 4\r\nContent-Length: 5\r\n",
            b"Content-Length: 4, 4\r\n",
            b"Content-Length: +4\r\n",
            b"Content-Length: -4\r\n",
            b"Content-Length: 0x4\r\n",
            b"Content-Length: 99999999999999999999\r\n",
            b"Transfer-Encoding: xchunked\r\n",
            b"Transfer-Encoding: chunked, identity\r\n",
            b"Transfer-Encoding : chunked\r\n",
        ],
    )
    async def test_is_a_body_of_two_lengths(
        self, connect_calmly: Connect, app: RecordingApp, framing: bytes
    ) -> None:
        """What two servers could read as different requests is none."""
        client = await connect_calmly()
        await client.send(b"POST / HTTP/1.1\r\n" + _HOST + framing + b"\r\n0\r\n\r\n")

        refusal(await client.read_all(), 400)
        assert [end["type"] for end in app.ends] in ([], ["http.disconnect"])

    async def test_within_a_body_is_refused(
        self, connect_calmly: Connect, app: RecordingApp
    ) -> None:
        client = await connect_calmly()
        await client.send(b"POST / HTTP/1.1\r\n" + _HOST + b"Transfer-Encoding: chunked\r\n\r\nxyz")

        refusal(await client.read_all(), 400)
        assert app.ends in ([], [{"type": "http.disconnect"}])


async def test_a_trailer_does_not_say_where_a_client_is(app: RecordingApp) -> None:
    """A proxy adds a header to what it hands on; a trailer comes after that, from the client."""
    behind_proxy: Any = ProxyHeadersMiddleware(app, trusted_hosts="127.0.0.1")  # type: ignore[arg-type]
    async with serving(behind_proxy) as connect:
        client: Client = await connect()
        await client.send(
            b"POST / HTTP/1.1\r\n" + _HOST + b"X-Forwarded-For: 203.0.113.1\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
            b"2\r\n{}\r\n0\r\nX-Forwarded-For: 203.0.113.2\r\n\r\n"
        )
        await client.read_until(b"ok")

    assert app.scopes[0]["client"][0] == "203.0.113.1"


@pytest.mark.parametrize(
    "line", [b"GET http://elsewhere/a?b HTTP/1.1", b"GET /a?b HTTP/1.0"], ids=["absolute", "old"]
)
async def test_other_forms_of_a_request_are_understood(
    connect_calmly: Connect, app: RecordingApp, line: bytes
) -> None:
    client = await connect_calmly()
    await client.send(line + b"\r\n" + _HOST + b"\r\n")

    await client.read_until(b"ok")
    assert (app.scopes[0]["path"], app.scopes[0]["query_string"]) == ("/a", b"b")


class TestTheEndOfTheServer:
    @staticmethod
    async def sent_last(app: RecordingApp, data: bytes) -> bytes:
        """What a client that has been answered once gets, when this is on its way at the end."""
        state = ServerState()
        async with serving(app, state=state) as connect:
            client: Client = await connect()
            await client.send(b"GET / HTTP/1.1\r\n" + _HOST + b"\r\n")
            await client.read_until(b"ok")
            await client.send(data)
            for connection in list(state.connections):
                connection.shutdown()
            return await client.read_all()

    async def test_answers_what_is_on_its_way(self, app: RecordingApp) -> None:
        said = await self.sent_last(app, b"GET /last HTTP/1.1\r\n" + _HOST + b"\r\n")

        assert said.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in said
        assert said.endswith(b"ok")
        assert app.scopes[-1]["path"] == "/last"

    @pytest.mark.parametrize("sent", [b"", b"GET /half"])
    async def test_hangs_up_where_nothing_is_asked(
        self, app: RecordingApp, sent: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http_protocol, "_IDLE_AT_THE_END_SECONDS", 0.0)

        assert await self.sent_last(app, sent) == b""

    async def test_waits_for_the_next_request_of_a_connection_in_use(
        self, app: RecordingApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A proxy may not send a POST again, and has to, where it meets the end of a connection."""
        monkeypatch.setattr(http_protocol, "_LAST_REQUEST_SECONDS", 0.0)
        state = ServerState()
        async with serving(app, state=state) as connect:
            client: Client = await connect()
            await client.send(b"GET / HTTP/1.1\r\n" + _HOST + b"\r\n")
            await client.read_until(b"ok")
            for connection in list(state.connections):
                connection.shutdown()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.read_until(b"the end"), 0.1)
            await client.send(b"POST /next HTTP/1.1\r\n" + _HOST + b"Content-Length: 0\r\n\r\n")
            said = await client.read_all()

        assert said.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in said


class Mark:
    """Something that lives as long as the request that it is part of."""


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}",
    ],
    ids=["GET", "POST"],
)
async def test_a_request_leaves_nothing_for_the_garbage_collector(request_: bytes) -> None:
    marks: list[weakref.ref[Mark]] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        scope["mark"] = Mark()
        marks.append(weakref.ref(scope["mark"]))
        while (await receive()).get("more_body"):
            pass
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
        )
        await send({"type": "http.response.body", "body": b"ok"})

    logged = AccessLog(answer, Metrics(), SecurityHeaders(https=False), answer_internal_error)
    async with serving(logged) as connect:
        client = await connect()
        gc.disable()
        try:
            for _ in range(5):
                await client.send(request_)
                await client.read_until(b"ok")
            alive = [mark() is not None for mark in marks]
        finally:
            gc.enable()

    # That of the last one is kept until the next one comes.
    assert alive == [False] * 4 + [True]


class TestAnEarlyRefusal:
    """Of every POST to /full, without the app."""

    HEAD = b"POST /full HTTP/1.1\r\n" + _HOST
    NO = b"content-length: 2\r\n\r\nno"

    @staticmethod
    def refuse(
        method: bytes, target: bytes, _headers: list[tuple[bytes, bytes]]
    ) -> tuple[bytes, bytes] | None:
        if (method, target) != (b"POST", b"/full"):
            return None
        return b"HTTP/1.1 503 Service Unavailable\r\n", TestAnEarlyRefusal.NO

    @pytest.fixture
    async def connect(self, app: RecordingApp) -> AsyncIterator[Connect]:
        async with serving(app, refuse_early=self.refuse, request_timeout_seconds=600) as connect:
            yield connect

    async def test_comes_before_the_body_and_keeps_the_connection(
        self, connect: Connect, app: RecordingApp
    ) -> None:
        client = await connect()
        await client.send(self.HEAD + b"Content-Length: 4\r\n\r\n")
        said = await client.read_until(self.NO)
        assert said.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert b"\r\nkeep-alive: timeout=" in said

        await client.send(b"body" + self.HEAD + b"\r\n")
        await client.read_until(self.NO)

        await client.send(_LAST)
        assert (await client.read_all()).endswith(b"ok")
        assert [scope["path"] for scope in app.scopes] == ["/"]

    async def test_is_sent_in_its_turn(self, connect: Connect, app: RecordingApp) -> None:
        """What follows a request that is being answered is the app's."""
        client = await connect()
        await client.send(b"GET / HTTP/1.1\r\n" + _HOST + b"\r\n" + self.HEAD + b"\r\n" + _LAST)

        assert (await client.read_all()).count(b"\r\n\r\nok") == 3
        assert [scope["path"] for scope in app.scopes] == ["/", "/full", "/"]

    @pytest.mark.parametrize(
        "head",
        [
            b"POST /full HTTP/1.0\r\n" + _HOST,
            HEAD + b"Connection: close\r\n",
            HEAD + b"Expect: 100-continue\r\nContent-Length: 0\r\n",
            HEAD + b"Connection: upgrade\r\nUpgrade: h2c\r\n",
            b"POST /full?page=2 HTTP/1.1\r\n" + _HOST,
        ],
    )
    async def test_is_left_to_the_app_where_the_request_is_not_plain(
        self, connect: Connect, app: RecordingApp, head: bytes
    ) -> None:
        client = await connect()
        await client.send(head + b"\r\n")

        await client.read_until(b"ok")
        assert [scope["path"] for scope in app.scopes] == ["/full"]

    async def test_with_a_body_that_does_not_come_is_given_up(self, app: RecordingApp) -> None:
        async with serving(
            app, refuse_early=self.refuse, request_timeout_seconds=_HURRY
        ) as connect:
            client = await connect()
            await client.send(self.HEAD + b"Content-Length: 4\r\n\r\nbo")

            assert (await client.read_all()).endswith(self.NO)

    async def test_is_not_kept_for_a_client_that_reads_nothing(self, app: RecordingApp) -> None:
        """Or a thousand short requests would become as many answers in memory."""
        large = b"content-length: 100000\r\n\r\n" + bytes(100_000)
        made = 0

        def refuse(
            _method: bytes, _target: bytes, _headers: list[tuple[bytes, bytes]]
        ) -> tuple[bytes, bytes]:
            nonlocal made
            made += 1
            return b"HTTP/1.1 503 Service Unavailable\r\n", large

        async with serving(app, refuse_early=refuse, request_timeout_seconds=600) as connect:
            client = await connect()
            await client.send((self.HEAD + b"\r\n") * 1000)

            async def reaches_the_app() -> bool:
                return bool(app.scopes)

            await eventually(reaches_the_app)
            assert 0 < made < 200
