"""Conditional requests (RFC 9110, 13): If-Match and If-None-Match."""

import re
from collections.abc import Collection

from fastapi import Request

# One entity tag with what separates it from the next; commas may be in the tag itself, or repeated.
_TAG = re.compile(r'[ \t]*(?:(W/)?("[\x21\x23-\x7e\x80-\xff]*"))?[ \t]*(?:,|$)')


def not_modified(request: Request, etag: str) -> bool:
    """Whether the client says that it has this very state already (If-None-Match)."""
    value = _field(request, "if-none-match")
    if value is None:
        return False
    # Weak comparison: an answer that was compressed on its way has a weak tag.
    return value == "*" or etag in [tag for _, tag in _entity_tags(value)]


def required_tags(request: Request) -> Collection[str] | None:
    """The strong tags one of which the client asks for (If-Match); None when any will do."""
    value = _field(request, "if-match")
    if value is None or value == "*":
        return None
    return [tag for weak, tag in _entity_tags(value) if not weak]


def _field(request: Request, name: str) -> str | None:
    """The value of a field; several lines are one list."""
    lines = request.headers.getlist(name)
    return ", ".join(lines).strip() if lines else None


def _entity_tags(value: str) -> list[tuple[bool, str]]:
    """Whether each tag is weak, and the tag with its quotes; none if this is no list of tags."""
    tags = []
    end = 0
    while end < len(value):
        match = _TAG.match(value, end)
        if match is None:
            return []
        if match[2] is not None:
            tags.append((match[1] is not None, match[2]))
        end = match.end()
    return tags
