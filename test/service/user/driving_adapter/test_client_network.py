"""Requests of one customer come from one network."""

import pytest
from fastapi import Request

from src.service.user.driving_adapter.http_controller.client_network import client_network


def request(client: tuple[str, int] | None, **headers: str) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "client": client, "headers": raw})


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", ""),
        ("192.0.2.1, 192.0.2.2", ""),
    ],
)
def test_is_an_address_or_its_block(host: str, network: str) -> None:
    assert client_network(request((host, 4711))) == network


def test_of_a_unix_socket_is_empty() -> None:
    assert client_network(request(None)) == ""


def test_is_not_what_a_header_says() -> None:
    forwarded = request(("192.0.2.1", 4711), **{"x-forwarded-for": "198.51.100.1"})

    assert client_network(forwarded) == "192.0.2.1"
