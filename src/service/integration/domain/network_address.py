"""Which network addresses belong to nobody's internal network."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# Beside what the standard library knows, which depends on its version (IANA's special-purpose registries).
_NOT_OPEN_4 = tuple(
    map(IPv4Network, ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15"))
)
_OPEN_6 = IPv6Network("2000::/3")
_NOT_OPEN_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
# IPv4 behind the well-known prefix of NAT64 (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is one of the open internet: not private, loopback, link-local, shared (CGNAT), multicast
    or reserved, nor a form of IPv6 that leads to such an IPv4 address."""
    if isinstance(address, IPv4Address):
        return (
            address.is_global
            and not address.is_multicast
            and not address.is_reserved
            and not any(address in network for network in _NOT_OPEN_4)
        )
    if (inner := _inner(address)) is not None:
        return address.scope_id is None and is_public(inner)
    return (
        address.is_global
        and address in _OPEN_6
        and address.scope_id is None
        and not any(address in network for network in _NOT_OPEN_6)
    )


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to this one end up at, if it is made of one."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None
