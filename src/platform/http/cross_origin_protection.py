"""Requests that a page of another origin makes in a visitor's name."""

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from src.platform.http.problems import Problem, answer_to
from src.service.shared_kernel.errors import ServiceError

_SAFE = {"GET", "HEAD", "OPTIONS"}
_METHODS = ["GET", "HEAD", "POST", "PATCH", "DELETE"]
# What the API reads, what clients of streams send (Last-Event-ID, Cache-Control), and what tracing adds.
_SENT = [
    "Authorization",
    "Cache-Control",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Pragma",
    "X-Request-ID",
    "baggage",
    "traceparent",
    "tracestate",
]
_SHOWN = [
    "Allow",
    "ETag",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-ID",
]


class ForeignOriginError(ServiceError):
    """A page of another origin asks for a change in a visitor's name."""

    type = "foreign-origin"


FOREIGN_ORIGIN = Problem(
    HTTPStatus.FORBIDDEN,
    ForeignOriginError("This request comes from a page of another origin."),
)
_REFUSAL = answer_to(FOREIGN_ORIGIN.example, FOREIGN_ORIGIN)


def allow_origins(app: ASGIApp, origins: Collection[str]) -> ASGIApp:
    """Let pages of these origins use the API, with credentials."""
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_credentials=True,
        allow_methods=_METHODS,
        allow_headers=_SENT,
        expose_headers=_SHOWN,
        max_age=600,
    )


class CrossOriginProtection:
    """ASGI middleware: refuses what another origin's page asks to change by the visitor's cookie.

    The cookie is SameSite=Lax, so only a page of the same site (another port, a sibling host) gets
    this far. Browsers say where a request comes from (Sec-Fetch-Site, or else Origin); programs say
    nothing and pass. So does a bearer token, which no browser adds by itself.
    """

    def __init__(self, app: ASGIApp, trusted: Collection[str]) -> None:
        self._app = app
        self._trusted = {origin.encode() for origin in trusted}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and scope["method"] not in _SAFE
            and self._is_foreign(dict(scope["headers"]))
        ):
            await _REFUSAL(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_foreign(self, headers: dict[bytes, bytes]) -> bool:
        origin = headers.get(b"origin")
        site = headers.get(b"sec-fetch-site")
        if site in (b"same-origin", b"none") or (site is None and origin is None):
            return False
        if origin in self._trusted or headers.get(b"authorization", b"")[:7].lower() == b"bearer ":
            return False
        return site is not None or _host(origin or b"") != headers.get(b"host", b"").lower()


def _host(origin: bytes) -> bytes:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return b""
