"""Settings that list others: the origins and the proxies that are trusted."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network

# As a browser writes it: in lower case, and with a port only where it is not the scheme's own.
_ORIGIN = re.compile(r"(http://(?!.*:80$)|https://(?!.*:443$))[a-z0-9.-]+(:[0-9]{1,5})?")


def _items(listed: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in listed.split(",") if item.strip())


def parse_origins(listed: str) -> tuple[str, ...]:
    """Origins as browsers write them. Raises ValueError with a sentence."""
    origins = _items(listed)
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"{origin!r} is not an origin like https://shop.example.com or "
                "http://localhost:3000; '*' is not possible, because cookies are let through"
            )
    return origins


def parse_proxies(listed: str) -> list[str]:
    """Addresses and networks as uvicorn takes them. Raises ValueError with a sentence.

    Uvicorn itself takes what is neither for a name, which no connection ever has.
    """
    items = _items(listed)
    if "*" in items:
        if len(items) > 1:
            raise ValueError("'*' believes everybody, so it stands alone")
        return ["*"]
    networks = [_network(item) for item in items]
    # On an IPv6 socket, as HOST=:: is, an IPv4 proxy has an address of this form.
    mapped = [
        f"::ffff:{network.network_address}/{96 + network.prefixlen}"
        for network in networks
        if isinstance(network, IPv4Network)
    ]
    return [*map(str, networks), *mapped]


def _network(item: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(item)
    except ValueError:
        raise ValueError(
            f"{item!r} is neither an address like 10.0.0.2 nor a network like 10.0.0.0/24; names "
            "are not looked up"
        ) from None
