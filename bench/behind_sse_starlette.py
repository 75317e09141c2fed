"""The service with its streams behind sse-starlette: `python -m bench.behind_sse_starlette serve`.

Only the process that serves it may import this: sse-starlette replaces uvicorn's exit handler.
"""

from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse
from starlette.types import Receive, Scope, Send

from src import cli
from src.bootstrap import app
from src.platform.http.live_stream import StreamTiming
from src.platform.http.read_limit import release_slot
from src.platform.settings import Settings
from src.service.shared_kernel.subscriber import Subscriber
from src.service.ticketing.driving_adapter.http_controller import event_stream

_LONG_SECONDS = 3600.0  # its own task sends the heartbeats


class StreamBehindSseStarlette(EventSourceResponse):
    """The same messages of the same subscriber, without compression."""

    media_type = "text/event-stream"

    def __init__(self, subscriber: Subscriber, timing: StreamTiming) -> None:
        super().__init__(
            _messages(subscriber),
            ping=timing.heartbeat,
            sep="\n",
            send_timeout=timing.send_timeout,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        release_slot(scope)
        await super().__call__(scope, receive, send)


async def _messages(subscriber: Subscriber) -> AsyncIterator[bytes]:
    try:
        while (message := await subscriber.next(_LONG_SECONDS)) != b"":
            if message is not None:
                yield message
            if subscriber.ended:
                break
    finally:
        subscriber.close()


def create_app(settings: Settings) -> object:
    event_stream.LiveStream = StreamBehindSseStarlette  # type: ignore[attr-defined, assignment]
    return app.create_app(settings)


if __name__ == "__main__":
    cli.APP_FACTORY = "bench.behind_sse_starlette:create_app"  # type: ignore[attr-defined]
    cli.main()
