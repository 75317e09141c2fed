"""Messages are sent over HTTP."""

import asyncio
import ssl
import sys
import time
from collections.abc import AsyncIterable
from datetime import timedelta
from urllib.parse import urlsplit

import httpcore

from src.service.integration.app.interface.delivery_lanes import DueDelivery
from src.service.integration.app.interface.webhook_sender import WebhookSender
from src.service.integration.domain.delivery import MAX_KEPT_ANSWER, Answer
from src.service.integration.driven_adapter.checked_network import CheckedNetwork, UnreachableError
from src.service.integration.driven_adapter.retry_after import retry_after_of
from src.service.integration.driven_adapter.webhook_signature import signed_headers

_SECONDS = 10.0
_LONGEST_ANSWER = 65_536
# So that one message after the other needs no new connection each. Shorter than what servers have.
_KEEP_ALIVE_SECONDS = 1.5
_IDLE_CONNECTIONS = 64


class HttpWebhookSender(WebhookSender):
    """On httpcore itself: of redirects, cookies, compressed answers and proxies of the environment it knows
    nothing."""

    def __init__(
        self, trusted: ssl.SSLContext, *, private_allowed: bool, timeout: float = _SECONDS
    ) -> None:
        """`timeout`, in seconds, is from the first look for the name to the last byte of the answer."""
        self._pool = httpcore.AsyncConnectionPool(
            trusted,
            max_connections=sys.maxsize,
            max_keepalive_connections=_IDLE_CONNECTIONS,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
            network_backend=CheckedNetwork(private_allowed=private_allowed),
        )
        self._timeout = timeout
        self._schemes = ("https", "http") if private_allowed else ("https",)

    async def send(self, delivery: DueDelivery) -> Answer:
        began = time.perf_counter()
        status = body = error = retry_after = None
        try:
            async with asyncio.timeout(self._timeout):
                status, answer, retry_after = await self._post(delivery)
            text = answer[:MAX_KEPT_ANSWER].decode(errors="replace").replace("\0", "\ufffd")
            body = text or None
        except TimeoutError:
            error = f"did not answer within {self._timeout:g} s"
        except UnreachableError as why:
            error = str(why)
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as why:
            error = _sentence(why)
        if status is not None and 300 <= status < 400:
            error = "answered with a redirect, which is not followed"
        return Answer(time.perf_counter() - began, status, body, error, retry_after)

    async def close(self) -> None:
        await self._pool.aclose()

    async def _post(self, delivery: DueDelivery) -> tuple[int, bytes, timedelta | None]:
        parts = urlsplit(delivery.url)
        if parts.scheme not in self._schemes:
            raise UnreachableError("its address does not begin with https://")
        headers = {
            "Host": parts.netloc,
            "User-Agent": "event-ticketing",
            "Content-Type": "application/cloudevents+json",
            "Accept-Encoding": "identity",
            **signed_headers(delivery.secrets, delivery.message_id, delivery.now, delivery.body),
        }
        async with self._pool.stream(
            "POST", delivery.url, headers=list(headers.items()), content=delivery.body.encode()
        ) as response:
            body = await _beginning(response.aiter_stream())
            return response.status, body, retry_after_of(response.headers, delivery.now)


async def _beginning(stream: AsyncIterable[bytes]) -> bytes:
    """At most so much of an answer as is read."""
    read = bytearray()
    async for chunk in stream:
        read += chunk
        if len(read) >= _LONGEST_ANSWER:
            break
    return bytes(read[:_LONGEST_ANSWER])


def _sentence(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"TLS: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"TLS: {cause.reason or 'no handshake'}"
        cause = cause.__cause__ or cause.__context__
    return "gave no answer in HTTP"
