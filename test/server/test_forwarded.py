"""Whose word is taken about where a request comes from: FORWARDED_ALLOW_IPS."""

import pytest
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from src.platform.settings import Settings


async def client_of(proxies: str, peer: str, *headers: str) -> str:
    """Who the client is when `peer` sends a request with these X-Forwarded-For headers."""
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["client"][0])

    settings = Settings(forwarded_allow_ips=proxies)
    scope = {
        "type": "http",
        "client": (peer, 4711),
        "headers": [(b"x-forwarded-for", header.encode("latin1")) for header in headers],
    }
    server = ProxyHeadersMiddleware(app, settings.trusted_proxies)  # type: ignore[arg-type]
    await server(scope, None, None)  # type: ignore[arg-type]
    return seen[0]


CLIENT, PROXY, INNER = "198.51.100.7", "10.0.0.1", "10.0.0.2"


@pytest.mark.parametrize(
    ("proxies", "peer", "headers", "client"),
    [
        (PROXY, PROXY, [CLIENT], CLIENT),
        (PROXY, "10.0.0.9", [CLIENT], "10.0.0.9"),
        ("10.0.0.0/24", INNER, [CLIENT], CLIENT),
        (f" {PROXY} , {INNER},", INNER, [CLIENT], CLIENT),
        ("*", "203.0.113.5", [CLIENT], CLIENT),
        # An IPv4 proxy on a socket that takes both.
        (PROXY, f"::ffff:{PROXY}", [CLIENT], CLIENT),
        ("10.0.0.0/24", f"::ffff:{PROXY}", [CLIENT], CLIENT),
        ("10.0.0.0/24", "::ffff:10.0.1.1", [CLIENT], "::ffff:10.0.1.1"),
        # IPv6, however it is written.
        ("2001:db8::1", "2001:db8:0::1", ["2001:db8:7::7"], "2001:db8:7::7"),
        ("2001:db8:1::/48", "2001:db8:1::9", ["[2001:db8:7::7]:443"], "2001:db8:7::7"),
        # A chain: the first from behind that is no proxy. What stands before it is its own word.
        (f"{PROXY},{INNER}", INNER, [f"{CLIENT}, {PROXY}"], CLIENT),
        (f"{PROXY},{INNER}", INNER, [CLIENT, PROXY], CLIENT),
        (PROXY, PROXY, [f"203.0.113.66, {CLIENT}"], CLIENT),
        (PROXY, PROXY, ["203.0.113.66", CLIENT], CLIENT),
        # What is no address does not make anybody somebody else.
        (PROXY, PROXY, [f"unknown, <script>, {CLIENT}"], CLIENT),
        (PROXY, PROXY, [f"{CLIENT}:51234"], CLIENT),
        (PROXY, PROXY, [""], PROXY),
        (PROXY, PROXY, [], PROXY),
    ],
)
async def test_the_client_is_whom_a_known_proxy_names(
    proxies: str, peer: str, headers: list[str], client: str
) -> None:
    assert await client_of(proxies, peer, *headers) == client


def test_nobody_is_believed_unless_named() -> None:
    assert Settings().trusted_proxies == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("nginx", "'nginx' is neither an address"),
        ("10.0.0.1,localhost", "'localhost' is neither an address"),
        ("10.0.0.1/8", "'10.0.0.1/8' is neither an address"),
        ("10.0.0.1:80", "'10.0.0.1:80' is neither an address"),
        ("10.0.0.1;10.0.0.2", "is neither an address"),
        ("*,10.0.0.1", "it stands alone"),
    ],
)
def test_a_mistake_is_told(value: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message.replace("*", r"\*")):
        Settings(forwarded_allow_ips=value)
