"""Where a request comes from, as far as limits go."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from fastapi import Request


def client_network(request: Request) -> str:
    """The client's address; of IPv6 the /64, which is one customer's.

    Where the connection comes from a proxy of FORWARDED_ALLOW_IPS, the server has put in the address
    that the proxy names; no header is read here. Whatever is not an address counts as one client.
    """
    host = request.client.host if request.client is not None else ""
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))
