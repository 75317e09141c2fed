"""What stands between a Kafka broker and its clients: it takes the broker away, speaks TLS for it, asks
who is there, and translates one request that the broker does not know in the client's version."""

import asyncio
import contextlib
import ssl
import struct
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

_HEAD = struct.Struct(">hhi")
_GREET, _VERSIONS, _ASK_FOR_PRODUCER_ID, _SIGN_IN = 17, 18, 22, 36
_NO_ERROR, _UNSUPPORTED_MECHANISM, _SIGN_IN_FAILED = 0, 33, 58


class KafkaGateway:
    """Listens at `address` once it is opened, in a thread of its own. While it is closed, connections are
    refused and those that there were are cut: an outage that loses nothing of what the broker has.

    With `account`, a name and a password, clients must sign in by SASL PLAIN.
    """

    def __init__(
        self,
        port: int,
        broker_port: int,
        *,
        tls: ssl.SSLContext | None = None,
        account: tuple[str, str] | None = None,
    ) -> None:
        self.address = f"127.0.0.1:{port}"
        self._port = port
        self._broker_port = broker_port
        self._tls = tls
        self._account = account
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._silent = False

    def open(self) -> None:
        self._run(self._open())

    def close(self) -> None:
        self._run(self._close())

    @contextlib.contextmanager
    def silence(self) -> Iterator[None]:
        """Inside the block requests are taken and never answered; afterwards connections are cut."""
        self._silent = True
        try:
            yield
        finally:
            self._silent = False
            self._run(self._cut())

    def end(self) -> None:
        """Close for good."""
        self.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self._port, ssl=self._tls, reuse_address=True
        )

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._cut()

    async def _cut(self) -> None:
        for writer in self._clients.values():
            writer.transport.abort()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients[task] = writer
        broker: asyncio.StreamWriter | None = None
        try:
            from_broker, broker = await asyncio.open_connection("127.0.0.1", self._broker_port)
            dialogue = _Dialogue(self._account)
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._requests(dialogue, reader, broker, writer))
                ways.create_task(self._answers(dialogue, from_broker, writer))
        except* (OSError, EOFError):
            pass  # either end is gone, and with it the other
        finally:
            del self._clients[task]
            writer.transport.abort()
            if broker is not None:
                broker.transport.abort()

    async def _requests(
        self,
        dialogue: "_Dialogue",
        reader: asyncio.StreamReader,
        broker: asyncio.StreamWriter,
        client: asyncio.StreamWriter,
    ) -> None:
        while True:
            request = await _frame(reader)
            if self._silent:
                continue
            own = dialogue.own_answer(request)
            _write(*((broker, dialogue.translated(request)) if own is None else (client, own)))

    async def _answers(
        self, dialogue: "_Dialogue", broker: asyncio.StreamReader, client: asyncio.StreamWriter
    ) -> None:
        while True:
            answer = await _frame(broker)
            if not self._silent:
                _write(client, dialogue.translated_back(answer))


class _Dialogue:
    """What is not passed on as it is, of one connection."""

    def __init__(self, account: tuple[str, str] | None) -> None:
        self._account = account
        self._signed_in = account is None
        self._translated: set[int] = set()

    def own_answer(self, request: bytes) -> bytes | None:
        """The answer to a request that is none of the broker's business."""
        if self._account is None:
            return None
        key, version, correlation = _HEAD.unpack_from(request)
        head = struct.pack(">i", correlation)
        if key == _GREET:
            known = request.endswith(_text("PLAIN"))
            code = _NO_ERROR if known else _UNSUPPORTED_MECHANISM
            return head + struct.pack(">hi", code, 1) + _text("PLAIN")
        if key == _SIGN_IN:
            name, password = self._account
            self._signed_in = request.endswith(f"\0{name}\0{password}".encode())
            code = _NO_ERROR if self._signed_in else _SIGN_IN_FAILED
            answer = head + struct.pack(">h", code) + _text("no") + struct.pack(">i", 0)
            return answer + struct.pack(">q", 0) if version > 0 else answer
        if not self._signed_in and key != _VERSIONS:
            raise ConnectionResetError
        return None

    def translated(self, request: bytes) -> bytes:
        """The broker gives producers an id only from version 3 of the request on; aiokafka asks in
        version 0."""
        key, version, correlation = _HEAD.unpack_from(request)
        if (key, version) != (_ASK_FOR_PRODUCER_ID, 0):
            return request
        self._translated.add(correlation)
        (length,) = struct.unpack_from(">h", request, _HEAD.size)
        name = request[_HEAD.size : _HEAD.size + 2 + max(length, 0)]
        timeout = request[-4:]
        no_transaction, no_producer, no_tags = b"\0", struct.pack(">qh", -1, -1), b"\0"
        return (
            _HEAD.pack(key, 3, correlation)
            + (name + no_tags)
            + (no_transaction + timeout + no_producer + no_tags)
        )

    def translated_back(self, answer: bytes) -> bytes:
        (correlation,) = struct.unpack_from(">i", answer)
        if correlation not in self._translated:
            return answer
        self._translated.discard(correlation)
        return answer[:4] + answer[5:-1]  # without tags, of which there are none


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode()


async def _frame(reader: asyncio.StreamReader) -> bytes:
    (length,) = struct.unpack(">i", await reader.readexactly(4))
    return await reader.readexactly(length)


def _write(writer: asyncio.StreamWriter, frame: bytes) -> None:
    writer.write(struct.pack(">i", len(frame)) + frame)
