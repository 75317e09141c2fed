"""Where a request comes from, as far as limits go."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from fastapi import Request


def client_network(request: Request) -> str:
    """The address at the other end of the connection; of IPv6 the /64, which is one customer's.

    Headers in which a proxy names its client are not read: anybody can send them.
    """
    host = request.client.host if request.client is not None else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host  # a Unix socket has no address
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))
