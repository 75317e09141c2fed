"""How many failures are allowed before somebody has to wait."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `failures` in a window of `window` seconds, counted for each key."""

    name: str
    failures: int
    window: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """The failures of one account, one device or one address."""

    limit: Limit
    key: str
