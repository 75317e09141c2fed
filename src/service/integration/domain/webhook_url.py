"""The rule for addresses that messages are sent to."""

import ipaddress
import re
from urllib.parse import SplitResult, quote, urlsplit

import idna

from src.service.integration.domain.network_address import is_public
from src.service.shared_kernel.errors import FieldError, InvalidInputError

MAX_URL = 2_000

_NO_ADDRESS = "is not an address"

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?\.?")
# What a path and a query may hold as it is: the characters of RFC 3986, and escapes that are there already.
_AS_IT_IS = "%/:@!$&'()*+,;=-._~?"


def checked_url(text: str, *, private_allowed: bool) -> str:
    """Return an address as it is kept, in ASCII, or raise InvalidInputError. `private_allowed` lets http and
    private addresses pass too.

    Which address a name stands for is not looked at here: it may be another one each time, so it is
    checked whenever a connection is made.
    """
    text = text.strip()
    schemes = ("https", "http") if private_allowed else ("https",)
    try:
        parts = urlsplit(text)
        if parts.scheme not in schemes:
            raise _wrong(f"must begin with {' or '.join(f'{one}://' for one in schemes)}")
        host, port = _ascii_host(parts), parts.port
    except ValueError:
        raise _wrong(_NO_ADDRESS) from None
    if port == 0 or not text.isprintable() or " " in text:
        raise _wrong(_NO_ADDRESS)
    if parts.username is not None or parts.password is not None:
        raise _wrong("must not contain a user name or a password")
    if parts.fragment:
        raise _wrong("must not have a fragment")
    if not private_allowed and not _may_be_public(host):
        raise _wrong("must not be a private address")
    url = (
        f"{parts.scheme}://{host}{f':{port}' if port else ''}{quote(parts.path, _AS_IT_IS) or '/'}"
    )
    if parts.query:
        url += f"?{quote(parts.query, _AS_IT_IS)}"
    if len(url) > MAX_URL:
        raise _wrong(f"must have at most {MAX_URL:,} characters")
    return url


def _ascii_host(parts: SplitResult) -> str:
    """The host as it is resolved and as certificates have it. Raises ValueError."""
    host = parts.hostname or ""
    if ":" in host:
        address = ipaddress.IPv6Address(host)
        if address.scope_id is not None:
            raise ValueError(host)
        return f"[{address}]"
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode()
    if not _HOST.fullmatch(host):
        raise ValueError(host)
    return host


def _may_be_public(host: str) -> bool:
    try:
        return is_public(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return True


def _wrong(why: str) -> InvalidInputError:
    return InvalidInputError(FieldError(("url",), why))
