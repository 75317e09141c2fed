"""A stream over a connection that a test plays both ends of."""

import asyncio
import gzip
import zlib
from collections.abc import MutableMapping
from typing import Any, cast

import pytest

from src.platform.http.gzip_stream import Piece, SharedMessage
from src.platform.http.live_stream import LiveStream, StreamTiming
from src.service.shared_kernel.subscriber import Subscriber
from test.fake.clock import everything_ready, in_no_time


class Messages:
    """A subscriber whose messages a test makes."""

    def __init__(self) -> None:
        self.ended = False
        self.closed = 0
        self._waiting: list[bytes] = []
        self._wake = asyncio.Event()

    async def next(self, seconds: float) -> bytes | None:
        if not self._waiting and not self.ended:
            self._wake.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                return None
        if self._waiting:
            return self._waiting.pop(0)
        return b"" if self.ended else None

    def say(self, message: bytes, *, last: bool = False) -> None:
        self._waiting.append(message)
        self.ended = self.ended or last
        self._wake.set()

    def end(self) -> None:
        self.ended = True
        self._wake.set()

    def close(self) -> None:
        self.closed += 1


class Connection:
    """A client; it takes what it is sent while `takes` is set."""

    def __init__(self, *, heartbeat: float = 15, accepts: bytes = b"") -> None:
        self._scope = {"headers": [(b"accept-encoding", accepts)] if accepts else []}
        self.subscriber = Messages()
        self.sent: list[MutableMapping[str, Any]] = []
        self.takes = asyncio.Event()
        self.takes.set()
        self.gone = asyncio.Event()
        self.stream = LiveStream(
            cast("Subscriber", self.subscriber), StreamTiming(heartbeat, send_timeout=30)
        )

    def open(self) -> asyncio.Task[None]:
        return asyncio.create_task(self.stream(self._scope, self._receive, self._send))

    @property
    def body(self) -> list[bytes]:
        return [one["body"] for one in self.sent[1:]]

    @property
    def complete(self) -> bool:
        return self.sent[-1].get("more_body", False) is False

    async def _receive(self) -> MutableMapping[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        await self.takes.wait()
        self.sent.append(message)


@in_no_time
async def test_begins_with_headers_for_a_stream_that_nobody_may_keep() -> None:
    connection = Connection()
    connection.open()
    await everything_ready()

    start = connection.sent[0]
    headers = dict(start["headers"])
    assert start["status"] == 200
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert headers[b"cache-control"] == b"no-store, no-transform"
    assert headers[b"content-encoding"] == b"identity"
    assert headers[b"x-accel-buffering"] == b"no"
    assert b"content-length" not in headers


@in_no_time
async def test_tells_clients_to_come_back_at_different_times() -> None:
    retries = set()
    for _ in range(50):
        connection = Connection()
        connection.open()
        connection.subscriber.say(b"id: 1:1\ndata: {}\n\n")
        await everything_ready()
        first, message = connection.body[0].split(b"\n", 1)
        field, _, milliseconds = first.partition(b": ")
        assert field == b"retry"
        assert message == b"id: 1:1\ndata: {}\n\n"  # of one block with it
        retries.add(int(milliseconds))

    assert len(retries) > 5
    assert min(retries) >= 1000


@in_no_time
async def test_sends_every_message_as_it_comes() -> None:
    connection = Connection()
    connection.open()
    await everything_ready()
    assert connection.body == []  # no block before the first message

    connection.subscriber.say(b"first\n\n")
    await everything_ready()
    assert connection.body[-1].endswith(b"\nfirst\n\n")
    for message in (b"second\n\n", b"third\n\n"):
        connection.subscriber.say(message)
        await everything_ready()
        assert connection.body[-1] == message
        assert not connection.complete


@in_no_time
async def test_sends_a_comment_while_there_is_nothing_to_say() -> None:
    connection = Connection()
    connection.open()

    await asyncio.sleep(15 * 3 + 1)

    assert len(connection.body) == 3
    for comment in connection.body:
        assert comment.startswith(b":")
        assert comment.count(b"\n") == 1  # a second one would end a block
        assert comment.endswith(b"\n")


@in_no_time
async def test_ends_after_the_last_message() -> None:
    connection = Connection()
    stream = connection.open()
    await everything_ready()

    connection.subscriber.say(b"last\n\n", last=True)
    await stream

    assert connection.body[-2].endswith(b"\nlast\n\n")
    assert connection.body[-1] == b""
    assert connection.complete
    assert connection.subscriber.closed == 1


@in_no_time
async def test_ends_at_once_when_told_to_with_nothing_left_to_say() -> None:
    connection = Connection()
    stream = connection.open()
    await everything_ready()

    connection.subscriber.end()
    await stream

    assert connection.complete
    assert connection.subscriber.closed == 1
    assert asyncio.get_running_loop().time() == 0


@in_no_time
async def test_a_client_that_leaves_is_let_go_at_once() -> None:
    connection = Connection()
    stream = connection.open()
    await everything_ready()

    connection.gone.set()
    await stream

    assert connection.subscriber.closed == 1
    assert asyncio.get_running_loop().time() == 0


@in_no_time
async def test_a_client_that_takes_nothing_for_too_long_is_hung_up_on() -> None:
    connection = Connection()
    stream = connection.open()
    connection.subscriber.say(b"taken\n\n")
    await everything_ready()
    connection.takes.clear()
    connection.subscriber.say(b"never taken\n\n")

    await stream

    assert asyncio.get_running_loop().time() == 30
    assert not connection.complete
    assert connection.subscriber.closed == 1


@in_no_time
async def test_a_client_that_never_takes_the_headers_is_hung_up_on() -> None:
    connection = Connection()
    connection.takes.clear()

    await connection.open()

    assert asyncio.get_running_loop().time() == 30
    assert connection.subscriber.closed == 1


@in_no_time
async def test_a_client_that_takes_its_time_each_time_is_kept() -> None:
    connection = Connection()
    connection.open()
    await everything_ready()

    for number in range(5):
        connection.takes.clear()
        connection.subscriber.say(b"%d\n\n" % number)
        await asyncio.sleep(29)
        connection.takes.set()
        await everything_ready()
        assert connection.body[-1].endswith(b"%d\n\n" % number)


@in_no_time
async def test_waiting_for_news_does_not_count_as_taking_nothing() -> None:
    connection = Connection(heartbeat=60)
    stream = connection.open()

    await asyncio.sleep(3600)

    assert not stream.done()


@in_no_time
async def test_a_stream_that_is_cancelled_gives_its_place_back() -> None:
    connection = Connection()
    stream = connection.open()
    await everything_ready()

    stream.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stream

    assert connection.subscriber.closed == 1


@in_no_time
async def test_nothing_goes_on_after_the_end() -> None:
    connection = Connection()
    stream = connection.open()
    await everything_ready()
    connection.subscriber.end()
    await stream
    await everything_ready()

    assert asyncio.all_tasks() == {asyncio.current_task()}


class TestCompressed:
    @in_no_time
    async def test_says_so(self) -> None:
        connection = Connection(accepts=b"gzip, br")
        connection.open()
        await everything_ready()

        headers = dict(connection.sent[0]["headers"])
        assert headers[b"content-encoding"] == b"gzip"
        assert headers[b"cache-control"] == b"no-store, no-transform"

    @in_no_time
    async def test_each_message_can_be_read_as_it_comes(self) -> None:
        connection = Connection(accepts=b"gzip", heartbeat=15)
        connection.open()
        decompressor = zlib.decompressobj(16 + zlib.MAX_WBITS)
        read = []
        for message in (b"id: 1:1\ndata: {}\n\n", b"id: 1:2\ndata: {}\n\n"):
            connection.subscriber.say(SharedMessage(message))
            await everything_ready()
            read.append(decompressor.decompress(connection.body[-1]))
        await asyncio.sleep(16)
        read.append(decompressor.decompress(connection.body[-1]))

        retry, first = read[0].split(b"\n", 1)
        assert retry.startswith(b"retry: ")
        assert first == b"id: 1:1\ndata: {}\n\n"
        assert read[1:] == [b"id: 1:2\ndata: {}\n\n", b": still here\n"]

    @in_no_time
    async def test_ends_as_one_whole_gzip_member(self) -> None:
        connection = Connection(accepts=b"gzip")
        stream = connection.open()
        messages = [SharedMessage(b"id: 1:%d\ndata: {}\n\n" % n) for n in range(1, 5)]
        for message in messages:
            connection.subscriber.say(message, last=message is messages[-1])
            await everything_ready()
        await stream

        content = gzip.decompress(b"".join(connection.body))
        assert content.partition(b"\n")[2] == b"".join(messages)
        assert connection.complete

    @in_no_time
    async def test_ends_as_one_when_there_is_no_message(self) -> None:
        connection = Connection(accepts=b"gzip")
        stream = connection.open()
        connection.subscriber.end()
        await stream

        assert gzip.decompress(b"".join(connection.body)) == b""

    @in_no_time
    async def test_a_message_is_compressed_once_for_all(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = []
        piece_of = Piece.of

        def counted(content: bytes) -> Piece:
            made.append(content)
            return piece_of(content)

        monkeypatch.setattr(Piece, "of", counted)
        message = SharedMessage(b"id: 1:1\ndata: {}\n\n")
        connections = [Connection(accepts=b"gzip") for _ in range(5)]
        for connection in connections:
            connection.open()
            connection.subscriber.say(message)
        await everything_ready()

        assert made == [message]
