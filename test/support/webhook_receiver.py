"""A seller's program on the other end of a webhook."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

from kit.waiting import wait_until
from test.support.described_messages import as_told

Json = dict[str, Any]


@dataclass(frozen=True)
class Received:
    """A request as it came. `at` is of time.monotonic."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    def verified(self, secret: str) -> Json:
        """The message, if it is signed with this secret, and is as it is described."""
        message = Webhook(secret).verify(self.body, self.headers)
        assert isinstance(message, dict)
        as_told(message)
        return message


# Status, headers and body.
Answer = tuple[int, dict[str, str], bytes]
OK: Answer = (204, {}, b"")


class Receiver:
    """Keeps all that it is sent. `answer`, which may take its time, is asked for each request."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: list[Received] = []
        self.answer: Callable[[Received], Answer] = lambda _: OK

    def wait_for(self, count: int) -> list[Received]:
        """What has come, once it is so many requests."""
        return wait_until(
            lambda: self.received[:] if len(self.received) >= count else None,
            what=f"{count} deliveries",
        )


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a loopback port, inside the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            request = Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            receiver.received.append(request)
            status, headers, content = receiver.answer(request)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # who sends may leave before the answer

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
