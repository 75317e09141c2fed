"""Headers that tell browsers and caches what they must not do with a response."""

from collections.abc import Iterable

_Headers = list[tuple[bytes, bytes]]

_ALWAYS: _Headers = [
    # Also of answers too small to compress: a cache cannot know that.
    (b"vary", b"Accept-Encoding"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
# A response is the caller's own data unless it says otherwise, as a page does.
_UNLESS_SET = {
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
}
_A_YEAR = (b"strict-transport-security", b"max-age=31536000")


class SecurityHeaders:
    """The headers of every response. `https` says that browsers reach the service by HTTPS alone."""

    def __init__(self, *, https: bool) -> None:
        self._always = [*_ALWAYS, _A_YEAR] if https else _ALWAYS

    def added_to(self, headers: Iterable[tuple[bytes, bytes]]) -> _Headers:
        """Return the headers with those that are missing; names are in lower case."""
        complete = [*headers, *self._always]
        missing = _UNLESS_SET.copy()
        for name, _ in complete:
            missing.pop(name, None)
        complete.extend(missing.items())
        return complete
